"""The daily refresh of all standings: ratings age, points expire and restrictions end without anybody's doing."""

from datetime import date, datetime, time

from marketplace.accounts.models import Organisation
from marketplace.core import clock, outbox
from marketplace.core.jobs import Queue
from marketplace.core.models import DueWork

from .rating.windows import ONE_DAY
from .services.standings import BATCH, refresh_standings

KIND = "credit.refresh_standings"


def schedule_next_refresh() -> None:
    """Have all standings refreshed at the beginning of tomorrow (Asia/Shanghai), unless that is waiting already."""
    tomorrow = clock.today() + ONE_DAY
    if not DueWork.objects.filter(kind=KIND, key=str(tomorrow)).exists():
        outbox.schedule(KIND, str(tomorrow), _beginning_of(tomorrow), {"after": 0})


def _beginning_of(day: date) -> datetime:
    return clock.shanghai(datetime.combine(day, time.min, clock.SHANGHAI))


@outbox.handler(KIND, queue=Queue.BULK)
def refresh(work: DueWork) -> None:
    """
    Refresh one batch of intermediaries; the rest of the day's is further due work, so no transaction runs for long.

    A day that nobody worked on is not made up for: the rows are always those of the present day.
    """
    after = work.payload.get("after", 0)
    ids = list(
        Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY, pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    if ids:
        refresh_standings(ids)
    if len(ids) == BATCH:
        outbox.schedule(KIND, f"{work.key.split(':')[0]}:{ids[-1]}", clock.now(), {"after": ids[-1]})
    if not after:
        schedule_next_refresh()
