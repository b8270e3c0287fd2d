"""
When the bids close (RULES, Request).

One function of the rows answers it for every page, service and list: a question that stands unanswered at the
deadline moves it by two working days, once; an outage before or across it moves it to the next working day, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from marketplace.core import calendar, clock, heartbeats
from marketplace.core.heartbeats import Gap

if TYPE_CHECKING:
    from ..models import WorkRequest

MOVED_BY_DAYS = 2
#: What a new version leaves at least for confirming a bid, in working days.
VERSION_DAYS = 3
OUTAGE_WINDOW = timedelta(minutes=120)
OUTAGE_LENGTH = timedelta(minutes=10)
OUTAGE_DAYS = 1


class Cause(StrEnum):
    """Why a deadline moves by itself, each once a request."""

    QUESTIONS = "questions"
    OUTAGE = "outage"


@dataclass(frozen=True)
class Move:
    """The deadline's next move; gaps only where an outage is the cause."""

    cause: Cause
    until: datetime
    gaps: tuple[Gap, ...] = ()


def moved(deadline: datetime, days: int) -> datetime:
    """The same time of day some working days later."""
    on = clock.date_of(deadline)
    return deadline + timedelta(days=(calendar.working_day_after(on, days) - on).days)


def outage_before(deadline: datetime, beats: Sequence[datetime], *, at: datetime) -> tuple[Gap, ...]:
    """
    The gaps that move a deadline; empty where they do not.

    A gap that reaches into the 120 minutes counts in full, also the part before them. Since the last row the market
    has been away at least until `at`, so that an answer of "moved" is never taken back by a later row.

    :param beats: ascending; without any there is no evidence of an outage
    """
    rows = list(beats)
    if rows and rows[-1] <= deadline and rows[-1] < at:
        rows.append(at)
    found = tuple(gap for gap in heartbeats.gaps(rows) if gap.start < deadline and gap.end > deadline - OUTAGE_WINDOW)
    across = any(gap.end > deadline for gap in found)
    enough = sum((gap.length for gap in found), timedelta()) >= OUTAGE_LENGTH
    return found if across or enough else ()


def next_move(work_request: "WorkRequest", *, at: datetime) -> Move | None:
    """
    The move that the rows ask for as they stand at an instant, if they ask for one.

    Questions come first: a deadline that they move by two days leaves the time that an outage took.
    """
    deadline = work_request.bids_close_at
    if deadline is None:
        raise ValueError(f"{work_request.number} has no deadline")
    if work_request.moved_for_questions_at is None and work_request.questions.unanswered_at(deadline).exists():
        return Move(Cause.QUESTIONS, moved(deadline, MOVED_BY_DAYS))
    if work_request.moved_for_outage_at is None and at > deadline - OUTAGE_WINDOW:
        beats = heartbeats.around(deadline - OUTAGE_WINDOW, deadline)
        if gaps := outage_before(deadline, beats, at=at):
            return Move(Cause.OUTAGE, moved(deadline, OUTAGE_DAYS), gaps)
    return None


def open_until(work_request: "WorkRequest", *, at: datetime | None = None) -> datetime:
    """Until when bids are taken, if nothing more is answered and the market stays there."""
    if work_request.bids_close_at is None:
        raise ValueError(f"{work_request.number} has no deadline")
    move = next_move(work_request, at=at or clock.database_now())
    return move.until if move else work_request.bids_close_at


def earliest_close(published_at: datetime, bid_period_days: int) -> datetime:
    """The earliest deadline that leaves the bid period of the policy."""
    return calendar.end_of_working_day(clock.date_of(published_at), bid_period_days)


def questions_until(work_request: "WorkRequest") -> datetime | None:
    """The end of 24:00 of the working day before the deadline; questions are taken until then."""
    if work_request.bids_close_at is None:
        return None
    return calendar.end_of_working_day_before(work_request.bids_close_at, 1)


def days_left(at: datetime, until: datetime) -> int:
    """Working days that a clock keeps when it stops, the day of stopping included."""
    stopped_on = clock.date_of(at)
    return max(calendar.current().count(stopped_on - timedelta(days=1), clock.date_of(until)), 0)
