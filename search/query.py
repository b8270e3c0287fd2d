"""What a person typed, made into alternatives of terms: any alternative matches, by all of its terms."""

import re
from dataclasses import dataclass
from itertools import islice, product

from search.synonyms import Synonyms, market_synonyms
from search.terms import compact, fold, phrase_terms, runs, whole

#: Longer input is cut: nobody types it, and every character costs a term.
LONGEST_QUERY = 80
#: Two short words give four alternatives; more than eight would be a pasted paragraph.
MOST_ALTERNATIVES = 8
#: People say 16号令 for what is written 令第16号.
_ORDER_NUMBER = re.compile(r"(\d+)\s*号令")


@dataclass(frozen=True)
class Alternative:
    phrases: tuple[str, ...]
    terms: tuple[str, ...]

    @property
    def whole_terms(self) -> tuple[str, ...]:
        return tuple(whole(term) for term in self.terms)


@dataclass(frozen=True)
class Query:
    """
    :ivar code: the text without separators, compared with the codes of entries
    :ivar alternatives: empty when nothing that can be searched was typed
    :ivar expansions: short words with the full terms that were searched as well
    """

    text: str
    code: str
    alternatives: tuple[Alternative, ...]
    expansions: tuple[tuple[str, str], ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(phrase for one in self.alternatives for phrase in one.phrases))

    def __bool__(self) -> bool:
        return bool(self.alternatives)


def parse(text: str, synonyms: Synonyms | None = None) -> Query:
    synonyms = synonyms or market_synonyms()
    typed = " ".join(text[:LONGEST_QUERY].split())
    cut = list(runs(_ORDER_NUMBER.sub(r"令第\1号", fold(typed))))
    expansions = dict.fromkeys(pair for run, is_han in cut if is_han for pair in synonyms.found_in(run))
    options = [_options(run, synonyms) if is_han else [(run,)] for run, is_han in cut]
    return Query(
        text=typed,
        code=compact(typed),
        alternatives=tuple(
            _alternative([phrase for option in choice for phrase in option])
            for choice in islice(product(*options), MOST_ALTERNATIVES if cut else 0)
        ),
        expansions=tuple(expansions),
    )


def _options(run: str, synonyms: Synonyms) -> list[tuple[str, ...]]:
    expanded = tuple(synonyms.expand(run))
    return [(run,)] if expanded == (run,) else [(run,), expanded]


def _alternative(phrases: list[str]) -> Alternative:
    terms: dict[str, None] = {}
    for place, phrase in enumerate(phrases, start=1):
        terms.update(dict.fromkeys(phrase_terms(phrase, open_end=place == len(phrases))))
    return Alternative(tuple(phrases), tuple(terms))
