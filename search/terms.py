"""
How text becomes search terms: the one cut that indexing, queries and the console share.

Neither SQLite nor PostgreSQL finds a Chinese word of two characters by itself. So Chinese runs are
stored as their single characters and bigrams, Latin words and numbers whole and by their prefixes,
and a query is cut the same way and matched with AND. A term never contains a space.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Ends a term that stands for every word beginning so: "env…" is held by "environmental".
#: Not ASCII, so that SQLite's `ascii` tokenizer keeps it inside the term.
PREFIX_MARK = "…"
#: Prefixes longer than this are not stored; a code of 18 characters (USCC) still fits.
LONGEST_PREFIX = 20

_HAN = "〇々㐀-䶿一-鿿豈-﫿𠀀-𿿿ぁ-ヿ가-힣"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")


def fold(text: str) -> str:
    """Full width to half width, compatibility forms to plain ones, capitals to small."""
    return unicodedata.normalize("NFKC", text).casefold()


def compact(code: str) -> str:
    """A number or code without its separators: "计价格〔2002〕10号" → "计价格200210号"."""
    return "".join(match.group() for match in _RUN.finditer(fold(code)))


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The folded text's runs in order, each with whether it is Chinese."""
    for match in _RUN.finditer(fold(text)):
        yield match.group(), match.lastgroup == "han"


def bigrams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def prefixes(word: str) -> list[str]:
    return [word[:length] + PREFIX_MARK for length in range(1, min(len(word), LONGEST_PREFIX) + 1)]


def index_terms(texts: Iterable[str], codes: Iterable[str] = ()) -> list[str]:
    """
    Every term under which the texts are found, each once, in order of appearance.

    :param codes: numbers that people also type without separators (MX20260001, HB001)
    """
    terms: dict[str, None] = {}
    for text in texts:
        for run, is_han in runs(text):
            terms.update(dict.fromkeys([*run, *bigrams(run)] if is_han else [run, *prefixes(run)]))
    for code in codes:
        terms.update(dict.fromkeys(index_terms([code])))
        joined = compact(code)
        terms.update(dict.fromkeys([joined, *prefixes(joined)]))
    return list(terms)


def phrase_terms(phrase: str, *, open_end: bool = False) -> list[str]:
    """
    The terms that a text must hold to contain a queried phrase.

    :param open_end: the phrase may still be being typed, so that a number at its end is a prefix too;
        Latin words always are
    """
    found: dict[str, None] = {}
    cut = list(runs(phrase))
    for place, (run, is_han) in enumerate(cut):
        if is_han:
            found.update(dict.fromkeys(bigrams(run) or [run]))
        elif run.isdecimal() and not (open_end and place == len(cut) - 1):
            found[run] = None
        else:
            found[run[:LONGEST_PREFIX] + PREFIX_MARK] = None
    return list(found)


def whole(term: str) -> str:
    """The term without its openness: what the word itself, not one beginning so, is stored as."""
    return term.removesuffix(PREFIX_MARK)
