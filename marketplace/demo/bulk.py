"""
The large world of the benchmarks: the same kinds of rows as the small one, written in bulk.

Nobody did these things, so they have no trail and no notices. Everything else is what the market itself would have
written: bids are sealed to keys that were drawn, openings are selected by the market's own rules and can be
recomputed, texts are composed, scores are worked out, and what is open goes on from here by its due work.
"""

from collections.abc import Callable
from decimal import Decimal

from django.core.management.base import CommandError
from django.db import transaction

from credit.services import refresh_standings
from marketplace.accounts.models import District
from marketplace.catalogue.models import ServiceItem
from marketplace.core.models import NumberSequence
from marketplace.tendering.services.requests.drafting import ItemLine
from search.services import rebuild

from . import bulk_firms, people
from .bulk_calendar import Days
from .bulk_matters import Matters
from .projects import BASES

#: Requests, bids and ratings for every intermediary.
REQUESTS, BIDS, RATINGS = 2, 10, 3
BATCH = 500


@transaction.atomic
def build(*, scale: int, say: Callable[[str], None]) -> None:
    """
    Write `scale` intermediaries, twice as many requests, ten times as many bids, three times as many ratings.

    A market has at most one rating a contract: those beyond its own contracts are a record brought along from
    before, with numbers of their own.

    :param scale: a multiple of 10, and 20 at least
    """
    if scale < 20 or scale % 10:
        raise CommandError("The scale is a multiple of 10, and 20 at least.")
    days = Days()
    districts = list(District.objects.exclude(parent=None))
    items = {item.code: item for item in ServiceItem.objects.open().select_related("authority", "fee_schedule")}
    say(f"{scale} intermediaries")
    people.staff()
    owners = bulk_firms.owners(max(scale // 10, 5), districts, days)
    firms = bulk_firms.firms(scale, districts, items, days, say)
    matters = Matters(firms, owners, {code: _line(item) for code, item in items.items()}, days)
    total = REQUESTS * scale
    for start in range(0, total, BATCH):
        matters.write(range(start, min(start + BATCH, total)), total)
        say(f"{min(start + BATCH, total)} of {total} requests with their bids, contracts and ratings")
    say(f"{matters.bring_along(RATINGS * scale - matters.rated)} ratings from before")
    for series, last in matters.numbers.items():
        NumberSequence.objects.update_or_create(series=series, defaults={"last": last})
    say("scores")
    refresh_standings([firm.organisation.pk for firm in firms])
    say("search index")
    rebuild(lambda kind, done, total: say(f"  {kind.value} {done} of {total}"))
    say("done")


def _line(item: ServiceItem) -> ItemLine:
    base, coefficients = BASES.get(item.code, (None, {}))
    return ItemLine(item, Decimal(base) if base else None, coefficients=coefficients)
