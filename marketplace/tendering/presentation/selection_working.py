"""The working of a selection as its page prints it: the transcript's steps, by kind, each with its firm."""

from typing import Any

from ..facts.opened_lists import opened_of
from ..models import OpenedBid, Opening

#: Kinds of steps that a method's working has once; all others are rows.
_ONCE = frozenset({"coefficient", "benchmark", "pick", "too_few", "voided"})


def working_of(opening: Opening, bids: list[OpenedBid]) -> dict[str, Any]:
    """
    By kind of step: a step, or the list of its rows.

    While the owner still picks it is worked out from the seed as it will be published.
    """
    firms = {bid.listed_as: bid for bid in bids if bid.listed_as}
    found: dict[str, Any] = {}
    for step in steps_of(opening):
        row = {**step, "bid": firms.get(step.get("id", ""))}
        if step["step"] in _ONCE:
            found[step["step"]] = row
        else:
            found.setdefault(step["step"], []).append(row)
    return found


def steps_of(opening: Opening) -> list[Any]:
    """The working as published, or as it will be while the owner picks."""
    if opening.transcript is not None:
        return list(opening.transcript["working"])
    if opening.short_list:
        return list(opened_of(opening.work_request, opening).outcome().working)
    return []
