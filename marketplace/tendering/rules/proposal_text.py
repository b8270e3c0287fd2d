"""
What a proposal file says in plain text, as far as the standard library reads it: .txt and .docx.

Files come from bidders: sizes are bounded before anything is unpacked, and nothing is parsed that could expand.
"""

import html
import re
import zipfile
import zlib
from io import BytesIO

LARGEST = 20 * 1024 * 1024
#: Shorter passages are headings and phrases that anybody writes.
SHORTEST = 30

_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_AUTHOR = re.compile(r"<(dc:creator|cp:lastModifiedBy)(?: [^>]*)?>([^<]*)</")


def passages_of(content: bytes, name: str) -> frozenset[str]:
    """The passages of a file, without spaces, none shorter than 30 characters; none where it cannot be read."""
    if name.lower().endswith(".txt"):
        return passages_in(_decoded(content[:LARGEST]))
    paragraphs = (
        html.unescape("".join(_TEXT.findall(each)))
        for each in _member(content, name, "word/document.xml").split("</w:p>")
    )
    return passages_in("\n".join(paragraphs))


def passages_in(text: str) -> frozenset[str]:
    """Text cut at ends of sentences and lines."""
    parts = ("".join(part.split()) for part in re.split(r"[。！？!?；;\n]|\.\s", text))
    return frozenset(part for part in parts if len(part) >= SHORTEST)


def author_of(content: bytes, name: str) -> str:
    """Who last saved the file, or made it, by its own properties; "" where it does not say."""
    found = dict(_AUTHOR.findall(_member(content, name, "docProps/core.xml")))
    return html.unescape(found.get("cp:lastModifiedBy") or found.get("dc:creator") or "").strip()


def _member(content: bytes, name: str, member: str) -> str:
    if not name.lower().endswith(".docx"):
        return ""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, archive.open(member) as file:
            read = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        # A damaged file hides its own text only: the other bids are still compared.
        return ""
    return "" if len(read) > LARGEST else _decoded(read)


def _decoded(content: bytes) -> str:
    content = content.replace(b"\0", b"")  # which no database takes in a text
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="ignore")
