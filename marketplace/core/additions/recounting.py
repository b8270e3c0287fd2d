"""
Clocks that count working days and run when the calendar changes: each app declares its own (RULES, Days).

A year that is published, or a day that is corrected, moves what was counted before, never to an earlier end. Each
clock is a row of due work of its own, so that a crash moves none twice and leaves none out. What no row stores is
counted when it is read (`calendar.due_within`); a bid deadline is an instant and never moves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, calendar, clock, outbox
from ..clock import date_of
from ..jobs import Queue
from ..models import CalendarChange, DueWork

ONE = "core.recount_clock"
#: A notice names so many days that changed over.
MOST_NAMED = 10
#: What a notice says; `what` names the time, beside number and title and the parameters of `Moved`.
SUBJECT = gettext_lazy("%(number)s: a date has moved, because the calendar of working days has changed")
BODY = gettext_lazy("%(title)s: %(what)s now ends with %(day)s, no longer with %(before)s.\n%(changed)s")


@dataclass(frozen=True)
class Moved:
    """Where a clock ended and where it ends now, and why; as a notice's parameters."""

    change: CalendarChange
    started_at: datetime
    before: datetime
    after: datetime

    @property
    def occasion(self) -> str:
        return f"recounted:{self.change.pk}"

    @property
    def params(self) -> dict[str, Any]:
        return {
            "before": calendar.day_due(self.before),
            "day": calendar.day_due(self.after),
            "changed": lazy(self._changed, str)(),
        }

    def _changed(self) -> str:
        """The days within the clock's time that changed over, a line each, in the reader's language."""
        first, last = date_of(self.started_at).isoformat(), date_of(self.after).isoformat()
        days = [(day, works) for day, works in self.change.days.items() if first < day <= last]
        working, off = _("%(day)s is a working day."), _("%(day)s is not a working day.")
        return "\n".join((working if works else off) % {"day": day} for day, works in days[:MOST_NAMED])


@dataclass(frozen=True)
class Clock:
    """
    One field that holds the end of a time in working days.

    :param running: the rows whose clock ran at an instant and still runs, of the field's model
    :param started_at: from when a row's time was counted, or runs on after it stood still
    :param hold: locks what an operation on the row locks first; takes the row's id
    :param matter: the audit trail that tells of it
    :param moved: schedules the row's due work anew and tells whom it concerns; the row is saved
    :param days: where no field holds the end, because it is counted when it is read: how many days there are
    """

    field: str
    running: Callable[[datetime], models.QuerySet]
    started_at: Callable[[Any], datetime]
    hold: Callable[[int], object]
    matter: Callable[[Any], str]
    moved: Callable[[Any, Moved], None]
    days: Callable[[Any], int] | None = None

    @property
    def attribute(self) -> str:
        return self.field.rpartition(".")[2]


_declared: dict[str, Clock] = {}


def declare(field: str, **how: Any) -> None:
    """Declare a clock by its field, such as "tendering.Question.due_at"; the rest is as `Clock` says."""
    if field in _declared:
        raise ValueError(f"{field} is declared")
    _declared[field] = Clock(field, **how)


def fields() -> list[str]:
    """The fields of all clocks that have one."""
    return sorted(name for name, declared in _declared.items() if declared.days is None)


def end_of(started_at: datetime, due_at: datetime, old: calendar.WorkingDays, new: calendar.WorkingDays) -> datetime:
    """The same number of working days by another calendar, at the same time of day, and never earlier."""
    on, due_on = date_of(started_at), date_of(due_at)
    days: date = new.step(on, old.count(on, due_on))
    return max(due_at, due_at + (days - due_on))


@outbox.handler(calendar.RECOUNT, queue=Queue.BULK, by_clock=False)
def find_clocks(work: DueWork) -> None:
    """Have every clock looked at that ran when the calendar changed."""
    change = CalendarChange.objects.get(pk=work.key)
    for declared in _declared.values():
        ids = declared.running(change.at).order_by("pk").values_list("pk", flat=True)
        outbox.schedule_new(ONE, [f"{change.pk}:{declared.field}:{pk}" for pk in ids], clock.now())


@outbox.handler(ONE, queue=Queue.BULK, by_clock=False)
def recount_one(work: DueWork) -> None:
    change_id, field, row_id = work.key.split(":")
    recount_clock(change_id=int(change_id), field=field, row_id=int(row_id))


def recount_clock(*, change_id: int, field: str, row_id: int) -> None:
    """Count one clock anew after a change of the calendar; nothing where it has stopped or ended meanwhile."""
    declared, change = _declared[field], CalendarChange.objects.get(pk=change_id)
    declared.hold(row_id)
    row = declared.running(change.at).filter(pk=row_id).first()
    # Whatever began later was counted by the new calendar, in every process.
    if row is None or declared.started_at(row) > change.at + timedelta(seconds=calendar.RELOAD_SECONDS):
        return
    started_at = declared.started_at(row)
    if declared.days is None:
        before = getattr(row, declared.attribute)
        after = end_of(started_at, before, *calendar.around(change_id))
    else:
        before, after = calendar.due_around(change_id, started_at, declared.days(row))
    if after == before or before <= change.at:
        return
    if declared.days is None:
        setattr(row, declared.attribute, after)
        row.save(update_fields=[declared.attribute])
    audit.record(
        matter=declared.matter(row),
        action="clock.recounted",
        actor=None,
        before={"clock": field, "until": before.isoformat()},
        after={"clock": field, "until": after.isoformat(), "calendar_change": change_id},
    )
    declared.moved(row, Moved(change, started_at, before, after))
