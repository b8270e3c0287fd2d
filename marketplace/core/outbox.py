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

    :param outside: what it does leaves the database (a mail): no transaction is open meanwhile, so that nobody waits
        for a server elsewhere; a crash between the doing and the marking does it again
    """

    queue: Queue = Queue.PROMPT
    outside: bool = False
    retry: Retry = Retry()


_handlers: dict[str, Handler] = {}
_ways: dict[str, Way] = {}


class Superseded(Exception):
    """The row was rescheduled, or finished by another worker, while its handler ran: the handler's work is undone."""


def handler(
    kind: str, *, queue: Queue = Queue.PROMPT, outside: bool = False, retry: Retry | None = None
) -> Callable[[Handler], Handler]:
    """Register what does the work of a kind; it may run again after a crash (see `Way`)."""

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"{kind} has a handler")
        _handlers[kind] = function
        _ways[kind] = Way(queue, outside, retry or Retry())
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


def try_again(*, work_id: int) -> None:
    """Have a row that failed, or was put aside, tried at the next sweep."""
    DueWork.objects.filter(pk=work_id, done_at=None).update(**_anew())


def _due(queue: Queue | None, now: datetime) -> QuerySet[DueWork]:
    """The rows that nobody holds; one held for longer than anybody ever holds one comes from a clock that was wrong."""
    held_too_long = now + 2 * Retry.longest
    waiting = DueWork.objects.filter(done_at=None, put_aside_at=None, due_at__lte=now).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=held_too_long)
    )
    bulk = [kind for kind, way in _ways.items() if way.queue is Queue.BULK]
    if queue is Queue.BULK:
        return waiting.filter(kind__in=bulk)
    return waiting.exclude(kind__in=bulk) if queue else waiting


def _claim(queue: Queue | None, ids: Iterable[int] | None) -> DueWork | None:
    now = clock.now()
    with transaction.atomic():
        waiting = _due(queue, now)
        if ids is not None:
            waiting = waiting.filter(pk__in=ids)
        work = waiting.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if work is not None:
            _take(work, now)
        return work


def _take(work: DueWork, now: datetime) -> None:
    # Counted when it is begun: a row that kills whoever does it must not be begun every minute for ever.
    lease = max(LEASE, way_of(work.kind).retry.wait(work.attempts + 1))
    work.claimed_until = now + lease
    DueWork.objects.filter(pk=work.pk).update(claimed_until=work.claimed_until, attempts=F("attempts") + 1)


def _perform(work: DueWork) -> None:
    with structlog.contextvars.bound_contextvars(work=work.kind, key=work.key):
        try:
            if way_of(work.kind).outside:
                _handlers[work.kind](work)
                _mark_done(work)
            else:
                with transaction.atomic():
                    _handlers[work.kind](work)
                    _mark_done(work)
        except Superseded:
            log.info("due_work_superseded")
        except Exception as failure:
            log.exception("due_work_failed", attempts=work.attempts + 1)
            _note_failure(work, failure)


def _mark_done(work: DueWork) -> None:
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
        last_error=f"{type(failure).__name__}: {failure}"[:2000],
        claimed_until=now + retry.wait(attempts),
        put_aside_at=now if given_up else None,
    )


def run_due(*, limit: int = 1000, ids: Iterable[int] | None = None, queue: Queue | None = None) -> int:
    """Do what is due, oldest first; returns how many rows were tried."""
    tried = 0
    while tried < limit and (work := _claim(queue, ids)):
        _perform(work)
        tried += 1
    return tried


def hand_out(queue: Queue, *, limit: int = 500) -> list[tuple[int, str]]:
    """
    Hold what is due on a queue for whoever gets the message about it.

    :returns: for each row what `run_one` takes; a message that is lost is made up for after ten minutes
    """
    now = clock.now()
    until = now + HANDED_OUT
    with transaction.atomic():
        rows = _due(queue, now).select_for_update(skip_locked=True).order_by("due_at", "pk")
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


def run_soon(works: list[DueWork]) -> None:
    """Do these right after the present transaction commits; what a crash cuts off is left to the sweep."""
    ids = [work.pk for work in works]
    transaction.on_commit(lambda: run_due(ids=ids) and None, robust=True)


def unique_key() -> str:
    return uuid.uuid4().hex


def prune() -> int:
    """Delete what was done more than 30 days ago; returns how many rows went."""
    return DueWork.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()[0]
