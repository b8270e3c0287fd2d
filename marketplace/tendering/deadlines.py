"""
When the bids close (RULES, Request).

One function of the rows answers it for every page, service and list: a question that stands unanswered at the
deadline moves it by two working days, once. A later issue adds the outage rule here.
"""

from datetime import datetime, timedelta

from marketplace.core import calendar, clock

from .models import WorkRequest

MOVED_BY_DAYS = 2


def moved(deadline: datetime, days: int) -> datetime:
    """The same time of day some working days later."""
    on = clock.date_of(deadline)
    return deadline + timedelta(days=(calendar.working_day_after(on, days) - on).days)


def open_until(work_request: WorkRequest) -> datetime:
    """Until when bids are taken, if nothing more is answered."""
    if work_request.bids_close_at is None:
        raise ValueError(f"{work_request.number} has no deadline")
    may_move = work_request.moved_for_questions_at is None
    if may_move and work_request.questions.unanswered().exists():
        return moved(work_request.bids_close_at, MOVED_BY_DAYS)
    return work_request.bids_close_at


def earliest_close(published_at: datetime, bid_period_days: int) -> datetime:
    """The earliest deadline that leaves the bid period of the policy."""
    return calendar.end_of_working_day(clock.date_of(published_at), bid_period_days)


def questions_until(work_request: WorkRequest) -> datetime | None:
    """The end of 24:00 of the working day before the deadline; questions are taken until then."""
    if work_request.bids_close_at is None:
        return None
    return calendar.end_of_working_day_before(work_request.bids_close_at, 1)


def days_left(at: datetime, until: datetime) -> int:
    """Working days that a clock keeps when it stops, the day of stopping included."""
    stopped_on = clock.date_of(at)
    return max(calendar.current().count(stopped_on - timedelta(days=1), clock.date_of(until)), 0)
