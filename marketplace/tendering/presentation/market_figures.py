"""The market in figures: what selections of this year came to. Worked out anew every few minutes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median, quantiles

from django.core.cache import cache
from django.db.models import Q

from marketplace.catalogue.models import ServiceItem
from marketplace.core import calendar, clock
from marketplace.registry.models import Intermediary
from marketplace.ui.components import percent

from ..models import Award, Opening, RequestItem
from ..states import LIVE_AWARD, UNDER_WAY

KEPT_SECONDS = 300
#: A service is drawn once it has this many prices, and no more services than these.
FEWEST_PRICES = 3
SERVICES_DRAWN = 5
#: The chart's axis, in percent of the reference, on the middle part of its drawing.
AXIS = (50, 110)


@dataclass(frozen=True)
class PriceRow:
    """How the prices of one service lie against its reference: median and the middle half, as ratios."""

    item_id: int
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True)
class Figures:
    since: date
    until: date
    firms: int
    selections: int
    days: int | None
    ratio: Decimal | None
    recomputable: Decimal | None
    prices: list[PriceRow]


def figures() -> Figures:
    today = clock.today()
    found: Figures | None = cache.get(key := f"tendering.figures.{today}")
    if found is None:
        found = _work_out(today)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _work_out(today: date) -> Figures:
    since = date(today.year, 1, 1)
    start = clock.shanghai(datetime.combine(since, datetime.min.time(), clock.SHANGHAI))
    selected = Award.objects.live().filter(work_request__opened_at__gte=start)
    rows = list(
        selected.values_list("work_request_id", "price", "work_request__published_at", "work_request__opened_at")
    )
    ratios = _ratios({request_id: price for request_id, price, _, _ in rows})
    days = [
        calendar.current().count(clock.date_of(published), clock.date_of(opened))
        for _, _, published, opened in rows
        if published and opened
    ]
    openings = Opening.objects.filter(opened_at__gte=start).exclude(state__in=UNDER_WAY)
    with_record = openings.filter(~Q(transcript_sha256="")).count()
    total = openings.count()
    all_ratios = [ratio for values in ratios.values() for ratio in values]
    return Figures(
        since=since,
        until=max(since, today - timedelta(days=1)),
        firms=Intermediary.objects.listed().count(),
        selections=len(rows),
        days=round(median(days)) if days else None,
        ratio=median(all_ratios) if all_ratios else None,
        recomputable=Decimal(with_record) / total if total else None,
        prices=_price_rows(ratios),
    )


def _ratios(prices: dict[int, Decimal]) -> dict[int, list[Decimal]]:
    """Price ÷ reference of the requests for one service that has a standard, by service."""
    items: dict[int, list[tuple[int, Decimal | None]]] = defaultdict(list)
    found = RequestItem.objects.filter(work_request__awards__state__in=LIVE_AWARD).distinct()
    for request_id, item_id, standard in found.values_list("work_request_id", "item_id", "standard_fee"):
        items[request_id].append((item_id, standard))
    ratios: dict[int, list[Decimal]] = defaultdict(list)
    for request_id, price in prices.items():
        match items.get(request_id, []):
            case [(item_id, standard)] if standard:
                ratios[item_id].append(price / standard)
    return ratios


def _price_rows(ratios: dict[int, list[Decimal]]) -> list[PriceRow]:
    enough = [(item_id, values) for item_id, values in ratios.items() if len(values) >= FEWEST_PRICES]
    enough.sort(key=lambda pair: (-len(pair[1]), pair[0]))
    rows = []
    for item_id, values in enough[:SERVICES_DRAWN]:
        low, middle, high = quantiles(values, n=4, method="inclusive")
        rows.append(PriceRow(item_id, low, middle, high))
    return rows


@dataclass(frozen=True)
class DrawnRow:
    """A row of the price chart: lengths are percent of the drawing's width."""

    item: ServiceItem
    middle: Decimal
    x: str
    width: str
    dot: str


def place(ratio: Decimal | float) -> float:
    low, high = AXIS
    return min(max((float(ratio) * 100 - low) / (high - low) * 100, 0), 100)


def drawn_prices(rows: list[PriceRow]) -> list[DrawnRow]:
    names = ServiceItem.objects.only("code", "name_zh", "name_en").in_bulk([row.item_id for row in rows])
    return [
        DrawnRow(
            item=names[row.item_id],
            middle=row.middle,
            x=percent(place(row.low)),
            width=percent(max(place(row.high) - place(row.low), 1)),
            dot=percent(place(row.middle)),
        )
        for row in rows
        if row.item_id in names
    ]
