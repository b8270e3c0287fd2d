"""
When the bids close (RULES, Request).

One function of the rows answers it for every page, service and list (`WorkRequest.next_move`): a question that stands
unanswered at the deadline moves it by two working days, once; an outage before or across it moves it to the next
working day, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.core.calendar import WorkingDays, end_of_day
from marketplace.core.clock import date_of
from marketplace.core.heartbeats import Gap, gaps

MOVED_BY_DAYS = 2
#: What a new version leaves at least for confirming a bid, in working days.
VERSION_DAYS = 3
OUTAGE_WINDOW = timedelta(minutes=120)
OUTAGE_LENGTH = timedelta(minutes=10)
OUTAGE_DAYS = 1
#: Before a deadline, in which nothing of substance changes any more.
LAST_HOURS = timedelta(hours=24)


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


def moved(deadline: datetime, days: int, working_days: WorkingDays) -> datetime:
    """The same time of day some working days later."""
    on = date_of(deadline)
    return deadline + (working_days.step(on, days) - on)


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
    found = tuple(gap for gap in gaps(rows) if gap.start < deadline and gap.end > deadline - OUTAGE_WINDOW)
    across = any(gap.end > deadline for gap in found)
    enough = sum((gap.length for gap in found), timedelta()) >= OUTAGE_LENGTH
    return found if across or enough else ()


def move_for_questions(deadline: datetime, *, working_days: WorkingDays) -> Move:
    """The move where a question stands unanswered at the deadline."""
    return Move(Cause.QUESTIONS, moved(deadline, MOVED_BY_DAYS, working_days))


def move_for_outage(
    deadline: datetime, beats: Sequence[datetime], *, at: datetime, working_days: WorkingDays
) -> Move | None:
    """The move that an outage makes, if there was one that counts."""
    found = outage_before(deadline, beats, at=at)
    return Move(Cause.OUTAGE, moved(deadline, OUTAGE_DAYS, working_days), found) if found else None


def earliest_close(published_at: datetime, bid_period_days: int, *, working_days: WorkingDays) -> datetime:
    """The earliest deadline that leaves the bid period of the policy."""
    return end_of_day(working_days.step(date_of(published_at), bid_period_days))


def earliest_for_version(announced: datetime | None, at: datetime, *, working_days: WorkingDays) -> datetime:
    """The earliest deadline of a next version: three days to confirm, and no time taken that was announced before."""
    earliest = earliest_close(at, VERSION_DAYS, working_days=working_days)
    return earliest if announced is None else max(earliest, announced)


def if_published(
    stated: datetime | None,
    *,
    bid_days: int | None,
    handed_in_at: datetime | None,
    earliest: datetime,
    at: datetime,
    working_days: WorkingDays,
) -> datetime | None:
    """
    The deadline that a draft gets if it is published at an instant (RULES, Request).

    A bid period is counted from then. A stated deadline that the review has made too early moves with it, to the same
    time of day.

    :param handed_in_at: when its review began; None where it is not under review
    """
    if bid_days is not None:
        return max(earliest_close(at, bid_days, working_days=working_days), earliest)
    if stated is None or stated >= earliest or handed_in_at is None:
        return stated
    days = max(working_days.count(date_of(handed_in_at), date_of(at)), 1)
    while moved(stated, days, working_days) < earliest:
        days += 1
    return moved(stated, days, working_days)


def changes_until(deadline: datetime, *, working_days: WorkingDays) -> datetime:
    """Until when a version can be published: a working day before the deadline, and never in its last 24 hours."""
    return min(questions_until(deadline, working_days=working_days), deadline - LAST_HOURS)


def questions_until(deadline: datetime, *, working_days: WorkingDays) -> datetime:
    """The end of 24:00 of the working day before the deadline; questions are taken until then."""
    return end_of_day(working_days.step(date_of(deadline), -1))


def days_left(at: datetime, until: datetime, *, working_days: WorkingDays) -> int:
    """Working days that a clock keeps when it stops, the day of stopping included."""
    return max(working_days.count(date_of(at) - timedelta(days=1), date_of(until)), 0)
