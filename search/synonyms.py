"""The short words that people in the trade use (环评), each with its full term (环境影响评价)."""

import csv
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

SYNONYMS_FILE = Path(__file__).resolve().parent.parent / "fixtures" / "synonyms.csv"


@dataclass(frozen=True)
class Synonyms:
    full_by_short: tuple[tuple[str, str], ...]

    @cached_property
    def _full(self) -> dict[str, str]:
        # A short word that its full term contains (监理 in 建设工程监理) finds all that the full one
        # does and more: putting the full one in its place would only narrow the search.
        return {short: full for short, full in self.full_by_short if short not in full}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(map(re.escape, self._full), key=len, reverse=True)) or r"(?!)")

    def found_in(self, run: str) -> list[tuple[str, str]]:
        """The short words in a run of Chinese, each with its full term."""
        return [(short, self._full[short]) for short in self._pattern.findall(run)]

    def expand(self, run: str) -> list[str]:
        """The run in pieces, full terms in place of the short words: 新北环评 → 新北, 环境影响评价."""
        pieces = re.split(f"({self._pattern.pattern})", run)
        return [self._full.get(piece, piece) for piece in pieces if piece]


@cache
def market_synonyms() -> Synonyms:
    with SYNONYMS_FILE.open(encoding="utf-8", newline="") as file:
        return Synonyms(tuple((row["short"], row["full"]) for row in csv.DictReader(file)))
