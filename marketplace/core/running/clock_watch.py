"""
Whether the clock can be trusted with what cannot be taken back (docs/decisions/a-clock-that-jumps.md).

A machine's uptime runs on whoever sets the clock. So a clock that moves against it by more than ten minutes was set,
also while the market was stopped; a market that was merely off finds both where they have to be. Beside it stands the
database's clock, which on another machine is a second opinion.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit, clock, heartbeats, outbox
from ..events import Event, publish
from ..failures import DomainError
from ..models import ClockReading

MOST = timedelta(minutes=10)
#: A clock that is put right little by little takes what is trusted along; a jump does not, however often it comes.
SLEW = timedelta(seconds=5)
#: How long after a start of the machine, with a gap before it, the clock may still be put right by its time service.
SETTLES_IN = timedelta(minutes=1)
#: How often a reading is written where nothing changes.
WRITTEN_EVERY = timedelta(seconds=30)
#: A reading that is older says nothing: its machine is gone.
STALE = timedelta(minutes=10)
MATTER = "clock"

Problem = ClockReading.Problem
Returned = TypeVar("Returned")
log = structlog.get_logger(__name__)


class UnableToTrust(DomainError):
    """The clock cannot be confirmed as it is."""

    code = "unable-to-trust-clock"


@dataclass(frozen=True)
class ClockDistrusted(Event):
    """Due work that cannot be taken back waits, or a clock went back."""

    machine: str
    problem: str
    shown: str
    expected: str
    since: str


@dataclass(frozen=True)
class Look:
    """
    What was found at an instant.

    :param waits: whether what cannot be taken back has to wait
    """

    waits: bool
    at: datetime
    uptime: float

    def is_steady(self) -> bool:
        """Whether the clock has not moved against the uptime since; asks no database."""
        passed = (clock.now() - self.at).total_seconds()
        return abs(passed - (clock.uptime() - self.uptime)) <= MOST.total_seconds()


def _boot() -> str:
    return clock.boot() or f"this start of {socket.gethostname()}"[:64]


def look() -> Look:
    """Compare the clocks, note what is found, and tell where it is new."""
    now, uptime, by_database = clock.now(), clock.uptime(), clock.database_now()
    seen = ClockReading(
        boot=_boot(),
        machine=socket.gethostname()[:100],
        uptime=uptime,
        seen_offset=now.timestamp() - uptime,
        seen_database_offset=by_database.timestamp() - uptime,
        looked_at=by_database,
    )
    known = ClockReading.objects.filter(boot=seen.boot).first()
    if known is None or uptime < known.uptime:
        known = _begin(seen)
    elif _is_news(known, seen):
        known = _note(seen)
    settling = uptime < known.settles_at
    return Look(settling or known.problem in (Problem.AHEAD, Problem.DISAGREES), now, uptime)


def _begin(seen: ClockReading) -> ClockReading:
    """The first look since a machine started has nothing to compare with: after a gap a minute is left to settle."""
    last = heartbeats.last_at()
    if last is not None and seen.looked_at - last > MOST:
        seen.settles_at = seen.uptime + SETTLES_IN.total_seconds()
    seen.offset, seen.database_offset = seen.seen_offset, seen.seen_database_offset
    seen.problem = Problem.DISAGREES if _differ(seen) else ""
    with transaction.atomic():
        ClockReading.objects.update_or_create(
            boot=seen.boot, defaults={name: getattr(seen, name) for name in _fields() if name != "boot"}
        )
        if seen.problem:
            _tell(seen)
    return seen


def _fields() -> list[str]:
    return [field.attname for field in ClockReading._meta.concrete_fields]


def _is_news(known: ClockReading, seen: ClockReading) -> bool:
    return (
        _problem(known, seen) != known.problem
        or seen.uptime - known.uptime >= WRITTEN_EVERY.total_seconds()
        or seen.uptime < known.settles_at
    )


def _problem(known: ClockReading, seen: ClockReading) -> str:
    most = MOST.total_seconds()
    if seen.seen_offset - known.offset > most:
        return Problem.AHEAD
    if _differ(seen):
        return Problem.DISAGREES
    if seen.seen_offset - known.offset < -most:
        return Problem.BACK
    return ""


def _differ(reading: ClockReading) -> bool:
    return abs(reading.seen_offset - reading.seen_database_offset) > MOST.total_seconds()


@transaction.atomic
def _note(seen: ClockReading) -> ClockReading:
    known = ClockReading.objects.select_for_update().get(boot=seen.boot)
    before, known.problem = known.problem, _problem(known, seen)
    known.uptime, known.looked_at = seen.uptime, seen.looked_at
    known.seen_offset, known.seen_database_offset = seen.seen_offset, seen.seen_database_offset
    moved = max(abs(seen.seen_offset - known.offset), abs(seen.seen_database_offset - known.database_offset))
    if seen.uptime < known.settles_at and moved > SLEW.total_seconds():
        # Put right in its first minute, which begins anew.
        known.settles_at = seen.uptime + SETTLES_IN.total_seconds()
        known.problem = Problem.DISAGREES if _differ(seen) else ""
        _follow(known)
    elif moved <= SLEW.total_seconds():
        _follow(known)
    if known.problem and known.problem != before:
        _tell(known)
    elif before and not known.problem:
        log.warning("clock_agrees", machine=known.machine)
        known.since = None
    if known.problem != before and known.problem in ("", Problem.BACK):
        # What a clock that was ahead left to the sweep is due at once, not days later.
        outbox.bring_forward()
    known.save()
    return known


def _follow(known: ClockReading) -> None:
    known.offset, known.database_offset = known.seen_offset, known.seen_database_offset


def expected(reading: ClockReading) -> datetime:
    """What the clock would have shown at the last look had it not moved."""
    return datetime.fromtimestamp(reading.offset + reading.uptime, UTC)


def shown(reading: ClockReading) -> datetime:
    """What it showed then."""
    return datetime.fromtimestamp(reading.seen_offset + reading.uptime, UTC)


def _tell(reading: ClockReading) -> None:
    reading.since = reading.since or expected(reading)
    log.error("clock_distrusted", machine=reading.machine, problem=reading.problem)
    publish(
        ClockDistrusted(
            machine=reading.machine,
            problem=str(reading.problem),
            shown=shown(reading).isoformat(timespec="seconds"),
            expected=expected(reading).isoformat(timespec="seconds"),
            since=reading.since.isoformat(),
        ),
        soon=False,
    )


def trouble() -> list[ClockReading]:
    """The machines whose clocks are not trusted now."""
    by_database = clock.database_now()
    found = ClockReading.objects.exclude(problem="").order_by("machine")
    return [each for each in found if abs(by_database - each.looked_at) <= STALE]


@transaction.atomic
def trust(*, boot: str, actor: Any | None) -> ClockReading:
    """
    Take the clock of a machine as right, as it was last seen; what waited goes on.

    :raises UnableToTrust: if it is trusted, or differs from the database's: one of the two is wrong then
    """
    reading = ClockReading.objects.select_for_update().filter(boot=boot).exclude(problem="").first()
    if reading is None:
        raise UnableToTrust(_("The clock is trusted already."))
    if _differ(reading):
        raise UnableToTrust(
            _("Its clock and the database's differ: put the wrong one right, and it goes on by itself.")
        )
    before = {"problem": reading.problem, "expected": expected(reading).isoformat(timespec="seconds")}
    _follow(reading)
    reading.problem, reading.since = "", None
    reading.save()
    after = {"machine": reading.machine, "shown": shown(reading).isoformat(timespec="seconds")}
    audit.record(matter=MATTER, action="clock.trusted", actor=actor, before=before, after=after)
    return reading


def may_beat() -> bool:
    """Whether a heartbeat would be dated by a clock that is trusted: one that is ahead would date an outage."""
    known = ClockReading.objects.filter(boot=_boot()).first()
    if known is None:
        return True
    uptime = clock.uptime()
    if uptime < known.uptime:
        return True
    shift = clock.database_now().timestamp() - uptime - known.database_offset
    return shift <= MOST.total_seconds()


def while_trusted(function: Callable[[], Returned]) -> Callable[[], Returned | None]:
    """A periodic job that deletes or publishes by the clock: left out while that is not trusted."""

    @wraps(function)
    def job() -> Returned | None:
        return None if look().waits else function()

    return job
