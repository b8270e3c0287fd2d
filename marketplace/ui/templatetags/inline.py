"""A line of text may be written over several lines of its template."""

import re

from django import template
from django.template.base import NodeList, Parser, Token, TokenType

register = template.Library()

#: A wide space is no indentation.
BREAK = re.compile(r"[ \t]*\n[ \t\n]*")


class LineBreaks:
    """Takes the breaks out of a template's text, piece by piece; it knows whether a piece ends in an element's tag."""

    def __init__(self) -> None:
        self.in_tag = False

    def without(self, text: str) -> str:
        """The text without its line breaks: one space between words and attributes, nothing beside a tag."""
        out = ""
        at = 0
        for found in BREAK.finditer(text):
            out += self._read(text[at : found.start()])
            at = found.end()
            between_words = out and at < len(text) and out[-1] != ">" and text[at] != "<"
            if self.in_tag or between_words:
                out += " "
        return out + self._read(text[at:])

    def _read(self, part: str) -> str:
        if "<" in part or ">" in part:
            self.in_tag = part.rfind("<") > part.rfind(">")
        return part


@register.tag
def inline(parser: Parser, token: Token) -> "InlineNode":
    """
    {% inline %}…{% endinline %}: line breaks beside template tags and elements vanish, others are a space.

    A break that stands for a space is written {{ " " }}. Messages of {% blocktranslate %} stay as they are.
    """
    breaks = LineBreaks()
    in_message = False
    ahead: list[Token] = parser.tokens[::-1]  # type: ignore[assignment]
    for following in ahead:
        name = following.contents.split(maxsplit=1)[0] if following.token_type == TokenType.BLOCK else ""
        if name == "endinline":
            break
        if name in {"blocktranslate", "blocktrans", "endblocktranslate", "endblocktrans"}:
            in_message = not name.startswith("end")
        if following.token_type == TokenType.TEXT and not in_message:
            following.contents = breaks.without(following.contents)
    nodelist = parser.parse(("endinline",))
    parser.delete_first_token()
    return InlineNode(nodelist)


class InlineNode(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        return self.nodelist.render(context)
