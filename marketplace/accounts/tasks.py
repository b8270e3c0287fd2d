from datetime import timedelta

from marketplace.core.jobs import Queue, job

from .session_store import SessionStore


@job(queue=Queue.BULK, every=timedelta(hours=6))
def drop_ended_sessions() -> None:
    """Delete the rows of sessions that ended by themselves; nobody signs out of a closed window."""
    SessionStore.clear_expired()
