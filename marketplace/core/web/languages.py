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
#: Ideographs, and the signs of Chinese punctuation around them.
_HAN, _SIGNS = "\u3400-\u9fff", "\u3001-\u303f\uff01-\uff5e"
HAN = re.compile(f"[{_HAN}]")
#: A piece: from one ideograph to the last before a Latin letter.
RUN = re.compile(rf"[{_SIGNS}]*[{_HAN}](?:[^<>A-Za-z&]*[{_HAN}])*[{_SIGNS}]*")
NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9]*")
#: What takes text alone: its own tag is marked, or nothing.
TEXT_ALONE = {"option", "textarea", "text", "tspan"}
#: A title is a line of two languages at best, and takes no element.
UNMARKED = {"style", "title"}
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
    """The page with each piece of Chinese in an element that says so; attributes and scripts stay as they are."""
    out, done = [], 0
    found = HAN.search(html)
    while found:
        at = found.start()
        tag = html.rfind("<", done, at)
        tag_end = html.find(">", tag, at)
        after = _end_of_script(html, done, at)
        if not after and tag >= 0 and tag_end < 0:
            after = _found(html, ">", at)
        elif not after:
            after = _found(html, "<", at)
            if tag >= 0:
                text = _marked(html[tag + 1 : tag_end], html[tag_end + 1 : after], NAME.match(html, after + 1))
                out += [html[done:tag], text]
                done = after
        found = HAN.search(html, after)
    return "".join(out) + html[done:]


def _found(html: str, sign: str, at: int) -> int:
    place = html.find(sign, at)
    return len(html) if place < 0 else place


def _end_of_script(html: str, done: int, at: int) -> int:
    """Where the script ends that a place stands in; 0 outside of one."""
    script = html.rfind("<script", done, at)
    end = html.find("</script", script) if script >= 0 else -1
    return end if end > at else 0


def _marked(tag: str, text: str, following: re.Match[str] | None) -> str:
    opening = NAME.match(tag)
    name = opening[0].lower() if opening else ""
    if name in UNMARKED or " lang=" in tag:
        return f"<{tag}>{text}"
    is_alone = following is not None and following[0].lower() == f"/{name}" and not tag.endswith("/")
    if is_alone and (name in TEXT_ALONE or not RUN.sub("", text).strip()):
        return f'<{tag} lang="{CHINESE}">{text}'
    # An element that no rule of the style sheets is about, and that has no box of its own (layout.css).
    return f"<{tag}>" + RUN.sub(rf'<bdi lang="{CHINESE}">\g<0></bdi>', text)
