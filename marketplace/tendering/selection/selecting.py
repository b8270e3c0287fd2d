"""One door to the six methods: a pure function of frozen list, announced parameters, seed and marks."""

from collections.abc import Mapping, Sequence
from typing import Any

from .benchmark_price import benchmark_price
from .best_proposal import best_proposal
from .chance import Chance
from .credit_preferred import credit_preferred
from .errors import InvalidSelection
from .frozen_list import FrozenList
from .outcome import Outcome
from .simple import direct, lowest_price, random_draw

DIRECT = "direct"
RANDOM_DRAW = "random_draw"
LOWEST_PRICE = "lowest_price"
BENCHMARK_PRICE = "benchmark_price"
CREDIT_PREFERRED = "credit_preferred"
BEST_PROPOSAL = "best_proposal"
METHODS = (DIRECT, RANDOM_DRAW, LOWEST_PRICE, BENCHMARK_PRICE, CREDIT_PREFERRED, BEST_PROPOSAL)

#: Where the owner fixes the price, and bids name none.
PRICE_FIXED = frozenset({RANDOM_DRAW, CREDIT_PREFERRED})
#: Where the owner may choose, with a reason that is published.
OWNER_PICKS = frozenset({DIRECT, CREDIT_PREFERRED})
#: Where the score of the day before the deadline stands in the list.
SCORE_LISTED = frozenset({CREDIT_PREFERRED, BEST_PROPOSAL})

_THREE_WITH_PUBLIC_MONEY = frozenset({RANDOM_DRAW, LOWEST_PRICE, BENCHMARK_PRICE, BEST_PROPOSAL})


def fewest_bids(method: str, *, public_money: bool) -> int:
    """Bids without which a request fails, counted after all exclusions and before trimming."""
    if method not in METHODS:
        raise InvalidSelection(f"unknown method {method!r}")
    if method == CREDIT_PREFERRED:
        return 2
    return 3 if public_money and method in _THREE_WITH_PUBLIC_MONEY else 1


def select(
    method: str,
    frozen: FrozenList,
    *,
    seed: bytes | None,
    parameters: Mapping[str, Any],
    marks: Mapping[str, Sequence[int]] | None = None,
    pick: str | None = None,
) -> Outcome:
    """
    Rank the candidates by the announced method.

    :raises InvalidSelection: if list, parameters, marks or pick are not what the method needs
    """
    if pick is not None and method not in OWNER_PICKS:
        raise InvalidSelection("the announced rule decides, not the owner")
    if marks is not None and method != BEST_PROPOSAL:
        raise InvalidSelection("only proposals are marked")
    if method == DIRECT:
        if pick is None:
            raise InvalidSelection("direct selection needs the owner's pick")
        return direct(frozen.candidates, pick=pick)
    if seed is None:
        raise InvalidSelection("a selection by rule needs a seed")
    chance = Chance(seed)
    if method == RANDOM_DRAW:
        return random_draw(frozen.candidates, chance=chance)
    if method == LOWEST_PRICE:
        return lowest_price(frozen.candidates, chance=chance)
    if method == BENCHMARK_PRICE:
        return benchmark_price(frozen.candidates, chance=chance)
    try:
        if method == CREDIT_PREFERRED:
            return credit_preferred(
                frozen.candidates, chance=chance, long=parameters["long"], short=parameters["short"], pick=pick
            )
        if method == BEST_PROPOSAL:
            return best_proposal(frozen.candidates, chance=chance, weights=parameters["weights"], marks=marks or {})
    except KeyError as error:
        raise InvalidSelection(f"the announcement lacks {error}") from error
    raise InvalidSelection(f"unknown method {method!r}")
