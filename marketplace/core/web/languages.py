"""
Chinese in English pages says that it is Chinese, so that a voice reads it and a font draws it as such (WCAG 3.1.2).

Names, titles, addresses, quoted texts stand in hundreds of places, alone and inside sentences, and a new place would
forget its mark; so the answer is marked as it leaves. docs/decisions/languages-in-pages.md says why not tag by tag.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

CHINESE = "zh-Hans"
_HAN = "\u3400-\u9fff"
#: Ideographs with the signs of Chinese punctuation around them, and what stands between two without a Latin letter.
_SIGNS = "\u3001-\u303f\uff01-\uff5e"
RUN = re.compile(rf"[{_SIGNS}]*[{_HAN}](?:[^<>A-Za-z&]*[{_HAN}])*[{_SIGNS}]*")
#: A text with an ideograph, and the tag in front of it. Attributes escape the signs of tags.
TEXT = re.compile(rf"<([^<>]*)>([^<>{_HAN}]*[{_HAN}][^<>]*)(?=<(/?[A-Za-z]*))")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
#: What takes text alone: its own tag is marked, or nothing.
TEXT_ALONE = {"option", "textarea", "text", "tspan"}
#: A title is a line of two languages at best, and takes no element.
UNMARKED = {"script", "style", "title"}
PAGE_LANGUAGE = re.compile(rb'<html[^>]*\slang="([A-Za-z-]+)"')


class LanguageMiddleware:
    """Marks the Chinese in English pages, and in the parts of them that scripts ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            content: bytes = response.content  # type: ignore[attr-defined]
            if _is_english(content):
                response.content = marked(content.decode(response.charset)).encode(response.charset)  # type: ignore[attr-defined]
        return response


def _is_english(content: bytes) -> bool:
    """By what the page says of itself: the console speaks its reader's language, whatever the address."""
    found = PAGE_LANGUAGE.search(content[:1000])
    return (found[1].decode() if found else get_language() or "").startswith("en")


def marked(html: str) -> str:
    """The page with each piece of Chinese in an element that says so."""
    return TEXT.sub(_mark, html)


def _mark(found: re.Match[str]) -> str:
    tag, text, following = found.groups()
    opening = NAME.match(tag)
    name = opening[0].lower() if opening else ""
    if name in UNMARKED or " lang=" in tag:
        return found[0]
    alone = following == f"/{name}"
    if alone and not tag.endswith("/") and (name in TEXT_ALONE or not RUN.sub("", text).strip()):
        return f'<{tag} lang="{CHINESE}">{text}'
    # An element that no rule of the style sheets is about, and that has no box of its own (layout.css).
    return f"<{tag}>" + RUN.sub(rf'<bdi lang="{CHINESE}">\g<0></bdi>', text)
