"""What the clock brings: ids in, one domain call, safe to run twice and late."""

from marketplace.core import outbox
from marketplace.core.jobs import Queue
from marketplace.core.models import DueWork

from .models import Opening
from .sealing import custodians
from .services import (
    close_bids,
    confirm_award,
    escalate_objections,
    note_public_value_overdue,
    open_request,
    remind_evaluators,
    replace_late_evaluators,
    resume_opening,
)
from .services.awarding.objecting import OVERDUE
from .services.awarding.publicity import CONFIRMATION
from .services.evaluating.seating import DUE, REMINDER
from .services.openings.closing import LOOK, OPENING
from .services.openings.notifying_bidders import TELL_BIDDERS, tell_bidders
from .services.openings.signalling import SIGNALS, find_signals
from .services.openings.stages import RESUME
from .services.openings.typing_public_value import OVERDUE as VALUE_OVERDUE
from .services.openings.waiting import tell_custodian, wait_for_custodian
from .services.requests.notifying_eligible import TELL_ELIGIBLE, tell_eligible
from .services.requests.publishing import DEADLINE, TELL_CUSTODIAN


@outbox.handler(DEADLINE)
def deadline(work: DueWork) -> None:
    close_bids(request_id=work.payload["request_id"])


@outbox.handler(LOOK)
def deadline_after_an_outage(work: DueWork) -> None:
    close_bids(request_id=work.payload["request_id"])


@outbox.handler(SIGNALS, queue=Queue.BULK, by_clock=False)
def signals(work: DueWork) -> None:
    find_signals(request_id=work.payload["request_id"])


@outbox.handler(TELL_BIDDERS, queue=Queue.BULK, by_clock=False)
def telling_bidders(work: DueWork) -> None:
    tell_bidders(**work.payload)


@outbox.handler(TELL_ELIGIBLE, queue=Queue.BULK, by_clock=False)
def telling_eligible(work: DueWork) -> None:
    tell_eligible(**work.payload)


@outbox.handler(OPENING)
def opening(work: DueWork) -> None:
    request_id = work.payload["request_id"]
    try:
        open_request(request_id=request_id)
    except custodians.WAITS as failure:
        wait_for_custodian(request_id=request_id, failure=failure)


@outbox.handler(RESUME)
def next_stage(work: DueWork) -> None:
    opening_id = work.payload["opening_id"]
    try:
        resume_opening(opening_id=opening_id)
    except custodians.WAITS as failure:
        request_id = Opening.objects.values_list("work_request", flat=True).get(pk=opening_id)
        wait_for_custodian(request_id=request_id, failure=failure)


@outbox.handler(TELL_CUSTODIAN, by_clock=False)
def deadline_to_custodian(work: DueWork) -> None:
    tell_custodian(request_id=work.payload["request_id"])


@outbox.handler(CONFIRMATION)
def confirmation(work: DueWork) -> None:
    confirm_award(award_id=work.payload["award_id"])


@outbox.handler(OVERDUE)
def overdue_objections(work: DueWork) -> None:
    escalate_objections(award_id=work.payload["award_id"])


@outbox.handler(VALUE_OVERDUE)
def public_value_overdue(work: DueWork) -> None:
    note_public_value_overdue(request_id=work.payload["request_id"])


@outbox.handler(DUE)
def marking_due(work: DueWork) -> None:
    replace_late_evaluators(request_id=work.payload["request_id"])


@outbox.handler(REMINDER)
def marking_reminder(work: DueWork) -> None:
    remind_evaluators(request_id=work.payload["request_id"])
