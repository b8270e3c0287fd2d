from datetime import timedelta

from marketplace.core.jobs import Queue, job
from marketplace.core.running.clock_watch import while_trusted

from .session_store import SessionStore

ENDED_SESSIONS_EVERY = timedelta(hours=6)


@job(queue=Queue.BULK, every=ENDED_SESSIONS_EVERY)
@while_trusted
def drop_ended_sessions() -> None:
    """Delete the rows of sessions that ended by themselves; nobody signs out of a closed window."""
    SessionStore.clear_expired()
