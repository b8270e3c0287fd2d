"""
What the market needs and how it is: for `/readyz`, and in words for the operator's page of the console.

Each app adds its own in its module `readiness`. A look asks nothing that may take long.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .. import clock as market_clock
from .. import heartbeats, outbox
from ..disk import free_bytes
from ..models import ClockReading
from . import clock_watch
from .cache import RedisWhileItAnswers

Text = str | Promise
READY, DEGRADED, UNREADY = "ready", "degraded", "unready"
#: Work that is due for longer than this is late.
LATE = timedelta(minutes=5)
#: What stands in the name of a damaged file (`config.secrets`).
PUT_ASIDE = ".damaged-"
CLOCK_SAYS = {
    ClockReading.Problem.AHEAD: _(
        "%(machine)s: the clock showed %(shown)s where %(expected)s was expected. "
        "What cannot be taken back waits until it is put right, or somebody confirms it."
    ),
    ClockReading.Problem.DISAGREES: _(
        "%(machine)s: its clock and the database's differ by more than ten minutes. "
        "What cannot be taken back waits until the wrong one is put right."
    ),
    ClockReading.Problem.BACK: _(
        "%(machine)s: the clock went back, to %(shown)s where %(expected)s was expected. "
        "Nothing waits; confirm it, or put it right."
    ),
}
log = structlog.get_logger(__name__)


class State(StrEnum):
    OK = "ok"
    #: People are served; something waits or is lost until somebody looks.
    DEGRADED = "degraded"
    #: Nothing can be told because something else is away.
    UNKNOWN = "unknown"
    AWAY = "away"

    @property
    def word(self) -> Text:
        return WORDS[self][0]

    @property
    def tone(self) -> str:
        """The mark's colour."""
        return WORDS[self][1]


WORDS = {
    State.OK: (_("in order"), "success"),
    State.DEGRADED: (_("limited"), "warning"),
    State.UNKNOWN: (_("unknown"), "neutral"),
    State.AWAY: (_("away"), "danger"),
}


@dataclass(frozen=True)
class Finding:
    """
    How one thing is.

    :param needed: whether the market cannot answer people while it is away
    :param figures: plain values for monitoring; they tell nobody anything of a person or a bid
    """

    name: str
    label: Text
    state: State
    says: Text
    needed: bool = False
    figures: dict[str, Any] = field(default_factory=dict)


Check = Callable[[], Finding]
#: In the order in which they are shown; with them whether they ask the database.
_checks: list[tuple[Check, bool]] = []


def check(*, of_database: bool) -> Callable[[Check], Check]:
    """Register a function, named like its finding, that looks at one thing."""

    def register(function: Check) -> Check:
        _checks.append((function, of_database))
        return function

    return register


def look() -> list[Finding]:
    """How everything is; the database first, as most else lies in it."""
    database = _database()
    found = [database]
    for function, of_database in _checks:
        name = function.__name__
        unknown = Finding(name, name, State.UNKNOWN, _("The database does not tell."))
        if of_database and database.state is not State.OK:
            found.append(unknown)
            continue
        try:
            found.append(function())
        except Error:
            found.append(unknown)
    return found


def summary(findings: list[Finding]) -> str:
    """All in one word."""
    if any(each.needed and each.state is State.AWAY for each in findings):
        return UNREADY
    return READY if all(each.state is State.OK for each in findings) else DEGRADED


def _database() -> Finding:
    label = _("Database")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as failure:
        log.error("database_away", error=str(failure))
        return Finding("database", label, State.AWAY, _("It does not answer."), needed=True)
    return Finding("database", label, State.OK, _("It answers."), needed=True)


@check(of_database=True)
def migrations() -> Finding:
    """Whether every migration has been applied."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    label = _("Tables")
    if waiting:
        says = _("%(count)d migrations wait: run manage.py migrate.") % {"count": waiting}
        return Finding("migrations", label, State.AWAY, says, needed=True, figures={"waiting": waiting})
    return Finding("migrations", label, State.OK, _("They are those of the code."), needed=True)


@check(of_database=True)
def worker() -> Finding:
    """Whether somebody does the due work, and how late it is."""
    now = market_clock.now()
    last = heartbeats.last_at()
    silent = int((now - last).total_seconds()) if last else None
    oldest = outbox.waiting(now - LATE).order_by("due_at").values_list("due_at", flat=True).first()
    lag = int((now - oldest).total_seconds()) if oldest else 0
    figures = {"heartbeat_age_seconds": silent, "lag_seconds": lag}
    label = _("Worker")
    if silent is None or silent > heartbeats.GAP.total_seconds():
        away = _("No worker writes heartbeats: what a clock decides waits.")
        return Finding("worker", label, State.AWAY, away, figures=figures)
    if lag:
        says = _("Work is due for %(minutes)d minutes and not done.") % {"minutes": lag // 60}
        return Finding("worker", label, State.DEGRADED, says, figures=figures)
    return Finding("worker", label, State.OK, _("It works, and nothing is late."), figures=figures)


@check(of_database=True)
def due_work() -> Finding:
    """Whether rows fail again and again, or were put aside."""
    aside = outbox.stuck().exclude(put_aside_at=None).count()
    failing = outbox.stuck().count() - aside
    figures = {"failing": failing, "put_aside": aside}
    label = _("Due work")
    if failing or aside:
        counts = {"failing": failing, "aside": aside}
        says = _("%(failing)d pieces fail again and again, %(aside)d were put aside.") % counts
        return Finding("due_work", label, State.DEGRADED, says, figures=figures)
    return Finding("due_work", label, State.OK, _("None fails."), figures=figures)


@check(of_database=True)
def clock() -> Finding:
    """Whether the machines' clocks are trusted."""
    label, last = _("Clock"), heartbeats.last_at()
    for reading in clock_watch.trouble():
        values = {
            "machine": reading.machine,
            "shown": market_clock.written(clock_watch.shown(reading)),
            "expected": market_clock.written(clock_watch.expected(reading)),
        }
        problem = ClockReading.Problem(reading.problem)
        return Finding("clock", label, State.DEGRADED, CLOCK_SAYS[problem] % values, figures={"problem": problem})
    if last is not None and last - market_clock.database_now() > clock_watch.MOST:
        says = _("The last heartbeat lies ahead of the clock: either the clock is late, or it was ahead before.")
        return Finding("clock", label, State.DEGRADED, says, figures={"problem": "behind"})
    return Finding("clock", label, State.OK, _("It goes as it has to."))


@check(of_database=False)
def cache() -> Finding:
    """Whether the cache answers; without it the market is slower and its limits hold in each process alone."""
    label = _("Cache")
    default = caches["default"]
    if isinstance(default, RedisWhileItAnswers) and not default.answers():
        says = _("Redis does not answer: every process keeps its own, and the workers wait for it.")
        return Finding("cache", label, State.DEGRADED, says)
    return Finding("cache", label, State.OK, _("It answers."))


@check(of_database=False)
def disk() -> Finding:
    """Whether the disk takes uploads."""
    free = free_bytes()
    figures = {"free_mib": free // 2**20}
    if free < settings.DISK_RESERVE_BYTES:
        says = _("It is full: uploads are refused until there is room.")
        return Finding("disk", _("Disk"), State.DEGRADED, says, figures=figures)
    return Finding("disk", _("Disk"), State.OK, _("There is room."), figures=figures)


@check(of_database=False)
def files() -> Finding:
    """Whether a file of the data folder was found damaged and put aside."""
    aside = sorted(path.name for path in settings.DATA.glob(f"*{PUT_ASIDE}*"))
    label = _("Files of the data folder")
    if aside:
        says = _("Damaged and put aside: %(names)s. Delete them once it is known why.") % {"names": ", ".join(aside)}
        return Finding("files", label, State.DEGRADED, says, figures={"put_aside": len(aside)})
    return Finding("files", label, State.OK, _("None was found damaged."))
