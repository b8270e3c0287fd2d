"""Credit-preferred selection (RULES, Selection methods)."""

from collections.abc import Sequence
from typing import Any

from .chance import Chance
from .errors import InvalidSelection
from .frozen_list import Candidate
from .outcome import Outcome


def credit_preferred(
    candidates: Sequence[Candidate], *, chance: Chance, long: int, short: int, pick: str | None = None
) -> Outcome:
    """
    The highest scores make the long list; all of it is drawn in weighted order; its first are the short list.

    :param pick: the owner's choice from the short list; None where the first drawn wins
    """
    if not long >= short >= 1:
        raise InvalidSelection("the long list is no shorter than the short one, and both hold at least one")
    by_score = sorted(candidates, key=lambda one: (-one.score_hundredths, chance.value("tie", one.id)))
    long_list = sorted(by_score[:long], key=lambda one: one.id)
    drawn = chance.weighted_order([(one.id, one.score_hundredths) for one in long_list])
    short_list = tuple(drawn[:short])
    if pick is not None and pick not in short_list:
        raise InvalidSelection("the pick is not on the short list")
    ranking = drawn if pick is None else [pick, *(one for one in drawn if one != pick)]
    scores, shortest = {one.id: one.score for one in long_list}, set(short_list)
    working: list[dict[str, Any]] = [
        *({"step": "long_list", "id": one.id, "score": one.score} for one in by_score[:long]),
        *(
            {"step": "drawn", "rank": rank, "id": one, "score": scores[one], "short_list": one in shortest}
            for rank, one in enumerate(drawn, start=1)
        ),
        *([] if pick is None else [{"step": "pick", "id": pick}]),
    ]
    return Outcome(tuple(ranking), tuple(working), short_list=short_list)
