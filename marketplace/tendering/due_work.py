"""What the clock brings: ids in, one domain call, safe to run twice and late."""

from marketplace.core import outbox
from marketplace.core.models import DueWork

from .services import close_bids, confirm_award, escalate_objections, open_request, resume_opening
from .services.closing import OPENING
from .services.objecting import OVERDUE
from .services.publicity import CONFIRMATION
from .services.publishing import DEADLINE
from .services.stages import RESUME


@outbox.handler(DEADLINE)
def deadline(work: DueWork) -> None:
    close_bids(request_id=work.payload["request_id"])


@outbox.handler(OPENING)
def opening(work: DueWork) -> None:
    open_request(request_id=work.payload["request_id"])


@outbox.handler(RESUME)
def next_stage(work: DueWork) -> None:
    resume_opening(opening_id=work.payload["opening_id"])


@outbox.handler(CONFIRMATION)
def confirmation(work: DueWork) -> None:
    confirm_award(award_id=work.payload["award_id"])


@outbox.handler(OVERDUE)
def overdue_objections(work: DueWork) -> None:
    escalate_objections(award_id=work.payload["award_id"])
