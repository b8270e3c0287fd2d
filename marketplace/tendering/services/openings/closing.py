"""What the clock brings at the deadline: a move for unanswered questions or an outage, then the end of bidding."""

from datetime import datetime

from django.db import transaction

from marketplace.core import audit, clock, heartbeats, outbox

from ... import notices
from ...models import DeadlineMove, WorkRequest
from ...rules import deadlines
from ...rules.deadlines import Cause, Move
from ...states import Status
from ..requests.notifying_eligible import schedule_telling
from ..requests.publishing import schedule_deadline

OPENING = "tendering.open_request"


@transaction.atomic
def close_bids(*, request_id: int) -> WorkRequest:
    """
    Record that the deadline has come, or has moved; whether bids are taken follows from the rows without it.

    Safe to call early, late and again: it does what the rows and the clock ask for, or nothing.
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    now = clock.database_now()
    if work_request.status != Status.PUBLISHED or work_request.bids_close_at is None:
        return work_request
    # From here on no later heartbeat can show a gap across a deadline that has passed.
    heartbeats.settle(work_request.bids_close_at)
    while (move := work_request.next_move(now)) and _is_certain(work_request, move, now):
        _record_move(work_request, move, now)
        heartbeats.settle(move.until)
    if now < work_request.bids_close_at or now < work_request.open_until(now):
        return work_request
    work_request.bids_open_until = work_request.bids_close_at
    work_request.close_bids()
    work_request.save()
    unanswered = list(work_request.questions.unanswered().values_list("number", flat=True))
    audit.record(
        matter=work_request.audit_matter,
        action="request.closed",
        actor=None,
        after={"closed_at": work_request.bids_open_until.isoformat(), "unanswered_questions": unanswered},
    )
    schedule_opening(work_request)
    return work_request


def schedule_opening(work_request: WorkRequest) -> None:
    opens_at = work_request.opens_at
    if opens_at is not None:
        key = f"{work_request.number}:{opens_at.isoformat()}"
        outbox.schedule(OPENING, key, opens_at, {"request_id": work_request.pk})


@transaction.atomic
def look_at_deadlines(*, start: datetime, end: datetime) -> None:
    """After a gap between heartbeats: have every deadline looked at that it may move."""
    near = WorkRequest.objects.filter(
        status=Status.PUBLISHED, bids_close_at__gt=start, bids_close_at__lt=end + deadlines.OUTAGE_WINDOW
    )
    for work_request in near:
        outbox.schedule(LOOK, f"{work_request.number}:{end.isoformat()}", clock.now(), {"request_id": work_request.pk})


LOOK = "tendering.look_at_deadline"


def _is_certain(work_request: WorkRequest, move: Move, now: datetime) -> bool:
    """An outage stays one; a question can still be answered until the deadline."""
    return move.cause == Cause.OUTAGE or (work_request.bids_close_at is not None and now >= work_request.bids_close_at)


def _record_move(work_request: WorkRequest, move: Move, now: datetime) -> None:
    before = work_request.bids_close_at
    if before is None:
        return
    if move.cause == Cause.QUESTIONS:
        work_request.moved_for_questions_at = now
        evidence: list[object] = list(work_request.questions.unanswered_at(before).values_list("number", flat=True))
    else:
        work_request.moved_for_outage_at = now
        evidence = [
            {"start": gap.start.isoformat(), "end": gap.end.isoformat(), "seconds": gap.length.total_seconds()}
            for gap in move.gaps
        ]
    work_request.bids_close_at = work_request.bids_open_until = move.until
    work_request.save()
    DeadlineMove.objects.create(
        work_request=work_request, cause=move.cause, before=before, after=move.until, recorded_at=now, evidence=evidence
    )
    schedule_deadline(work_request)
    audit.record(
        matter=work_request.audit_matter,
        action="request.deadline_moved",
        actor=None,
        before={"bids_close_at": before.isoformat()},
        after={"bids_close_at": move.until.isoformat(), "cause": str(move.cause), "evidence": evidence},
    )
    _tell(work_request, move)


def _tell(work_request: WorkRequest, move: Move) -> None:
    """The owner, the regulators and the operator at once; the eligible firms, who may be many, as due work."""
    about = notices.ABOUT_QUESTIONS if move.cause == Cause.QUESTIONS else notices.ABOUT_OUTAGE
    params = {"moment": notices.moment(move.until)}
    first = [work_request.owner, *notices.regulators_of(work_request), *notices.operators()]
    notices.tell_about(first, work_request, about, **params)
    schedule_telling(work_request, about, **params)
