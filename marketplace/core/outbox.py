"""
Due work: what must happen is a row, and a sweep finds it.

A message may be lost, a worker may be killed: the row stays until its handler's transaction has marked it done,
in one commit with all that the handler did. So everything happens, and happens once.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q

from . import clock
from .models import DueWork

LEASE = timedelta(minutes=1)
KEEP_DONE = timedelta(days=30)

Handler = Callable[[DueWork], None]
_handlers: dict[str, Handler] = {}
log = structlog.get_logger(__name__)


class Superseded(Exception):
    """The row was rescheduled, or finished by another worker, while its handler ran: the handler's work is undone."""


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register what does the work of a kind; it runs inside a transaction and may run again after a crash."""

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"{kind} has a handler")
        _handlers[kind] = function
        return function

    return register


def schedule(kind: str, key: str, due_at: datetime, payload: dict[str, Any] | None = None) -> DueWork:
    """Have a kind's handler run at or after an instant; the same kind and key again moves it, or revives it."""
    work, created = DueWork.objects.get_or_create(
        kind=kind, key=key, defaults={"due_at": due_at, "payload": payload or {}}
    )
    if not created:
        DueWork.objects.filter(pk=work.pk).update(
            due_at=due_at,
            payload=payload or {},
            version=F("version") + 1,
            done_at=None,
            claimed_until=None,
            attempts=0,
            last_error="",
        )
        work.refresh_from_db()
    return work


def cancel(kind: str, key: str) -> None:
    """Take back what has not been done yet."""
    DueWork.objects.filter(kind=kind, key=key, done_at=None).update(done_at=clock.now(), version=F("version") + 1)


def _claim(ids: Iterable[int] | None) -> DueWork | None:
    now = clock.now()
    with transaction.atomic():
        waiting = DueWork.objects.filter(done_at=None, due_at__lte=now).filter(
            Q(claimed_until=None) | Q(claimed_until__lte=now)
        )
        if ids is not None:
            waiting = waiting.filter(pk__in=ids)
        work = waiting.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if work is not None:
            work.claimed_until = now + LEASE
            work.save(update_fields=["claimed_until"])
        return work


def _perform(work: DueWork) -> None:
    with structlog.contextvars.bound_contextvars(work=work.kind, key=work.key):
        try:
            with transaction.atomic():
                _handlers[work.kind](work)
                done = DueWork.objects.filter(pk=work.pk, version=work.version, done_at=None)
                if not done.update(done_at=clock.now(), claimed_until=None):
                    raise Superseded
        except Superseded:
            log.info("due_work_superseded")
        except Exception as failure:
            log.exception("due_work_failed", attempts=work.attempts + 1)
            wait = timedelta(seconds=min(5 * 2**work.attempts, 3600))
            DueWork.objects.filter(pk=work.pk, version=work.version).update(
                attempts=F("attempts") + 1,
                last_error=f"{type(failure).__name__}: {failure}"[:2000],
                claimed_until=clock.now() + wait,
            )


def run_due(*, limit: int = 1000, ids: Iterable[int] | None = None) -> int:
    """Do what is due, oldest first; returns how many rows were tried."""
    tried = 0
    while tried < limit and (work := _claim(ids)):
        _perform(work)
        tried += 1
    return tried


def run_soon(works: list[DueWork]) -> None:
    """Do these right after the present transaction commits; what a crash cuts off is left to the sweep."""
    ids = [work.pk for work in works]
    transaction.on_commit(lambda: run_due(ids=ids) and None, robust=True)


def unique_key() -> str:
    return uuid.uuid4().hex


def prune() -> int:
    """Delete what was done more than 30 days ago; returns how many rows went."""
    return DueWork.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()[0]
