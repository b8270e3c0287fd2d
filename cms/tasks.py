from datetime import timedelta

from marketplace.core.jobs import Queue, job
from marketplace.core.running.clock_watch import while_trusted

from . import publishing


@job(queue=Queue.BULK, every=timedelta(minutes=1))
@while_trusted
def publish_planned() -> int:
    """Publish and take down the pages whose planned time has come."""
    return publishing.publish_planned()
