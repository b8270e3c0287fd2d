"""The jobs that every market has; those of the apps stand in their own `tasks`."""

from datetime import timedelta

from . import jobs, outbox
from .jobs import Queue, job
from .running import clock_watch

SWEEP = timedelta(seconds=5)


def _sweep(queue: Queue) -> int:
    found = clock_watch.look()
    return outbox.run_due(queue=queue, by_clock=not found.waits, is_steady=found.is_steady)


@job(every=SWEEP)
def run_due_work() -> int:
    """Sweep the table of due work for what a clock decides, and for news."""
    return _sweep(Queue.PROMPT)


@job(queue=Queue.BULK, every=SWEEP)
def run_bulk_work() -> int:
    """Sweep it for what may take long: mail, telling many, index; where there are several workers, they share it."""
    if not jobs.are_sent():
        return _sweep(Queue.BULK)
    handed_out = outbox.hand_out(Queue.BULK, by_clock=not clock_watch.look().waits)
    for work_id, held_until in handed_out:
        jobs.send(run_one, work_id, held_until)
    return len(handed_out)


@job(queue=Queue.BULK)
def run_one(work_id: int, held_until: str) -> bool:
    """Do one row that a sweep handed out."""
    return outbox.run_one(work_id=work_id, held_until=held_until)


@job(queue=Queue.BULK, every=timedelta(hours=1))
@clock_watch.while_trusted
def prune() -> int:
    """Drop what was done long ago."""
    return outbox.prune()
