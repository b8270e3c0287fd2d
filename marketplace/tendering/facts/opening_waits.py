"""What an opening waits for."""

from django.db.models import Exists

from ..models import Opening, OpeningWait, WorkRequest
from ..states import Status


def opening_wait(work_request: WorkRequest) -> OpeningWait | None:
    """What the opening waits for, where it waits for a custodian now."""
    if work_request.status != Status.SELECTING:
        return None
    drawn = Opening.objects.filter(work_request=work_request).exclude(state=Opening.State.FROZEN)
    return OpeningWait.objects.filter(work_request=work_request).exclude(Exists(drawn)).first()
