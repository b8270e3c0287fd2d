"""
Due work: what must happen is a row, and a sweep finds it.

A message may be lost, a worker may be killed: the row stays until its handler's transaction has marked it done,
in one commit with all that the handler did. So everything happens, and happens once.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from . import clock
from .jobs import Queue
from .models import DueWork

# A handler that runs longer may be begun by a second worker; the marking lets only one of the two count.
LEASE = timedelta(minutes=1)
#: How long a row that was handed out by a message waits for it.
HANDED_OUT = timedelta(minutes=10)
KEEP_DONE = timedelta(days=30)
#: From so many attempts on a row is told of as one that does not get on.
FAILING = 5

Handler = Callable[[DueWork], None]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Retry:
    """
    When what failed is tried again: after `first`, then twice as long each time, `longest` at most.

    :param most: after so many attempts the row is put aside, and a person decides; 0: never
    """

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)
    most: int = 0

    def wait(self, attempts: int) -> timedelta:
        """The pause after so many attempts."""
        return min(self.first * 2 ** min(attempts - 1, 30), self.longest)


@dataclass(frozen=True)
class Way:
    """
    How a kind's rows are done.

    :param by_clock: whether it does what a clock decides, and so waits while that is not trusted; what is only told
        or tidied after something happened does not
    :param outside: what it does leaves the database (a mail): no transaction is open meanwhile, so that nobody waits
        for a server elsewhere; a crash between the doing and the marking does it again
    """

    queue: Queue = Queue.PROMPT
    by_clock: bool = True
    outside: bool = False
    retry: Retry = Retry()


_handlers: dict[str, Handler] = {}
_ways: dict[str, Way] = {}


Steady = Callable[[], bool]


def always() -> bool:
    return True


class ClockMoved(Exception):
    """The clock was set while a handler ran: the handler's work is undone."""


class Superseded(Exception):
    """The row was rescheduled, or finished by another worker, while its handler ran: the handler's work is undone."""


def handler(
    kind: str,
    *,
    queue: Queue = Queue.PROMPT,
    by_clock: bool = True,
    outside: bool = False,
    retry: Retry | None = None,
) -> Callable[[Handler], Handler]:
    """Register what does the work of a kind; it may run again after a crash (see `Way`)."""

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"{kind} has a handler")
        _handlers[kind] = function
        _ways[kind] = Way(queue, by_clock, outside, retry or Retry())
        return function

    return register


def kinds() -> list[str]:
    """Every kind that has a handler."""
    return sorted(_handlers)


def way_of(kind: str) -> Way:
    return _ways.get(kind, Way())


def schedule(kind: str, key: str, due_at: datetime, payload: dict[str, Any] | None = None) -> DueWork:
    """Have a kind's handler run at or after an instant; the same kind and key again moves it, or revives it."""
    work, created = DueWork.objects.get_or_create(
        kind=kind, key=key, defaults={"due_at": due_at, "payload": payload or {}}
    )
    # Revived even if it is being done at this moment: the new version makes that handler's marking fail, and its
    # transaction with it, so that what is done is what was asked for last.
    if not created:
        DueWork.objects.filter(pk=work.pk).update(due_at=due_at, payload=payload or {}, **_anew())
        work.refresh_from_db()
    return work


def _anew() -> dict[str, Any]:
    return {
        "version": F("version") + 1,
        "done_at": None,
        "claimed_until": None,
        "put_aside_at": None,
        "attempts": 0,
        "last_error": "",
    }


def schedule_new(kind: str, keys: Iterable[str], due_at: datetime) -> None:
    """Have a kind's handler run for many keys at once; what is there already stays as it is."""
    rows = [DueWork(kind=kind, key=key, due_at=due_at) for key in keys]
    DueWork.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def cancel(kind: str, key: str) -> None:
    """Take back what has not been done yet."""
    DueWork.objects.filter(kind=kind, key=key, done_at=None).update(done_at=clock.now(), version=F("version") + 1)


def stuck() -> QuerySet[DueWork]:
    """What fails again and again, and what was put aside."""
    waiting = DueWork.objects.filter(done_at=None)
    return waiting.filter(Q(attempts__gte=FAILING) | Q(put_aside_at__isnull=False))


def try_again(*, work_id: int) -> None:
    """Have a row that failed, or was put aside, tried at the next sweep."""
    DueWork.objects.filter(pk=work_id, done_at=None).update(**_anew())


def _kinds_where(test: Callable[[Way], bool]) -> list[str]:
    return [kind for kind, way in _ways.items() if test(way)]


def _at_once() -> list[str]:
    return _kinds_where(lambda way: not way.by_clock)


def _due(queue: Queue | None, now: datetime, *, by_clock: bool = True) -> QuerySet[DueWork]:
    """The rows that nobody holds; one held for longer than anybody ever holds one comes from a clock that was wrong."""
    held_too_long = now + 2 * Retry.longest
    waiting = DueWork.objects.filter(done_at=None, put_aside_at=None, due_at__lte=now).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=held_too_long)
    )
    if not by_clock:
        waiting = waiting.filter(kind__in=_at_once())
    bulk = _kinds_where(lambda way: way.queue is Queue.BULK)
    if queue is Queue.BULK:
        return waiting.filter(kind__in=bulk)
    return waiting.exclude(kind__in=bulk) if queue else waiting


def waiting(until: datetime) -> QuerySet[DueWork]:
    """What was due by an instant and nobody is at."""
    return _due(None, clock.now()).filter(due_at__lte=until)


def _claim(queue: Queue | None, ids: Iterable[int] | None, by_clock: bool) -> DueWork | None:
    now = clock.now()
    with transaction.atomic():
        rows = _due(queue, now, by_clock=by_clock)
        if ids is not None:
            rows = rows.filter(pk__in=ids)
        # Skipped, not waited for: behind one row that takes minutes, openings would be late. SQLite ignores both words
        # and lets one writer in at a time.
        work = rows.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if work is not None:
            _take(work, now)
        return work


def _take(work: DueWork, now: datetime) -> None:
    # Counted when it is begun: a row that kills whoever does it must not be begun every minute for ever.
    lease = max(LEASE, way_of(work.kind).retry.wait(work.attempts + 1))
    work.claimed_until = now + lease
    DueWork.objects.filter(pk=work.pk).update(claimed_until=work.claimed_until, attempts=F("attempts") + 1)


def _perform(work: DueWork, is_steady: Steady = always) -> None:
    with structlog.contextvars.bound_contextvars(work=work.kind, key=work.key):
        try:
            if way_of(work.kind).outside:
                _handlers[work.kind](work)
                _mark_done(work)
            else:
                with transaction.atomic():
                    _handlers[work.kind](work)
                    if not is_steady():
                        raise ClockMoved
                    _mark_done(work)
        except Superseded:
            log.info("due_work_superseded")
        except ClockMoved:
            log.error("due_work_undone_as_the_clock_moved")
        except Exception as failure:
            log.exception("due_work_failed", attempts=work.attempts + 1)
            _note_failure(work, failure)


def _mark_done(work: DueWork) -> None:
    # In the handler's own transaction: marked apart from it, a crash between the two would do the work twice or never.
    done = DueWork.objects.filter(pk=work.pk, version=work.version, done_at=None)
    if not done.update(done_at=clock.now(), claimed_until=None):
        raise Superseded


def _note_failure(work: DueWork, failure: Exception) -> None:
    attempts, retry = work.attempts + 1, way_of(work.kind).retry
    now = clock.now()
    given_up = bool(retry.most) and attempts >= retry.most
    if given_up:
        log.error("due_work_put_aside", attempts=attempts)
    DueWork.objects.filter(pk=work.pk, version=work.version).update(
        # Cut: an exception that carries a whole document would make the row, and every list of stuck ones, unreadable.
        last_error=f"{type(failure).__name__}: {failure}"[:2000],
        claimed_until=now + retry.wait(attempts),
        put_aside_at=now if given_up else None,
    )


def run_due(
    *,
    limit: int = 1000,
    ids: Iterable[int] | None = None,
    queue: Queue | None = None,
    by_clock: bool = True,
    is_steady: Steady = always,
) -> int:
    """
    Do what is due, oldest first; returns how many rows were tried.

    :param by_clock: without it only what no clock decides
    :param is_steady: asked before and after each row; where the clock was set meanwhile, what was done is undone
    """
    tried = 0
    while tried < limit and is_steady() and (work := _claim(queue, ids, by_clock)):
        _perform(work, is_steady)
        tried += 1
    return tried


def hand_out(queue: Queue, *, limit: int = 500, by_clock: bool = True) -> list[tuple[int, str]]:
    """
    Hold what is due on a queue for whoever gets the message about it.

    :param by_clock: without it only what no clock decides
    :returns: for each row what `run_one` takes; a message that is lost is made up for after ten minutes
    """
    now = clock.now()
    until = now + HANDED_OUT
    with transaction.atomic():
        rows = _due(queue, now, by_clock=by_clock).select_for_update(skip_locked=True).order_by("due_at", "pk")
        ids = list(rows.values_list("pk", flat=True)[:limit])
        DueWork.objects.filter(pk__in=ids).update(claimed_until=until)
    return [(pk, until.isoformat()) for pk in ids]


def run_one(*, work_id: int, held_until: str) -> bool:
    """Do a row that was handed out; False where it is done, moved or taken by the same message come twice."""
    now = clock.now()
    held = DueWork.objects.filter(pk=work_id, done_at=None, claimed_until=datetime.fromisoformat(held_until))
    with transaction.atomic():
        work = held.select_for_update(skip_locked=True).first()
        if work is None:
            return False
        _take(work, now)
    _perform(work)
    return True


def bring_forward() -> int:
    """Have done at once what no clock decides and a clock that was ahead dated later; returns how many rows."""
    now = clock.now()
    return DueWork.objects.filter(kind__in=_at_once(), done_at=None, due_at__gt=now).update(due_at=now)


def run_soon(works: list[DueWork]) -> None:
    """Do these right after the present transaction commits; what a crash cuts off is left to the sweep."""
    ids = [work.pk for work in works]
    # Robust: a handler that fails here must not turn the person's finished act into an error page; the sweep has it.
    transaction.on_commit(lambda: run_due(ids=ids) and None, robust=True)


def unique_key() -> str:
    return uuid.uuid4().hex


def prune() -> int:
    """Delete what was done more than 30 days ago; returns how many rows went."""
    return DueWork.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()[0]
