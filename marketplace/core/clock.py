"""The market's clock. Nothing else asks the machine what time it is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: Linux; elsewhere a process compares its clock with its own time alone.
UPTIME, BOOT = Path("/proc/uptime"), Path("/proc/sys/kernel/random/boot_id")

_moved_to: datetime | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _moved_to or datetime.now(UTC)


def today() -> date:
    """Today's date in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


def database_now() -> datetime:
    """
    The present instant by the database's own clock, in UTC, to the microsecond (SQLite: the millisecond).

    What arrives is dated by this one: web processes on several machines need not agree (RULES, Bids).
    """
    if _moved_to is not None:
        return _moved_to
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)


def uptime() -> float:
    """Seconds that this machine runs, sleep included; whoever sets the clock does not move it."""
    try:
        return float(UPTIME.read_text().split()[0])
    except OSError:
        return time.monotonic()


def boot() -> str:
    """Names the time from one start of this machine to the next; empty where the machine does not tell."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""


def shanghai(moment: datetime | str) -> datetime:
    """An aware instant in UTC from an aware one, or from text such as "2026-11-23 10:00" read in Asia/Shanghai."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(UTC)


def date_of(moment: datetime) -> date:
    """The date in Asia/Shanghai that an instant belongs to; 24:00 belongs to the day that it ends."""
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return date.fromordinal(local.toordinal() - 1)
    return local.date()


def day_at(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai on which validities are judged at an instant; at 00:00 the next has begun."""
    return moment.astimezone(SHANGHAI).date()


def time_of(moment: datetime) -> str:
    """The time of day in Asia/Shanghai, on the date that `date_of` gives: 17:00, and 24:00 at its end."""
    local = moment.astimezone(SHANGHAI)
    return "24:00" if date_of(moment) != local.date() else f"{local:%H:%M}"


def written(moment: datetime, *, seconds: bool = False) -> str:
    """An instant as people read it, in Asia/Shanghai: 2026-11-30 17:00, and 2026-11-30 24:00 at the end of that day."""
    exact = f":{moment.astimezone(SHANGHAI):%S}" if seconds else ""
    return f"{date_of(moment)} {time_of(moment)}{exact}"


def move(moment: datetime | str | None) -> None:
    """Set the clock of this process, for the demo world and for tests; None sets it going again."""
    global _moved_to
    _moved_to = None if moment is None else shanghai(moment)


@contextmanager
def at(moment: datetime | str) -> Iterator[None]:
    """Run a block with the clock of this process standing at an instant."""
    before = _moved_to
    move(moment)
    try:
        yield
    finally:
        move(before)
