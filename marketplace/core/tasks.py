"""The jobs that every market has; those of the apps stand in their own `tasks`."""

from datetime import timedelta

from . import jobs, outbox
from .jobs import Queue, job

SWEEP = timedelta(seconds=5)


@job(every=SWEEP)
def run_due_work() -> int:
    """Sweep the table of due work for what a clock decides, and for news."""
    return outbox.run_due(queue=Queue.PROMPT)


@job(queue=Queue.BULK, every=SWEEP)
def run_bulk_work() -> int:
    """Sweep it for what may take long: mail, telling many, index; where there are several workers, they share it."""
    if not jobs.are_sent():
        return outbox.run_due(queue=Queue.BULK)
    handed_out = outbox.hand_out(Queue.BULK)
    for work_id, held_until in handed_out:
        jobs.send(run_one, work_id, held_until)
    return len(handed_out)


@job(queue=Queue.BULK)
def run_one(work_id: int, held_until: str) -> bool:
    """Do one row that a sweep handed out."""
    return outbox.run_one(work_id=work_id, held_until=held_until)


@job(queue=Queue.BULK, every=timedelta(hours=1))
def prune() -> int:
    """Drop what was done long ago."""
    return outbox.prune()
