"""
Tell which templates break the one rule for their lines; --write breaks the lines by it.

What is rendered stays the same:

- A line has up to 120 characters, and never 140. What is short stays as it was written.
- A block's content stands on lines of its own, two spaces deeper. Attributes that do not fit stand one a line,
  the closing bracket behind the last.
- A line breaks only where a space stands already or where none would be seen (beside a block, in a flex row). Where
  neither is at hand the part stands in {% inline %}, in which line breaks vanish.
- A sentence longer than its line is {% blocktranslate trimmed %}, whose breaks are one space to the translators.
"""

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 120
MOST = 139
STEP = 2

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Elements that stand on lines of their own: a space before, after, or at the edges inside is not seen.
BLOCKS = set(
    """
    html head body title meta link script style noscript template div p h1 h2 h3 h4 h5 h6 section article aside
    header footer main nav form fieldset legend table thead tbody tfoot tr td th caption col ul ol li dl dt dd
    details summary blockquote hr br pre figure option optgroup svg-part circle rect line path polyline text g
    """.split()  # noqa: SIM905
)
#: Boxes in the line of text: a space at their edges inside is not seen, one outside is.
BOXES = {"button", "select", "textarea", "label-box", "svg"}
BOX_CLASSES = {"btn", "tag", "chip", "grade", "clock", "copy", "stars", "grade-letter", "ruler"}
BLOCK_CLASSES = {"sub", "duty-title", "working-label", "working-formula", "timeline-name", "timeline-when", "end-block"}
#: Rows, columns and grids: a space between their children is not seen.
ROWS = set(
    """
    aspects banner beside between brand chart-marks check-item checks chip chips choice choice-card choice-cards
    choices clock cluster columns-2 columns-3 columns-main compare-bar copy day-form facet-foot fact-list facts
    facts-grid field-row figures firm-card firm-compare firm-facts footer-end footer-grid form-actions grade
    header-actions header-row header-search header-tools icon-button inline-form item-card messages
    milestone-rows notice notice-row pager progress-line project-form result-grid result-list results-head
    row-fields row-line search-line section-head segments show site-nav sort stage-title stars steps-line
    switcher tag tags timeline verdict with-aside with-facets with-unit working btn
    """.split()  # noqa: SIM905
)
ROW_TAGS = {
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "ul",
    "ol",
    "dl",
    "select",
    "optgroup",
    "svg",
    "g",
    "head",
    "html",
}

OPENERS = {
    "if",
    "for",
    "with",
    "block",
    "autoescape",
    "cache",
    "spaceless",
    "notice",
    "refused",
    "empty",
    "slot",
    "setvar",
    "filter",
    "ifchanged",
    "inline",
    "language",
    "section",
}
MIDDLES = {"else", "elif", "empty"}
SILENT = {"load", "url-as", "csrf_token", "extends", "comment", "get_current_language"}
#: Tags whose content is trimmed and set in a block.
TRIMMED = {"notice", "refused", "empty"}

ATOM = re.compile(
    r"(?P<bt>{%-?\s*blocktrans(?:late)?\b[^%]*?%}.*?{%\s*endblocktrans(?:late)?\s*%})"
    r"|(?P<comment>{%\s*comment\b.*?{%\s*endcomment\s*%}|{%\s*verbatim\b.*?{%\s*endverbatim\s*%}|{#.*?#}|<!--.*?-->)"
    r"|(?P<tag>{%.*?%})|(?P<var>{{.*?}})",
    re.DOTALL,
)
BT = re.compile(
    r"{%\s*blocktrans(?:late)?\b(?P<args>(?:[^%]|%(?!}))*?)\s*%}(?P<body>.*?){%\s*endblocktrans(?:late)?\s*%}",
    re.DOTALL,
)
TRANSLATE = re.compile(r"""{% translate "(?P<text>[^"]*)"(?P<context> context "[^"]*")?(?: as (?P<name>\w+))? %}""")
SPACE = " \t\n\r\f"
#: A space that is seen, where the breaks of {% inline %} vanish.
SEEN = '{{ " " }}'


@dataclass
class Token:
    kind: str  # space, word, open, close, raw, tag, var, bt, comment
    text: str
    name: str = ""
    parent: "Token | None" = field(default=None, repr=False)


def tokens_of(source: str) -> list[Token]:
    """The template's words, spaces, elements' tags and template tags in order; together they are the source again."""
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        atom = ATOM.match(source, at)
        if atom:
            kind = atom.lastgroup or ""
            name = re.split(r"\s+", atom.group()[2:-2].strip(), maxsplit=1)[0] if kind == "tag" else ""
            tokens.append(Token(kind, atom.group(), name))
            at = atom.end()
        elif source[at] in SPACE:
            end = at
            while end < len(source) and source[end] in SPACE:
                end += 1
            tokens.append(Token("space", source[at:end]))
            at = end
        elif re.match(r"</?[a-zA-Z]", source[at : at + 3]) and not source.startswith("</", at):
            end = end_of_tag(source, at)
            name = re.match(r"<([\w-]+)", source[at:])[1].lower()  # type: ignore[index]
            if name in {"pre", "textarea", "script", "style"}:
                end = source.index(f"</{name}>", end) + len(name) + 3
                tokens.append(Token("raw", source[at:end], name))
            else:
                tokens.append(Token("open", source[at:end], name))
            at = end
        elif close := re.match(r"</([\w-]+)\s*>", source[at:]):
            tokens.append(Token("close", close.group(), close[1].lower()))
            at += close.end()
        else:
            end = at + 1
            while (
                end < len(source) and source[end] not in SPACE + "<" and not source.startswith(("{%", "{{", "{#"), end)
            ):
                end += 1
            tokens.append(Token("word", source[at:end]))
            at = end
    return tokens


def end_of_tag(source: str, at: int) -> int:
    """Behind the bracket that ends the element's tag; brackets in quotes and in template tags do not count."""
    quote = ""
    at += 1
    while at < len(source):
        if atom := ATOM.match(source, at):
            at = atom.end()
            continue
        letter = source[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == ">":
            return at + 1
        at += 1
    return at


def classes_of(token: Token) -> set[str]:
    found = re.search(r'\bclass="([^"]*)', token.text)
    return set(re.sub(r"{[%{].*?[%}]}", " ", found[1]).split()) if found else set()


class Template:
    """One template's tokens, and between which of them a space would not be seen."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens_of(source)
        self.partner: dict[int, list[int]] = {}
        self._match()
        self._parents()
        self._before: dict[int, bool] = {}
        self._after: dict[int, bool] = {}

    def _is_opener(self, at: int) -> bool:
        token = self.tokens[at]
        if token.name == "empty":
            return " " in token.text[3:-3].strip()
        return token.name in OPENERS or any(other.name == f"end{token.name}" for other in self.tokens[at + 1 :])

    def _match(self) -> None:
        stack: list[list[int]] = []
        for at, token in enumerate(self.tokens):
            if token.kind != "tag":
                continue
            if token.name.startswith("end"):
                group = stack.pop()
                group.append(at)
                for each in group:
                    self.partner[each] = group
            elif token.name in MIDDLES and not (token.name == "empty" and self._is_opener(at)):
                stack[-1].append(at)
            elif self._is_opener(at):
                stack.append([at])

    def _parents(self) -> None:
        stack: list[Token] = []
        for token in self.tokens:
            if token.kind == "close":
                names = [each.name for each in stack]
                if token.name in names:
                    while stack.pop().name != token.name:
                        pass
            token.parent = stack[-1] if stack else None
            if token.kind == "open" and token.name not in VOID and not token.text.endswith("/>"):
                stack.append(token)

    def _is_row(self, element: Token | None) -> bool:
        return element is not None and (element.name in ROW_TAGS or bool(classes_of(element) & ROWS))

    def may_be_empty(self, at: int) -> bool:
        """Whether the element that opens here may hold nothing: styles ask for `:empty`, which a space is not."""
        token = self.tokens[at]
        if token.name not in {"td", "th"} and not classes_of(token) & {"tags", "field-error", "fee-chart"}:
            return False
        at += 1
        while at < len(self.tokens) and not (
            self.tokens[at].kind == "close" and self.tokens[at].parent is token.parent
        ):
            each = self.tokens[at]
            if each.kind == "tag" and at in self.partner and self.partner[at][0] == at:
                group = self.partner[at]
                at = group[-1] + 1
                has_else = any(self.tokens[part].name in {"else", "empty"} for part in group[1:-1])
                if has_else:
                    return False
                continue
            if each.kind == "space" or each.kind == "comment":
                at += 1
                continue
            if each.kind == "tag" and each.name in {"include", "panels"}:
                at += 1
                continue
            return False
        return True

    def _edge(self, at: int, side: str) -> bool | None:
        """Whether a space beside the token is unseen (`l`: the gap is behind it); None where the next token decides."""
        token = self.tokens[at]
        if token.kind == "space":
            return True
        if token.kind in {"word", "var"}:
            return False
        if token.kind == "comment":
            return None
        if token.kind == "raw":
            return token.name in {"script", "style", "pre"}
        if token.kind == "bt":
            return None if " asvar " in token.text.partition("%}")[0] + " " else False
        if token.kind in {"open", "close"}:
            inside = (token.kind == "open") == (side == "l") and token.name not in VOID
            if token.name in BLOCKS or classes_of(token) & BLOCK_CLASSES:
                return True
            if token.kind == "close":
                opener = next(
                    (
                        t
                        for t in reversed(self.tokens[:at])
                        if t.kind == "open" and t.name == token.name and t.parent is token.parent
                    ),
                    token,
                )
                if classes_of(opener) & BLOCK_CLASSES:
                    return True
                boxed = opener.name in BOXES or bool(classes_of(opener) & BOX_CLASSES)
            else:
                boxed = token.name in BOXES or bool(classes_of(token) & BOX_CLASSES)
            if boxed:
                return inside
            if token.name == "input" and 'type="hidden"' in token.text:
                return None
            return False if token.name in VOID else None
        if token.name in TRIMMED or (token.name in {f"end{name}" for name in TRIMMED} and token.name != "endempty"):
            return True
        if token.name == "endempty":
            return True
        if token.name in {"block", "endblock"}:
            return True
        if token.name in SILENT or re.search(r" as \w+ %}$", token.text):
            return None
        if at in self.partner and token.name not in {
            "setvar",
            "endsetvar",
            "slot",
            "endslot",
            "spaceless",
            "endspaceless",
        }:
            return None
        return False

    def closed_before(self, at: int, seen: frozenset[int] = frozenset()) -> bool:
        """Whether a space at this gap would follow an edge or a space, however the template is rendered."""
        if at == 0:
            return False
        if at in seen:
            return True
        seen |= {at}
        token = self.tokens[at - 1]
        edge = self._edge(at - 1, "l")
        if edge is not None:
            return edge
        group = self.partner.get(at - 1)
        if token.kind != "tag" or group is None or token.name in {"with", "autoescape", "inline", "cache", "language"}:
            return self.closed_before(at - 1, seen)
        first = self.tokens[group[0]].name
        if at - 1 == group[0]:
            back = [group[-1] if len(group) == 2 else group[1]] if first == "for" else []
            return self.closed_before(at - 1, seen) and all(self.closed_before(each, seen) for each in back)
        if at - 1 == group[-1]:
            ends = [self.closed_before(each, seen) for each in group[1:]]
            has_else = any(self.tokens[each].name in {"else", "empty"} for each in group[1:-1])
            if first not in {"if", "for", "ifchanged"}:
                has_else = True
            return all(ends) and (has_else or self.closed_before(group[0], seen))
        return self.closed_before(group[0], seen)

    def closed_after(self, at: int, seen: frozenset[int] = frozenset()) -> bool:
        """Whether a space at this gap would stand before an edge or a space, however the template is rendered."""
        if at >= len(self.tokens):
            return False
        if at in seen:
            return True
        seen |= {at}
        token = self.tokens[at]
        edge = self._edge(at, "r")
        if edge is not None:
            return edge
        group = self.partner.get(at)
        if token.kind != "tag" or group is None or token.name in {"with", "autoescape", "inline", "cache", "language"}:
            return self.closed_after(at + 1, seen)
        first = self.tokens[group[0]].name
        if at == group[0]:
            starts = [self.closed_after(each + 1, seen) for each in group[:-1]]
            has_else = any(self.tokens[each].name in {"else", "empty"} for each in group[1:-1])
            if first not in {"if", "for", "ifchanged"}:
                has_else = True
            return all(starts) and (has_else or self.closed_after(group[-1] + 1, seen))
        forward = [group[0] + 1] if first == "for" and at == group[1] else []
        return self.closed_after(group[-1] + 1, seen) and all(self.closed_after(each, seen) for each in forward)

    def unseen(self, at: int) -> bool:
        """Whether a space before this token would not be seen."""
        if at == 0:
            return False
        left = self.tokens[at - 1]
        if left.kind == "open" and self.may_be_empty(at - 1):
            return False
        token = self.tokens[at]
        if token.kind == "close":
            opener = next(
                (
                    n
                    for n in range(at - 1, -1, -1)
                    if self.tokens[n].kind == "open"
                    and self.tokens[n].name == token.name
                    and self.tokens[n].parent is token.parent
                ),
                None,
            )
            if opener is not None and self.may_be_empty(opener):
                return False
        around = left if left.kind == "open" and left.name not in VOID else left.parent
        if token.parent is not None and token.parent is around and self._is_row(token.parent) and not self._text_at(at):
            return True
        return self.closed_before(at) or self.closed_after(at)

    def _text_at(self, at: int) -> bool:
        """Whether text runs on across this gap of a row (text in a row is one child)."""
        return all(
            token.kind in {"word", "var", "bt"} or token.name in {"translate", "include", "icon"}
            for token in self.tokens[at - 1 : at + 1]
        )


@dataclass
class Node:
    """A piece of a line: a token, or an element or a template block with what it holds."""

    first: int
    last: int
    kind: str  # space, leaf, element, block
    flat: str
    parts: list[tuple[int, list["Node"]]] = field(default_factory=list)


class Line:
    """Lays a logical line of the template out anew."""

    def __init__(self, template: Template, first: int, last: int) -> None:
        self.template = template
        self.tokens = template.tokens
        self.nodes = self._tree(first, last)

    def _flat(self, first: int, last: int) -> str:
        return "".join(flat_of(token) for token in self.tokens[first : last + 1])

    def _tree(self, first: int, last: int) -> list[Node]:
        nodes: list[Node] = []
        at = first
        while at <= last:
            token = self.tokens[at]
            end = self._end_of(at, last)
            if end is None:
                kind = "space" if token.kind == "space" else "leaf"
                nodes.append(Node(at, at, kind, flat_of(token)))
                at += 1
            elif token.kind == "open":
                node = Node(at, end, "element", self._flat(at, end))
                node.parts = [(at, self._tree(at + 1, end - 1))]
                nodes.append(node)
                at = end + 1
            else:
                group = self.template.partner[at]
                node = Node(at, end, "block", self._flat(at, end))
                node.parts = [
                    (start, self._tree(start + 1, following - 1)) for start, following in itertools.pairwise(group)
                ]
                nodes.append(node)
                at = end + 1
        return nodes

    def _end_of(self, at: int, last: int) -> int | None:
        token = self.tokens[at]
        if token.kind == "tag":
            group = self.template.partner.get(at)
            return group[-1] if group and group[0] == at and group[-1] <= last else None
        if token.kind != "open" or token.name in VOID or token.text.endswith("/>"):
            return None
        depth = 0
        for other in range(at, last + 1):
            each = self.tokens[other]
            group = self.template.partner.get(other)
            if group and group[0] < at and each.kind == "tag" and group[-1] > at:
                return None  # the element is cut by a branch
            if each.kind == "open" and each.name == token.name and each.name not in VOID:
                depth += 1
            elif each.kind == "close" and each.name == token.name:
                depth -= 1
                if depth == 0:
                    if any(
                        not at < g[0] or not g[-1] < other for n, g in self.template.partner.items() if at < n < other
                    ):
                        return None
                    return other
        return None

    def text(self, indent: int) -> list[str]:
        return self.sequence(self.nodes, indent, False)

    # A sequence is cut where a space is not seen (soft), or stands (space); what lies between is one piece.
    def sequence(self, nodes: list[Node], indent: int, inline: bool, room: int = 0) -> list[str]:
        nodes = strip(nodes)
        flat = "".join(node.flat for node in nodes)
        if not nodes or (indent + len(flat) + room <= WIDTH and "\n" not in flat):
            return [" " * indent + flat] if nodes else []
        pieces = self._pieces(nodes, inline)
        lines: list[str] = []
        can_fill = False
        for gap, piece in pieces:
            flat = "".join(node.flat for node in piece)
            fits = indent + len(flat) <= WIDTH and "\n" not in flat
            simple = fits and all(self._is_text(node) for node in piece)
            if gap == "space" and simple and can_fill and len(lines[-1]) + 1 + len(flat) <= WIDTH:
                lines[-1] += " " + flat
                continue
            lines += [" " * indent + flat] if fits else self.piece(piece, indent, inline)
            can_fill = simple
        return lines

    def _is_text(self, node: Node) -> bool:
        if node.kind == "block":
            return False
        token = self.tokens[node.first]
        if token.kind in {"open", "raw"}:
            return (
                token.name not in BLOCKS
                and token.name not in BOXES
                and not classes_of(token) & (BOX_CLASSES | BLOCK_CLASSES)
            )
        return token.kind in {"word", "var", "bt", "close"} or token.name == "translate"

    def _pieces(self, nodes: list[Node], inline: bool) -> list[tuple[str, list[Node]]]:
        pieces: list[tuple[str, list[Node]]] = []
        gap = ""
        for node in nodes:
            if node.kind == "space":
                gap = "space"
                continue
            if not gap and pieces and (inline or self.template.unseen(node.first)):
                left = pieces[-1][1][-1]
                both = self.tokens[left.last].kind == "word" and self.tokens[node.first].kind == "word"
                wide = self.tokens[left.last].text.isspace() or self.tokens[node.first].text.isspace()
                gap = "" if both or wide else "soft"
            if inline and gap == "space":
                left = pieces[-1][1][-1]
                if not (self.tokens[left.last].kind == "word" and self.tokens[node.first].kind == "word"):
                    pieces[-1][1].append(Node(left.last, left.last, "leaf", SEEN))
                    gap = "soft"
            if gap or not pieces:
                pieces.append((gap, [node]))
            else:
                pieces[-1][1].append(node)
            gap = ""
        return pieces

    def piece(self, nodes: list[Node], indent: int, inline: bool) -> list[str]:
        if len(nodes) == 1:
            open_up = self.open_up(nodes[0], indent, inline)
            if open_up is not None:
                return open_up
        flat = " " * indent + "".join(node.flat for node in nodes)
        lines = self.glued(nodes, indent, inline)
        if lines is None and len(flat) <= MOST and "\n" not in flat:
            return [flat]
        if lines is not None and (inline or max(map(len, lines)) <= MOST):
            return lines
        lead = 0
        while self.tokens[nodes[lead].first].name == "load":
            lead += 1
        head = " " * indent + "".join(node.flat for node in nodes[:lead])
        rest = nodes[lead:]
        if len(rest) == 1 and rest[0].kind == "leaf":
            return [flat]
        if len(rest) == 1 and rest[0].kind == "element" and self.template.may_be_empty(rest[0].first):
            start, children = rest[0].parts[0]
            opening = self.opening(self.tokens[start], indent)
            return [
                *opening[:-1],
                opening[-1] + "{% inline %}",
                *self.sequence(children, indent + STEP, True),
                " " * indent + "{% endinline %}" + self.tokens[rest[0].last].text,
            ]
        inner = self.sequence(rest, indent + STEP, True)
        return [head + "{% inline %}", *inner, " " * indent + "{% endinline %}"]

    def open_up(self, node: Node, indent: int, inline: bool) -> list[str] | None:
        """The node with its content on lines of its own; None where the edges inside are seen."""
        pad = " " * indent
        if node.kind == "leaf":
            return self.leaf(self.tokens[node.first], indent) if node.flat != SEEN else [pad + node.flat]
        if not inline and not all(self._edges_unseen(start, children, node) for start, children in node.parts):
            return None
        if inline and node.kind == "element" and not node.parts[0][1]:
            return None
        lines: list[str] = []
        for start, children in node.parts:
            token = self.tokens[start]
            lines += self.opening(token, indent) if token.kind == "open" else [pad + token.text]
            edge = [" " * (indent + STEP) + SEEN] if inline else []
            lines += edge if children and children[0].kind == "space" else []
            lines += self.sequence(children, indent + STEP, inline)
            lines += edge if len(children) > 1 and children[-1].kind == "space" else []
        return [*lines, pad + self.tokens[node.last].text]

    def _edges_unseen(self, start: int, children: list[Node], node: Node) -> bool:
        if not children:
            return False if node.kind == "element" else self.template.unseen(start + 1)
        after = children[0].kind == "space" or self.template.unseen(children[0].first)
        end = children[-1].last + 1
        before = children[-1].kind == "space" or self.template.unseen(end)
        return after and before

    def glued(self, nodes: list[Node], indent: int, inline: bool) -> list[str] | None:
        """The nodes one behind the other, broken only in sentences and attributes; None where that is not enough."""
        lines = [" " * indent]
        for node in nodes:
            sub: list[str] | None = [node.flat]
            if (len(lines[-1]) + len(node.flat) > WIDTH and node.flat != SEEN) or "\n" in node.flat:
                sub = self._glued_node(node, indent, inline, alone=len(nodes) == 1)
            if sub is None:
                return None
            lines[-1] += sub[0].lstrip(" ") if lines[-1].strip(" ") or len(sub) > 1 else sub[0].strip(" ")
            lines += sub[1:]
        return lines

    def _glued_node(self, node: Node, indent: int, inline: bool, alone: bool) -> list[str] | None:
        if node.kind == "leaf":
            return self.leaf(self.tokens[node.first], indent)
        if (opened := self.open_up(node, indent, inline)) is not None:
            return opened
        start, children = node.parts[0]
        if node.kind == "block" or any(child.kind in {"block", "element"} for child in children):
            return None
        opening = [" " * indent + flat_of(self.tokens[start])]
        if len(opening[0]) > WIDTH or all(self.tokens[child.first].kind in {"var", "space"} for child in children):
            if not alone:
                return None
            opening = self.opening(self.tokens[start], indent, broken=True)
        if children and children[0].kind == "space":
            opening[-1] += " "
        inner = self.sequence(children, indent + STEP, inline, room=len(opening[-1])) or [""]
        lines = [*opening[:-1], opening[-1] + inner[0].lstrip(" "), *inner[1:]]
        lines[-1] += (" " if children and children[-1].kind == "space" else "") + self.tokens[node.last].text
        return lines

    def leaf(self, token: Token, indent: int) -> list[str]:
        if token.kind == "open":
            return self.opening(token, indent)
        if token.kind == "bt":
            return blocktranslate(token.text, indent)
        if token.kind == "tag" and (found := TRANSLATE.fullmatch(token.text)):
            return sentence(found, indent)
        return [" " * indent + token.text]

    def opening(self, token: Token, indent: int, broken: bool = False) -> list[str]:
        """An element's tag, its attributes one a line where they do not fit on one."""
        flat = flat_of(token)
        if not broken and indent + len(flat) <= WIDTH:
            return [" " * indent + flat]
        items = attributes_of(flat)
        if len(items) < 2:
            return [" " * indent + flat]
        lines = [" " * indent + items[0]]
        for item in items[1:]:
            lines += attribute(item, indent + STEP)
        lines[-1] += "/>" if flat.endswith("/>") else ">"
        return lines


def strip(nodes: list[Node]) -> list[Node]:
    while nodes and nodes[0].kind == "space":
        nodes = nodes[1:]
    while nodes and nodes[-1].kind == "space":
        nodes = nodes[:-1]
    return nodes


def flat_of(token: Token) -> str:
    """The token on one line."""
    if token.kind == "space":
        return " "
    if token.kind == "open" and "\n" in token.text:
        items = attributes_of(re.sub(r"\s*\n\s*", " ", flat_texts(token.text)))
        return " ".join(items) + ("/>" if token.text.endswith("/>") else ">")
    if token.kind == "bt":
        return flat_texts(token.text)
    return token.text


def flat_texts(source: str) -> str:
    """Every trimmed {% blocktranslate %} on one line."""

    def flat(found: re.Match[str]) -> str:
        if " trimmed" not in found["args"] or re.search(r"\S[ \t]{2,}\S", found["body"]):
            return found.group()
        body = re.sub(r"[ \t]*\n[ \t]*", " ", found["body"].strip(SPACE))
        body = re.sub(r" ?({% plural %}) ?", r"\1", body)
        return f"{{% blocktranslate{found['args']} %}}{body}{{% endblocktranslate %}}"

    return BT.sub(flat, source)


def attributes_of(tag: str) -> list[str]:
    """`<a`, then each attribute, a conditional one being one piece; without the closing bracket."""
    end = len(tag) - (2 if tag.endswith("/>") else 1)
    items, item, quote, depth, at = [], "", "", 0, 0
    while at < end:
        atom = ATOM.match(tag, at)
        if atom:
            name = re.split(r"\s+", atom.group()[2:].strip())[0] if atom.lastgroup == "tag" else ""
            if not quote and depth == 0 and name in {"if", "for", "with"} and item and not item.endswith("="):
                items.append(item)
                item = ""
            depth += (name in {"if", "for", "with", "spaceless", "autoescape"}) - name.startswith("end")
            item += atom.group()
            at = atom.end()
            continue
        letter = tag[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        if letter in SPACE and not quote and depth == 0:
            if item:
                items.append(item)
            item = ""
        else:
            item += letter
        at += 1
    return [*items, item] if item else items


def attribute(item: str, indent: int) -> list[str]:
    """One attribute, broken inside only if it is too long for a line and its breaks mean nothing."""
    pad = " " * indent
    if indent + len(item) <= WIDTH:
        return [pad + item]
    if item.startswith("class="):
        return [pad + item] if indent + len(item) <= MOST else fill(class_words(item), indent)
    found = BT.search(item)
    if found and " trimmed" in found["args"]:
        return within(item, found, blocktranslate(found.group(), indent))
    for found in TRANSLATE.finditer(item):
        if len(inner := sentence(found, indent)) > 1:
            return within(item, found, inner)
    return [pad + item]


def within(item: str, found: re.Match[str], lines: list[str]) -> list[str]:
    """The attribute with this message on lines of its own."""
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip(" "))]
    lines = [indent + item[: found.start()] + lines[0].lstrip(" "), *lines[1:]]
    lines[-1] += item[found.end() :]
    return lines


def class_words(item: str) -> list[str]:
    return [word for word in re.split(r"(?<!{%) +(?![^{]*%})(?![^{]*}})", item) if word]


def sentence(found: re.Match[str], indent: int) -> list[str]:
    """{% translate %} as {% blocktranslate trimmed %} over several lines; the same message to translators."""
    text, context, name = found["text"], found["context"] or "", found["name"]
    one = [" " * indent + found.group()]
    if "{" in text or "  " in text or "\\" in text or text != text.strip() or indent + len(one[0].strip()) <= WIDTH:
        return one
    args = f"{context} asvar {name}" if name else context
    return blocktranslate(f"{{% blocktranslate trimmed{args} %}}{text}{{% endblocktranslate %}}", indent)


def blocktranslate(source: str, indent: int) -> list[str]:
    """A trimmed {% blocktranslate %} with its words on lines of their own."""
    found = BT.fullmatch(source)
    pad = " " * indent
    if not found or " trimmed" not in found["args"] or re.search(r"\S[ \t]{2,}\S", found["body"]):
        return (pad + source).split("\n")
    lines = [f"{pad}{{% blocktranslate{found['args']} %}}"]
    for number, part in enumerate(re.split(r"{%\s*plural\s*%}", found["body"])):
        if number:
            lines.append(pad + "{% plural %}")
        words = re.findall(r"(?:{{.*?}}|<[^>]*>|[^ \t\n])+", part)
        lines += fill(words, indent + STEP)
    return [*lines, pad + "{% endblocktranslate %}"]


def fill(words: list[str], indent: int) -> list[str]:
    """
    The words on lines as full as may be.

    A wide or fixed space at a word's edge is never brought to a line's edge: trimming would take it.
    """
    lines = [" " * indent]
    for word in words:
        fixed = bool(lines[-1].strip(SPACE)) and (word[:1].isspace() or lines[-1][-1:] in "\u3000\u00a0")
        if lines[-1].strip(SPACE) and len(lines[-1]) + 1 + len(word) > WIDTH and not fixed:
            lines.append(" " * indent)
        lines[-1] += (" " if lines[-1].strip(SPACE) else "") + word
    return lines


def logical_lines(tokens: list[Token]) -> Iterator[tuple[str, int, int, int]]:
    """(indentation or blank lines before, first token, last token, longest line of these)."""
    first = 0
    for at in range(len(tokens) + 1):
        if at == len(tokens) or (tokens[at].kind == "space" and "\n" in tokens[at].text):
            if at > first:
                text = "".join(token.text for token in tokens[first:at])
                yield text, first, at - 1, max(map(len, text.split("\n")))
            first = at + 1


def format_source(source: str) -> str:
    """The template with its long lines broken; a break made may open the way for another."""
    while (after := format_once(source)) != source:
        source = after
    return source


def format_once(source: str) -> str:
    template = Template(source)
    tokens = template.tokens
    out = ""
    at = 0
    for text, first, last, _ in logical_lines(tokens):
        out += "".join(token.text for token in tokens[at:first])
        indent = len(out) - (out.rfind("\n") + 1) if not out[out.rfind("\n") + 1 :].strip(" ") else 0
        longest = max(len(line) + (indent if n == 0 else 0) for n, line in enumerate(text.split("\n")))
        if longest > WIDTH:
            lines = Line(template, first, last).text(indent)
            laid = "\n".join(lines)
            out += laid[indent:] if laid[:indent] == " " * indent else laid
        else:
            out += text
        at = last + 1
    return out + "".join(token.text for token in tokens[at:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="break the lines that are too long")
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "templates"])
    options = parser.parse_args()
    files = sorted(file for path in options.paths for file in ([path] if path.is_file() else path.rglob("*.html")))
    wrong = 0
    for file in files:
        before = file.read_text()
        after = format_source(before)
        if after != before and options.write:
            file.write_text(after)
        elif after != before:
            print(f"{file}: long lines, run scripts/check_templates.py --write")
            wrong += 1
        for number, line in enumerate(after.splitlines(), 1):
            if len(line) > MOST:
                print(f"{file}:{number}: {len(line)} characters that only a person can break")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
