"""Which parts of a title a query matched."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.terms import fold


@dataclass(frozen=True)
class Segment:
    text: str
    matched: bool


def segments(text: str, phrases: Sequence[str]) -> list[Segment]:
    """
    The text in pieces, those matched marked.

    A piece is matched where it has half of a phrase or more, and two characters at least, in common with it
    (环境影响 of 环境影响评价), or the whole of a phrase of one; a Latin word only from its beginning.
    """
    marks = [False] * len(text)
    folded = [fold(character) for character in text]
    at = 0
    while at < len(text):
        length = max((_common(folded, at, phrase) for phrase in phrases), default=0)
        marks[at : at + length] = [True] * length
        at += length or 1
    return _grouped(text, marks)


def _common(folded: list[str], at: int, phrase: str) -> int:
    """How many characters from here on stand together in the phrase."""
    is_latin = phrase[0].isascii() and phrase[0].isalnum()
    if is_latin and at and folded[at - 1].isascii() and folded[at - 1].isalnum():
        return 0
    starts = [0] if is_latin else [place for place, character in enumerate(phrase) if character == folded[at]]
    longest = 0
    for start in starts:
        length = 0
        while at + length < len(folded) and phrase[start + length : start + length + 1] == folded[at + length]:
            length += 1
        longest = max(longest, length)
    needed = len(phrase) if is_latin or len(phrase) == 1 else max(2, (len(phrase) + 1) // 2)
    return longest if longest >= needed else 0


def _grouped(text: str, marks: list[bool]) -> list[Segment]:
    pieces: list[Segment] = []
    for character, matched in zip(text, marks, strict=True):
        if pieces and pieces[-1].matched == matched:
            pieces[-1] = Segment(pieces[-1].text + character, matched)
        else:
            pieces.append(Segment(character, matched))
    return pieces
