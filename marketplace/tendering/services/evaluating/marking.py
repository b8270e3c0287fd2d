"""
Drawn evaluators mark the proposals of a best-proposal request, blind (docs/decisions/evaluators.md).

Marks stay with their evaluator until all are in; nothing that anybody else can read names them before.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError, SavedElsewhere, Text
from marketplace.core.permissions import require

from ... import notices, permissions
from ...failures import joined
from ...models import Mark, Opening, Paper, Seat, WorkRequest
from ...models.marking import Round
from ...rules import mark_totals
from ...rules.mark_totals import Given, Table
from ..openings.stages import advance
from .seating import counted_bids, issue, labels_given, open_papers, replace, set_clock, tell_evaluator

#: label → mark (None where none is given yet) and remark
Marks = Mapping[int, tuple[int | None, str]]


class UnableToMark(DomainError):
    """What is missing, at its field; nothing was handed in."""

    code = "unable-to-mark"


@transaction.atomic
def declare_no_tie(*, paper_id: int, actor: User) -> Paper:
    """
    Declare to be free of ties, which opens the proposals; a second call changes nothing.

    :raises Refused: if it is another's paper, or no longer to be marked
    """
    work_request, paper = _locked(paper_id)
    require(permissions.can_mark(actor, paper))
    if paper.seat.cleared_at is None:
        paper.seat.cleared_at = clock.now()
        paper.seat.save()
        _record(work_request, "evaluator.declared_no_tie", actor, paper.seat)
    return paper


@transaction.atomic
def declare_own_tie(*, paper_id: int, reason: str, actor: User) -> Seat:
    """
    Give the place up for a tie; the next number takes it.

    :raises Refused: if it is another's paper, or no longer to be marked
    :raises UnableToMark: without a reason
    """
    work_request, paper = _locked(paper_id)
    require(permissions.can_mark(actor, paper))
    if not reason.strip():
        message = _("Say what ties you, and to whom.")
        raise UnableToMark(message, {"reason": message})
    _record(work_request, "evaluator.declared_tie", actor, paper.seat, {"reason": reason.strip()[:2000]})
    replace(work_request, paper.seat, Seat.Reason.DECLARED_TIE)
    return paper.seat


@transaction.atomic
def save_marks(*, paper_id: int, marks: Marks, actor: User, edited_at: datetime | None = None) -> Paper:
    """
    Keep marks as a draft that nobody else sees.

    :param edited_at: the paper's as its page was shown, to refuse a page that is stale
    :raises Refused: if it is another's paper, no longer to be marked, or no tie has been ruled out yet
    :raises UnableToMark: at the mark (`mark_3`) that is not between 0 and 100
    :raises SavedElsewhere: if the paper was saved meanwhile
    """
    _work_request, paper = _locked(paper_id)
    _require_open(paper, actor, edited_at)
    rows = list(paper.marks.all())
    errors: dict[str, Text] = {
        f"mark_{label}": _("A mark is a whole number from 0 to 100.")
        for label, (mark, _remark) in marks.items()
        if mark is not None and (type(mark) is not int or not 0 <= mark <= 100)
    }
    if errors:
        raise UnableToMark(_("A mark is a whole number from 0 to 100."), errors)
    for row in rows:
        if row.label in marks:
            row.mark, remark = marks[row.label]
            row.remark = remark.strip()[:2000]
    Mark.objects.bulk_update(rows, ["mark", "remark"])
    paper.edited_at = clock.now()
    paper.save()
    return paper


@transaction.atomic
def hand_in_marks(*, paper_id: int, actor: User, edited_at: datetime | None = None) -> Paper:
    """
    Hand a paper in, once; with the last one the second round or the ranking begins.

    :param edited_at: the paper's as its page was shown: what was looked over is what is handed in
    :raises Refused: if it is another's paper, no longer to be marked, or handed in already
    :raises UnableToMark: naming every proposal without mark or remark
    :raises SavedElsewhere: if the paper was saved meanwhile
    """
    work_request, paper = _locked(paper_id)
    _require_open(paper, actor, edited_at)
    errors: dict[str, Text] = {}
    for row in paper.marks.all():
        if row.mark is None:
            errors[f"mark_{row.label}"] = _("Give proposal %(label)d a mark.") % {"label": row.label}
        if not row.remark.strip():
            errors[f"remark_{row.label}"] = _("Give the reason for the mark of proposal %(label)d.") % {
                "label": row.label
            }
    if errors:
        raise UnableToMark(joined(list(errors.values())), errors)
    paper.handed_in_at = clock.now()
    paper.save()
    # Not the marks themselves: the trail can be read before all are in.
    notices.settle(work_request, f"marking:{paper.pk}")
    _record(work_request, "evaluator.handed_in", actor, paper.seat, {"paper": paper.position})
    _advance(work_request, paper.seat.opening)
    return paper


def panel_of(opening: Opening) -> tuple[list[int], Table]:
    """The numbers that mark, in the order of the draw, and what they have handed in."""
    seats = list(opening.seats.seated().select_related("evaluator"))
    marks = Mark.objects.filter(paper__seat__in=seats, paper__handed_in_at__isnull=False)
    given = [
        Given(row.opened_bid.listed_as, row.paper.seat.evaluator.number, row.round, row.mark)
        for row in marks.select_related("opened_bid", "paper__seat__evaluator")
        if row.mark is not None
    ]
    return [seat.number for seat in seats], mark_totals.table_of(given)


def _advance(work_request: WorkRequest, opening: Opening) -> None:
    """Once all have handed in: the second round where marks lie too far apart, else the ranking."""
    numbers, table = panel_of(opening)
    needed = (work_request.announcement or {})["parameters"]["evaluators"]
    if len(numbers) < needed or open_papers(work_request).exists():
        set_clock(work_request, opening)
    elif again := mark_totals.disputed(table):
        _mark_again(work_request, opening, again)
    else:
        _finish(work_request, opening, numbers, table)


def _mark_again(work_request: WorkRequest, opening: Opening, again: list[str]) -> None:
    bids = {bid.listed_as: bid for bid in counted_bids(opening)}
    labels = labels_given(opening)
    for seat in opening.seats.seated().select_related("evaluator__user"):
        tell_evaluator(
            work_request,
            issue(work_request, seat, [(bids[one], Round.SECOND, labels[bids[one].pk]) for one in again]),
            "second_round",
            _("%(number)s: a second round of marking"),
            _("%(title)s: at least one proposal is marked once more by all. Please mark by %(day)s."),
        )
    set_clock(work_request, opening)
    audit.record(
        matter=work_request.audit_matter, action="marking.second_round", actor=None, after={"proposals": len(again)}
    )


def _finish(work_request: WorkRequest, opening: Opening, numbers: list[int], table: Table) -> None:
    """Fix what counts, and let the opening go on to its ranking."""
    fates = {Seat.State.SEATED: "marked", Seat.State.RESERVE: "reserve"}
    seats = [
        {
            "place": seat.place,
            "number": seat.number,
            "value": seat.value,
            "fate": fates.get(seat.state, seat.reason),
        }
        for seat in opening.seats.select_related("evaluator").order_by("place")
    ]
    opening.marks = mark_totals.final_marks(table, numbers)
    opening.panel = mark_totals.working(seats, table, numbers)
    opening.save(update_fields=["marks", "panel"])
    audit.record(
        matter=work_request.audit_matter,
        action="marking.finished",
        actor=None,
        after={"evaluators": numbers, "marks": opening.marks},
    )
    advance(work_request, opening)


def _locked(paper_id: int) -> tuple[WorkRequest, Paper]:
    """A paper and its request, the request's row locked first."""
    request_id = Paper.objects.values_list("seat__opening__work_request", flat=True).get(pk=paper_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    paper = Paper.objects.select_related("seat__evaluator__user", "seat__opening").get(pk=paper_id)
    paper.seat.opening.work_request = work_request
    return work_request, paper


def _require_open(paper: Paper, actor: User, edited_at: datetime | None) -> None:
    require(permissions.can_mark(actor, paper))
    require(permissions.can_read_proposals(actor, paper))
    if edited_at is not None and edited_at != paper.edited_at:
        raise SavedElsewhere(paper.edited_at)


def _record(work_request: WorkRequest, action: str, actor: User, seat: Seat, more: dict | None = None) -> None:
    audit.record(
        matter=work_request.audit_matter,
        action=action,
        actor=actor,
        after={"evaluator": seat.number, **(more or {})},
    )
