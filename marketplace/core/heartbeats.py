"""
When the market was there: a row every 30 seconds, and what is missing between them (RULES, Outage).

A thread of the worker's process writes them and does nothing else (`core.running.sweeper.Heart`): they say that
database and worker were there, and wait behind no work. Rows are never deleted: they are the evidence for every
deadline that moved, and for every one that did not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from . import clock
from .events import Event, publish
from .models import Heartbeat

GAP = timedelta(seconds=90)
EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Gap:
    """Two rows with more than 90 seconds between them; it counts in full."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def seconds(self) -> int:
        """Whole seconds, for pages."""
        return int(self.length.total_seconds())


@dataclass(frozen=True)
class OutageEnded(Event):
    """The market is back after a gap; both instants in ISO form."""

    start: str
    end: str


def gaps(beats: Sequence[datetime]) -> list[Gap]:
    """The gaps between instants in ascending order."""
    return [Gap(one, next_one) for one, next_one in pairwise(beats) if next_one - one > GAP]


def around(start: datetime, end: datetime) -> list[datetime]:
    """The rows from the last one until `start` to the first one after `end`, in ascending order."""
    rows = Heartbeat.objects.order_by("at").values_list("at", flat=True)
    before = rows.filter(at__lte=start).last()
    after = rows.filter(at__gt=end).first()
    between = rows.filter(at__gt=start, at__lte=end)
    return [*([before] if before else []), *between, *([after] if after else [])]


@transaction.atomic
def beat() -> Gap | None:
    """Write a row; returns the gap that it ends, and tells who listens."""
    now = clock.database_now()
    last = last_at()
    if last is not None and now < last:
        # A clock that went back must not fill a gap that was one.
        return None
    Heartbeat.objects.get_or_create(at=now)
    if last is None or now - last <= GAP:
        return None
    # Left to the sweep: whoever beats does nothing that may take long.
    publish(OutageEnded(last.isoformat(), now.isoformat()), soon=False)
    return Gap(last, now)


def last_at() -> datetime | None:
    """The latest row."""
    return Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()


def settle(moment: datetime) -> None:
    """
    Have a row at or after a moment that has passed, so that no later one can make a gap across it.

    Nothing is written where there are no rows yet: a market without heartbeats has no evidence of an outage.
    """
    last = last_at()
    if last is not None and last < moment <= clock.database_now():
        beat()
