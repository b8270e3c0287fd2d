"""
Chinese working days (RULES, "Days").

A working day runs from 00:00 to 24:00 Asia/Shanghai; statutory holidays are out, make-up workdays in. The
table is filled from the `chinesecalendar` package, whose last published year ends it; later days count
Monday to Friday and are provisional. Whenever days change over, by a new year or a correction, a row keeps which,
and the clocks that run are counted anew (`core.additions.recounting`).
"""

import calendar as gregorian
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import clock
from .clock import SHANGHAI, date_of, shanghai, today
from .failures import DomainError, Text

FIRST_YEAR = 2015
#: Within so many seconds every process reads the table anew.
RELOAD_SECONDS = 300
#: The due work that counts running clocks anew, one row a change.
RECOUNT = "core.recount_clocks"


class UnableToCorrect(DomainError):
    """A day that is not published yet, or no reason; nothing changed."""

    code = "unable-to-correct-day"


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

    def but_for(self, days: Collection[date]) -> "WorkingDays":
        """This calendar with some days the other way round."""
        return replace(self, exceptions=self.exceptions ^ frozenset(days))


@dataclass(frozen=True)
class Change:
    """Days that changed over at an instant."""

    id: int
    at: datetime
    days: frozenset[date]


@lru_cache(maxsize=1)
def _load(_period: int) -> tuple[WorkingDays, tuple[Change, ...]]:
    """The calendar, and its changes, the latest first."""
    from .models import CalendarChange, CalendarDay

    rows = CalendarChange.objects.order_by("-pk").values_list("pk", "at", "days")
    changes = tuple(Change(pk, at, frozenset(date.fromisoformat(day) for day in days)) for pk, at, days in rows)
    found = list(CalendarDay.objects.values_list("day", "is_working"))
    exceptions = frozenset(day for day, is_working in found if is_working != (day.weekday() < 5))
    return WorkingDays(exceptions, max((day for day, _working in found), default=date.min)), changes


def _loaded() -> tuple[WorkingDays, tuple[Change, ...]]:
    return _load(int(time.monotonic()) // RELOAD_SECONDS)


def forget() -> None:
    """Have the table read anew by this process."""
    _load.cache_clear()


def current() -> WorkingDays:
    """The calendar as the table has it, read anew every five minutes."""
    return _loaded()[0]


def in_force_since(moment: datetime) -> list[WorkingDays]:
    """The present calendar, and each that was in force at or after an instant."""
    present, changes = _loaded()
    found = [present]
    for change in changes:
        if change.at <= moment:
            break
        found.append(found[-1].but_for(change.days))
    return found


def around(change_id: int) -> tuple[WorkingDays, WorkingDays]:
    """The calendars before and after a change, as the table has them now."""
    from .models import CalendarChange

    newest = CalendarChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    if [change.id for change in _loaded()[1][:1]] != [newest]:
        forget()
    after, changes = _loaded()
    for change in changes:
        if change.id == change_id:
            return after.but_for(change.days), after
        after = after.but_for(change.days)
    raise ValueError(f"there is no change {change_id} of the calendar")


def fill(**_: object) -> int:
    """
    Take the package's published years over; days that were corrected here stay. Returns how many were new.

    What had been counted otherwise till now changes over: days of a new year from Monday to Friday to what was
    published, and days that the package corrects.
    """
    from .models import CalendarDay

    known = {row.day: row for row in CalendarDay.objects.all()}
    days = _published()
    new = {day: working for day, working in days.items() if day not in known}
    corrected = {
        day: working
        for day, working in days.items()
        if day in known and known[day].is_working != working and not known[day].is_local
    }
    over = corrected | {day: working for day, working in new.items() if working != (day.weekday() < 5)}
    with transaction.atomic():
        CalendarDay.objects.bulk_create(
            [CalendarDay(day=day, is_working=working) for day, working in new.items()], ignore_conflicts=True
        )
        for day, working in corrected.items():
            CalendarDay.objects.filter(day=day).update(is_working=working)
        # The first days of a new market change nothing: no clock runs yet.
        if known and over:
            _note_change(over, reason="", actor=None)
    forget()
    return len(new)


def _published() -> dict[date, bool]:
    """Every day of the package's years, and whether it is a working day."""
    import chinese_calendar
    from chinese_calendar.constants import holidays

    first, last = date(FIRST_YEAR, 1, 1), date(max(day.year for day in holidays), 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: chinese_calendar.is_workday(day) for day in days}


def correct_day(*, day: date, is_working: bool, reason: str, actor: Any | None = None) -> bool:
    """
    Say that a published day is, or is not, a working day here; a newer package leaves it so.

    Clocks that run are counted anew within minutes, never to an earlier end; bid deadlines stay.

    :returns: whether it was otherwise before
    :raises UnableToCorrect: for a day of a year that is not published, or without a reason
    """
    from .models import CalendarDay

    if not reason.strip():
        raise UnableToCorrect(_("Give the reason."), {"reason": _("Give the reason.")})
    with transaction.atomic():
        row = CalendarDay.objects.select_for_update().filter(day=day).first()
        if row is None:
            raise UnableToCorrect(_("The working days of that year are not published yet."))
        changes = row.is_working != is_working
        row.is_working, row.is_local = is_working, True
        row.save()
        if changes:
            _note_change({day: is_working}, reason=reason.strip(), actor=actor)
    forget()
    # Another thread may have read the days as they were meanwhile.
    transaction.on_commit(forget)
    return changes


def _note_change(over: dict[date, bool], *, reason: str, actor: Any | None) -> None:
    from . import outbox
    from .models import CalendarChange

    now = clock.now()
    days = {day.isoformat(): working for day, working in sorted(over.items())}
    change = CalendarChange.objects.create(at=now, days=days, reason=reason, actor=actor)
    # Later than any process counts by the days as they were.
    outbox.schedule(RECOUNT, str(change.pk), now + timedelta(seconds=RELOAD_SECONDS))


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
    last = working_day_after(after, days)
    return end_of_day(last)


def due_within(started_at: datetime, days: int) -> datetime:
    """
    The end of a time that nobody stored: N days from an instant, by the present calendar.

    Never earlier than by a calendar that was in force since it began (RULES, Days).
    """
    on = date_of(started_at)
    return end_of_day(max(each.step(on, days) for each in in_force_since(started_at)))


def due_around(change_id: int, started_at: datetime, days: int) -> tuple[datetime, datetime]:
    """Where a time that nobody stored ended before a change of the calendar, and where it ends after it."""
    around(change_id)
    changes = [change.id for change in _loaded()[1] if change.at > started_at]
    ends = [end_of_day(each.step(date_of(started_at), days)) for each in in_force_since(started_at)]
    if change_id not in changes:
        # It came no later than the beginning, which counted by it.
        return max(ends), max(ends)
    # The calendars stand latest first, each before the change that ended it.
    place = changes.index(change_id) + 1
    return max(ends[place:]), max(ends[place - 1 :])


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
