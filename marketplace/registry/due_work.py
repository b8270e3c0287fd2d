from marketplace.core.models import DueWork
from marketplace.core.outbox import handler

from .services import settle_suspension
from .services.suspending import DAY_COMES


@handler(DAY_COMES)
def suspension_day(work: DueWork) -> None:
    """A suspension starts or ends today."""
    settle_suspension(suspension_id=int(work.key.partition(":")[0]))
