"""Reads `cms/content/guides/*.md`: a head of `key: value` lines, then the Chinese text, `=== en`, the English one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.utils.html import escape

FOLDER = Path(__file__).resolve().parent / "guides"
_BOLD = re.compile(r"\*\*(.+?)\*\*")
Block = tuple[str, object]


@dataclass(frozen=True)
class Guide:
    slug: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    body: list[Block]
    body_en: list[Block]


def guides() -> Iterator[Guide]:
    """Every guide, in the order of the files' names."""
    for path in sorted(FOLDER.glob("*.md")):
        head, _, text = path.read_text("utf-8").partition("\n\n")
        facts = dict(line.split(": ", 1) for line in head.splitlines())
        chinese, _, english = text.partition("=== en\n")
        yield Guide(**facts, body=blocks(chinese), body_en=blocks(english))


def blocks(text: str) -> list[Block]:
    """Headings (##), paragraphs, lists (- and 1.) and tables (|) as blocks of a page's body."""
    found: list[Block] = []
    for kind, lines in groupby(filter(None, map(str.strip, text.splitlines())), key=_kind):
        rows = list(lines)
        if kind == "heading":
            found += [("heading", row.removeprefix("## ")) for row in rows]
        elif kind == "table":
            found.append(("table", _table(rows)))
        else:
            found.append(("text", _rich(kind, rows)))
    return _merged(found)


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "heading"
    if line.startswith("|"):
        return "table"
    if line.startswith("- "):
        return "ul"
    return "ol" if re.match(r"\d+\. ", line) else "p"


def _rich(kind: str, rows: list[str]) -> str:
    cut = {"ul": r"^- ", "ol": r"^\d+\. ", "p": r"^"}[kind]
    texts = [_BOLD.sub(r"<b>\1</b>", escape(re.sub(cut, "", row))) for row in rows]
    if kind == "p":
        return "".join(f"<p>{text}</p>" for text in texts)
    return f"<{kind}>{''.join(f'<li>{text}</li>' for text in texts)}</{kind}>"


def _table(rows: list[str]) -> dict[str, object]:
    data = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {"data": data, "first_row_is_table_header": True, "table_header_choice": "row"}


def _merged(found: list[Block]) -> list[Block]:
    """Neighbouring texts as one block, as an editor would have written them."""
    merged: list[Block] = []
    for kind, value in found:
        if kind == "text" and merged and merged[-1][0] == "text":
            merged[-1] = ("text", f"{merged[-1][1]}{value}")
        else:
            merged.append((kind, value))
    return merged
