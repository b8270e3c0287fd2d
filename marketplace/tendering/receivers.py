"""What tendering hears from below, and from itself."""

from datetime import datetime

from marketplace.core.events import receives
from marketplace.core.heartbeats import OutageEnded

from .events import RequestEnded, RequestFailed, SelectionMade
from .models import WorkRequest
from .services.openings.closing import look_at_deadlines
from .services.openings.signalling import schedule_signals


@receives(OutageEnded)
def outage_ended(event: OutageEnded) -> None:
    look_at_deadlines(start=datetime.fromisoformat(event.start), end=datetime.fromisoformat(event.end))


@receives(SelectionMade)
def selection_made(event: SelectionMade) -> None:
    _look_for_signals(event.request_id)


@receives(RequestFailed)
def request_failed(event: RequestFailed) -> None:
    _look_for_signals(event.request_id)


@receives(RequestEnded)
def request_ended(event: RequestEnded) -> None:
    _look_for_signals(event.request_id)


def _look_for_signals(request_id: int) -> None:
    schedule_signals(WorkRequest.objects.get(pk=request_id))
