"""
One process that does all jobs of a market without Redis: a thread a queue, and a heart that waits for neither.

No message lies anywhere: what is due stands in rows, and what is periodic is counted from the process's start.
"""

import os
import threading
import time
from collections.abc import Callable

import structlog
from django.db import close_old_connections, connection

from .. import heartbeats, jobs
from ..jobs import Job, Queue
from . import clock_watch

#: Seconds between two looks at what is due.
LOOK = 1.0
#: Seconds that a job under way is waited for at the end.
PATIENCE = 8.0
#: After a job that failed: this many seconds, then twice as many, but never more than its own interval or this.
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0

log = structlog.get_logger(__name__)


def _look_after_the_connection() -> None:
    """Let go of a database connection that has died or grown old; never in the middle of a transaction."""
    if not connection.in_atomic_block:
        close_old_connections()


class Heart(threading.Thread):
    """Beats every 30 seconds, beside whatever its process does."""

    def __init__(self) -> None:
        super().__init__(name="heart", daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        wait = 0.0
        while not self._over.wait(wait):
            wait = self.beat()
        connection.close()

    def beat(self) -> float:
        """Write a row; returns the seconds until the next."""
        try:
            _look_after_the_connection()
            if clock_watch.may_beat():
                heartbeats.beat()
        except Exception:
            log.exception("heartbeat_failed")
            return FIRST_PAUSE
        return heartbeats.EVERY.total_seconds()

    def stop(self) -> None:
        self._over.set()


class Rota:
    """When each periodic job of a queue has its turn, by seconds of a clock that never jumps."""

    def __init__(self, periodic: list[Job], *, now: float) -> None:
        # At the start first: a process that lives shorter than an interval would never come to it.
        self._turns = {each.name: now for each in periodic}
        self._failures = {each.name: 0 for each in periodic}
        self._periodic = periodic

    def turn(self, *, now: float) -> None:
        """Do every job whose turn it is; what fails stops none of the others, and comes again."""
        for each in self._periodic:
            if self._turns[each.name] <= now:
                self._turns[each.name] = now + self._do(each)

    def _do(self, each: Job) -> float:
        """Do a job; returns the seconds until its next turn."""
        every = each.every.total_seconds() if each.every else LONGEST_PAUSE
        try:
            _look_after_the_connection()
            each.function()
        except Exception:
            self._failures[each.name] += 1
            log.exception("job_failed", job=each.name, failures=self._failures[each.name])
            return min(FIRST_PAUSE * 2 ** (self._failures[each.name] - 1), LONGEST_PAUSE, max(every, FIRST_PAUSE))
        self._failures[each.name] = 0
        return every


class Sweeper:
    """Runs until it is stopped; the end of one of its threads is the end of the process, which is started again."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._heart = Heart()
        self._threads = [
            threading.Thread(target=self._serve, args=(queue,), name=queue.value, daemon=True) for queue in Queue
        ]

    def run(self) -> None:
        self._heart.start()
        for thread in self._threads:
            thread.start()
        while not self._over.wait(LOOK):
            if not all(thread.is_alive() for thread in (self._heart, *self._threads)):
                log.error("sweeper_thread_ended")
                os._exit(1)
        self._heart.stop()
        end = time.monotonic() + PATIENCE
        for thread in (*self._threads, self._heart):
            thread.join(max(end - time.monotonic(), 0))

    def stop(self, *_: object) -> None:
        self._over.set()

    def _serve(self, queue: Queue, clock: Callable[[], float] = time.monotonic) -> None:
        rota = Rota(jobs.periodic(queue), now=clock())
        while not self._over.is_set():
            rota.turn(now=clock())
            self._over.wait(LOOK)
        connection.close()
