"""How the marks of a best proposal stand on the result's page: read from the published working, with the reasons."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..models import Mark, Opening, Seat
from ..models.marking import Round
from ..selection import ASPECTS

Text = str | Promise


@dataclass
class Row:
    """One marking of a proposal: the marks in the order of the drawn numbers, and whether they count."""

    name: Text
    marks: list[int]
    spread: int
    counts: bool


@dataclass
class Marked:
    """A proposal with its marks, and why each evaluator gave theirs."""

    bid: Any
    id: str
    numbers: list[int]
    rows: list[Row]
    proposal: str
    reasons: list[dict[str, Any]] = field(default_factory=list)

    @property
    def second_round(self) -> bool:
        return len(self.rows) > 1


@dataclass
class Panel:
    """
    Who was drawn, what they gave, and what it came to.

    :param parts: aspect, its weight in percent and its name
    """

    parts: list[tuple[str, int, Text]]
    evaluators: list[dict[str, Any]]
    proposals: list[Marked]
    totals: list[dict[str, Any]]


def panel_shown(opening: Opening, working: dict[str, Any]) -> Panel | None:
    """
    None where nothing was marked, or not to the end.

    :param working: the transcript's steps by kind, as `working.working_of` gives them
    """
    if opening.is_under_way or not working.get("total") or not working.get("evaluator"):
        return None
    weights = (opening.transcript or {})["announcement"]["parameters"]["weights"]
    names = {"price": _("Price"), "time": _("Time"), "proposal": _("Proposal"), "credit": _("Credit")}
    fates = {
        "marked": Seat.State.SEATED.label,
        "reserve": Seat.State.RESERVE.label,
        **dict(Seat.Reason.choices),
    }
    return Panel(
        parts=[(aspect, weights[aspect], names[aspect]) for aspect in ASPECTS],
        evaluators=[{**step, "words": fates[step["fate"]]} for step in working["evaluator"]],
        proposals=_proposals(opening, working),
        totals=[
            {**step, "parts": [(names[aspect], weights[aspect], step[aspect]) for aspect in ASPECTS]}
            for step in working["total"]
        ],
    )


def _proposals(opening: Opening, working: dict[str, Any]) -> list[Marked]:
    steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for step in working["marks"]:
        steps[step["id"]].append(step)
    reasons = _reasons(opening)
    return [
        Marked(
            bid=total["bid"],
            id=total["id"],
            numbers=steps[total["id"]][-1]["evaluators"],
            rows=[
                Row(
                    name=Round(step["round"]).label,
                    marks=_in_order(step, steps[total["id"]][-1]["evaluators"]),
                    spread=step["spread"],
                    counts=step is steps[total["id"]][-1],
                )
                for step in steps[total["id"]]
            ],
            proposal=total["proposal"],
            reasons=reasons[total["id"]],
        )
        for total in working["total"]
    ]


def _in_order(step: dict[str, Any], numbers: list[int]) -> list[Any]:
    """A round's marks under the numbers of the last one; who came later has none in the first."""
    given = dict(zip(step["evaluators"], step["marks"], strict=True))
    return [given.get(number, "–") for number in numbers]


def _reasons(opening: Opening) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = Mark.objects.filter(
        paper__seat__opening=opening, paper__seat__state=Seat.State.SEATED, paper__handed_in_at__isnull=False
    )
    for row in rows.select_related("opened_bid", "paper__seat__evaluator").order_by("paper__seat__place", "round"):
        found[row.opened_bid.listed_as].append(
            {"number": row.paper.seat.number, "round": Round(row.round).label, "mark": row.mark, "remark": row.remark}
        )
    return found
