"""The clocks of a request and its award, as pages show them."""

from marketplace.core import clock
from marketplace.core.calendar import ClockFace, clock_face

from ..models import Award, Opening, WorkRequest
from ..states import IN_PUBLICITY


def bidding_clock(work_request: WorkRequest) -> ClockFace | None:
    """The clock of the bid period while it runs."""
    now = clock.now()
    deadline = work_request.deadline(now)
    if deadline is None or work_request.published_at is None or not work_request.takes_bids(now):
        return None
    return clock_face(work_request.published_at, deadline, now)


def publicity_clock(award: Award) -> ClockFace | None:
    """The clock of a publicity period; paused while objections wait."""
    if award.state not in IN_PUBLICITY:
        return None
    return clock_face(
        award.publicity_started_at,
        award.publicity_ends_at,
        clock.now(),
        stopped=award.state == Award.State.STOPPED,
    )


def opening_clock(work_request: WorkRequest, opening: Opening) -> ClockFace | None:
    """The clock of what an opening waits for, where that has a time."""
    if not opening.is_under_way or opening.waits_since is None or opening.waits_until is None:
        return None
    stopped = work_request.status == WorkRequest.Status.SUSPENDED
    return clock_face(opening.waits_since, opening.waits_until, clock.now(), stopped=stopped)
