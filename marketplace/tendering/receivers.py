"""What tendering hears from below."""

from datetime import datetime

from marketplace.core.events import receives
from marketplace.core.heartbeats import OutageEnded

from .services.closing import look_at_deadlines


@receives(OutageEnded)
def outage_ended(event: OutageEnded) -> None:
    look_at_deadlines(start=datetime.fromisoformat(event.start), end=datetime.fromisoformat(event.end))
