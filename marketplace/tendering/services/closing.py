"""What the clock brings at the deadline: the one move for unanswered questions, then the end of bidding."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock, outbox

from .. import telling
from ..models import WorkRequest
from ..models.requests import Status
from .publishing import schedule_deadline

OPENING = "tendering.open_request"


@transaction.atomic
def close_bids(*, request_id: int) -> WorkRequest:
    """
    Record that the deadline has come; whether bids are taken follows from the clock without it.

    Safe to call early, late and again: it does what the rows and the clock ask for, or nothing.
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    now = clock.now()
    closes_at, open_until = work_request.bids_close_at, work_request.bids_open_until
    if work_request.status != Status.PUBLISHED or closes_at is None or open_until is None or now < closes_at:
        return work_request
    if open_until > closes_at:
        _move_once(work_request)
        if now < open_until:
            return work_request
    work_request.close_bids()
    work_request.save()
    unanswered = list(work_request.questions.unanswered().values_list("number", flat=True))
    audit.record(
        matter=work_request.audit_matter,
        action="request.closed",
        actor=None,
        after={"closed_at": open_until.isoformat(), "unanswered_questions": unanswered},
    )
    schedule_opening(work_request)
    return work_request


def schedule_opening(work_request: WorkRequest) -> None:
    opens_at = work_request.opens_at
    if opens_at is not None:
        key = f"{work_request.number}:{opens_at.isoformat()}"
        outbox.schedule(OPENING, key, opens_at, {"request_id": work_request.pk})


def _move_once(work_request: WorkRequest) -> None:
    before = work_request.bids_close_at
    work_request.moved_for_questions_at = clock.now()
    work_request.bids_close_at = work_request.bids_open_until
    work_request.save()
    schedule_deadline(work_request)
    audit.record(
        matter=work_request.audit_matter,
        action="request.deadline_moved",
        actor=None,
        before={"bids_close_at": before.isoformat() if before else None},
        after={"bids_close_at": work_request.bids_close_at.isoformat() if work_request.bids_close_at else None},
    )
    telling.tell(
        [work_request.owner, *telling.regulators_of(work_request)],
        work_request,
        occasion="deadline_moved",
        subject=_("%(number)s: a question stood unanswered at the deadline"),
        body=_("%(title)s: the deadline has moved by two working days, once."),
    )
