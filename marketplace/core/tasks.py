from celery import shared_task

from . import heartbeats, outbox


@shared_task
def run_due_work() -> int:
    """Sweep the table of due work."""
    return outbox.run_due()


@shared_task
def prune() -> int:
    """Drop what was done long ago."""
    return outbox.prune()


@shared_task
def beat() -> None:
    """Say that the market is there."""
    heartbeats.beat()
