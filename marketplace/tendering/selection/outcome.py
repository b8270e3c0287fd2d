from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RESERVES = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a selection method found.

    :param ranking: ids, best first
    :param working: the steps in the order of computing, for people; numbers and codes, no words
    :param coefficient: percent, benchmark price only
    :param benchmark: CNY with two decimals, benchmark price only
    :param totals: id → four decimals, best proposal only
    :param short_list: ids that the owner may pick from, credit-preferred only
    """

    ranking: tuple[str, ...]
    working: tuple[Mapping[str, Any], ...] = ()
    coefficient: int | None = None
    benchmark: str | None = None
    totals: Mapping[str, str] | None = None
    short_list: tuple[str, ...] = field(default=())

    @property
    def winner(self) -> str | None:
        return self.ranking[0] if self.ranking else None

    @property
    def reserves(self) -> tuple[str, ...]:
        """The next in the ranking."""
        return self.ranking[1 : 1 + RESERVES]
