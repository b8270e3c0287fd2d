"""
Chinese working days (RULES, "Days").

A working day runs from 00:00 to 24:00 Asia/Shanghai; statutory holidays are out, make-up workdays in. The
table is filled from the `chinesecalendar` package, whose last published year ends it; later days count
Monday to Friday and are provisional.
"""

import calendar as gregorian
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil

from django.utils.text import format_lazy
from django.utils.translation import pgettext_lazy

from .clock import SHANGHAI, date_of, shanghai, today
from .failures import Text

FIRST_YEAR = 2015
RELOAD_SECONDS = 300


@dataclass(frozen=True)
class WorkingDays:
    """The published part of the calendar: the days that differ from Monday to Friday, and where it ends."""

    exceptions: frozenset[date]
    published_until: date

    def is_working_day(self, day: date) -> bool:
        return (day.weekday() < 5) != (day in self.exceptions)

    def is_provisional(self, day: date) -> bool:
        return day > self.published_until

    def step(self, day: date, days: int) -> date:
        """The date `days` working days after (or, negative, before) a date; 0 gives the date itself."""
        direction = timedelta(days=1 if days >= 0 else -1)
        left = abs(days)
        while left:
            day += direction
            left -= self.is_working_day(day)
        return day

    def count(self, after: date, until: date) -> int:
        """How many working days lie after one date, up to and with another."""
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))


@lru_cache(maxsize=1)
def _load(_period: int) -> WorkingDays:
    from .models import CalendarDay

    rows = list(CalendarDay.objects.values_list("day", "is_working"))
    exceptions = frozenset(day for day, is_working in rows if is_working != (day.weekday() < 5))
    return WorkingDays(exceptions, max((day for day, _ in rows), default=date.min))


def current() -> WorkingDays:
    """The calendar as the table has it, read anew every five minutes."""
    return _load(int(time.monotonic()) // RELOAD_SECONDS)


def fill(**_: object) -> int:
    """Fill the table from the package's published years; days already there stay. Returns how many were new."""
    import chinese_calendar
    from chinese_calendar.constants import holidays

    from .models import CalendarDay

    last = date(max(day.year for day in holidays), 12, 31)
    first = CalendarDay.objects.order_by("-day").values_list("day", flat=True).first() or date(FIRST_YEAR - 1, 12, 31)
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=day, is_working=chinese_calendar.is_workday(day)) for day in days], ignore_conflicts=True
    )
    _load.cache_clear()
    return len(days)


def is_working_day(day: date) -> bool:
    return current().is_working_day(day)


def is_provisional(day: date) -> bool:
    """Whether a day lies after the published calendar, so that its count may still change."""
    return current().is_provisional(day)


def mark_of(day: date) -> Text:
    """What stands behind a counted day to come that may still change; nothing behind any other."""
    return pgettext_lazy("behind a date", " (provisional)") if is_provisional(day) and day >= today() else ""


def day_due(due_at: datetime) -> Text:
    """The day of a counted deadline as notices write it, marked where it may still change: 2027-01-06 (provisional)."""
    day = date_of(due_at)
    return format_lazy("{}{}", day.isoformat(), mark) if (mark := mark_of(day)) else day.isoformat()


def working_day_after(day: date, days: int) -> date:
    """The date of the Nth working day after a date."""
    return current().step(day, days)


def working_day_before(day: date, days: int) -> date:
    """The date of the Nth working day before a date."""
    return current().step(day, -days)


def end_of_day(day: date) -> datetime:
    """24:00 Asia/Shanghai of a date, in UTC."""
    return shanghai(datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI))


def end_of_working_day(after: date, days: int) -> datetime:
    """The instant that "within N days of X" ends: 24:00 Asia/Shanghai of the Nth working day after X's date."""
    return end_of_day(working_day_after(after, days))


def end_of_working_day_before(moment: datetime, days: int) -> datetime:
    """The instant that "until N days before T" ends: 24:00 of the Nth working day before T's date."""
    return end_of_day(working_day_before(date_of(moment), days))


def working_days_left(now: datetime, due_at: datetime) -> int:
    """Working days after today up to and with the day of the deadline; 0 on its day, negative once it is over."""
    on, due_on = now.astimezone(SHANGHAI).date(), date_of(due_at)
    if now >= due_at:
        return -current().count(due_on, on)
    return current().count(on, due_on)


def months_after(day: date, months: int) -> date:
    """The same day some calendar months later, clipped to the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


class Colour(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ClockFace:
    """What a page shows of a duty's clock."""

    colour: Colour
    due_at: datetime
    days_left: int
    days_overdue: int
    fraction_used: Fraction
    provisional: bool


def yellow_from(started_at: datetime, due_at: datetime) -> datetime:
    """
    When a duty's clock turns yellow (RULES, Supervision).

    One day before the end or the last fifth of the time in working days rounded up, whichever comes first, never
    on the first day; a one-day clock at 12:00 of its day.
    """
    days = current()
    started_on, due_on = date_of(started_at), date_of(due_at)
    total = days.count(started_on, due_on)
    if total <= 1:
        return shanghai(datetime.combine(due_on, datetime.min.time().replace(hour=12), SHANGHAI))
    # The last n working days begin n - 1 before the last one.
    early = max(1, ceil(total / 5) - 1)
    first = days.step(started_on, 1)
    turn = max(days.step(due_on, -early), days.step(first, 1))
    return shanghai(datetime.combine(turn, datetime.min.time(), SHANGHAI))


def clock_face(
    started_at: datetime, due_at: datetime, now: datetime, *, done: bool = False, stopped: bool = False
) -> ClockFace:
    """A duty's clock at an instant: green, yellow, red (RULES, Supervision), or done, or stopped."""
    left = working_days_left(now, due_at)
    if done:
        colour = Colour.DONE
    elif stopped:
        colour = Colour.STOPPED
    elif now >= due_at:
        colour = Colour.RED
    elif now >= yellow_from(started_at, due_at):
        colour = Colour.YELLOW
    else:
        colour = Colour.GREEN
    span = max((due_at - started_at).total_seconds(), 1)
    used = min(max((now - started_at).total_seconds() / span, 0), 1)
    return ClockFace(
        colour=colour,
        due_at=due_at,
        days_left=max(left, 0),
        days_overdue=max(-left, 0) if now >= due_at else 0,
        fraction_used=Fraction(round(used * 1000), 1000),
        provisional=is_provisional(date_of(due_at)),
    )
