"""What the market adds to a service's page: its firms on one axis with what was paid, awards, and running requests."""

import calendar as months
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from statistics import median
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest

from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.core.additions import panels
from marketplace.registry.models import Intermediary, Offer, Qualification
from marketplace.registry.offer_prices import Project, project_of
from marketplace.registry.presentation.filing_in_words import price_words
from marketplace.registry.states import Validity
from marketplace.ui.components import percent
from marketplace.ui.templatetags.market import cny
from marketplace.ui.templatetags.market import ratio as ratio_words

from ..models import Award, RequestItem, WorkRequest
from .clocks import bidding_clock

FIRMS_SHOWN = 12
AWARDS_SHOWN = 5
REQUESTS_SHOWN = 5
#: Fewer prices than these have no median worth the name.
FEWEST_FOR_MEDIAN = 5
#: The axis of prices against the reference, in percent, and its band of ±20 %.
RATIO_AXIS = (70, 130)
BAND = (80, 120)
#: Rows in which the dots of the strip lie, so that they hide each other less.
STRIP_ROWS = (8, 20, 14, 26)
#: What a row of the last awards shows.
AWARD_COLUMNS = (
    "price",
    "days",
    "publicity_started_at",
    "work_request__number",
    "work_request__title",
    *(f"intermediary__organisation__{column}" for column in ("uscc", "name_zh", "name_en")),
)
_STANDING = "intermediary__organisation__standing"
#: Firms that may not bid: restricted, or of grade D.
KEPT_OUT = Case(
    When(Q(**{f"{_STANDING}__restricted_until__isnull": False}) | Q(**{f"{_STANDING}__grade": "D"}), then=Value(True)),
    default=Value(False),
)


@dataclass(frozen=True)
class Dot:
    """A price on the axis; beyond its ends a triangle at the end. Lengths are percent of the drawing's width."""

    x: str
    text: str
    end: str = ""
    is_outside: bool = False
    y: int = 16

    @property
    def flips(self) -> bool:
        """Whether its words stand at its left, as there is no room at the right."""
        return float(self.x.rstrip("%")) > 80


@dataclass(frozen=True)
class Axis:
    """
    Prices in percent of the reference where the service has one, else in CNY from zero.

    :ivar ticks: place, words, and whether it is the reference itself
    """

    low: Decimal
    high: Decimal
    is_ratio: bool
    ticks: Sequence[tuple[str, str, bool]] = ()

    def place(self, value: Decimal) -> float:
        return float((value - self.low) / (self.high - self.low) * 100)

    def dot(self, value: Decimal, y: int = 16) -> Dot:
        place = self.place(value)
        end = "low" if place < 0 else "high" if place > 100 else ""
        outside = self.is_ratio and not BAND[0] <= value <= BAND[1]
        return Dot(percent(min(max(place, 0), 100)), self.words(value), end, outside, y)

    def words(self, value: Decimal) -> str:
        return ratio_words(value / 100) if self.is_ratio else cny(value)

    @property
    def band(self) -> tuple[str, str] | None:
        """Start and width of the band around the reference."""
        if not self.is_ratio:
            return None
        low, high = (self.place(Decimal(end)) for end in BAND)
        return percent(low), percent(high - low)


@dataclass(frozen=True)
class FirmLine:
    """A firm that offers the service: what it asks, and where that lies on the axis."""

    offer: Offer
    words: str
    dot: Dot | None
    #: The last day of the qualification that the service needs, where that is near or past.
    expires_on: date | None = None

    @property
    def firm(self) -> Any:
        return self.offer.intermediary

    @property
    def standing(self) -> Any:
        return getattr(self.firm.organisation, "standing", None)


@dataclass(frozen=True)
class Paid:
    """One price that was paid: in percent of the reference, or in CNY where there is none."""

    number: str
    on: date
    value: Decimal
    words: str = ""


@dataclass(frozen=True)
class Strip:
    """What was paid in the last twelve months, a dot each."""

    dots: list[Dot]
    rows: list[Paid]
    middle: Dot | None = None


@dataclass(frozen=True)
class Prices:
    project: Project
    axis: Axis | None
    lines: list[FirmLine]
    total: int
    strip: Strip
    kept_out: list[Any] = field(default_factory=list)


@panels.on("catalogue.item", order=10)
def firms(request: HttpRequest, item: ServiceItem) -> tuple[str, dict[str, Any]]:
    """Who offers the service, with price and time, beside what was paid; says so where nobody does."""
    return "tendering/partials/item_firms.html", {"item": item, "prices": prices_of(item, request.GET)}


@panels.on("catalogue.item.awards", order=10)
def awards(request: HttpRequest, item: ServiceItem) -> tuple[str, dict[str, Any]]:
    """The last awards, with what was paid against the standard."""
    found = awards_of(item)
    newest = found.select_related("work_request", "intermediary__organisation").order_by("-publicity_started_at", "-pk")
    rows = list(newest.only(*AWARD_COLUMNS).annotate(standard=_standard(item))[:AWARDS_SHOWN])
    for row in rows:
        row.share = row.price / row.standard if row.standard else None
    context = {"item": item, "awards": rows, "total": _total(rows, AWARDS_SHOWN, found)}
    return "tendering/partials/item_awards.html", context


@panels.on("catalogue.item.requests", order=10)
def running_requests(request: HttpRequest, item: ServiceItem) -> tuple[str, dict[str, Any]]:
    """The requests for the service that take bids now."""
    running = WorkRequest.objects.open().filter(items=item)
    rows = list(running.select_related("owner").order_by("bids_open_until", "pk")[:REQUESTS_SHOWN])
    for row in rows:
        row.clock = bidding_clock(row)  # type: ignore[attr-defined]
    context = {"item": item, "requests": rows, "total": _total(rows, REQUESTS_SHOWN, running)}
    return "tendering/partials/item_requests.html", context


def _total(shown: Sequence[Any], most: int, found: QuerySet) -> int:
    """How many were found, of which the first are shown; counted only where there may be more."""
    return len(shown) if len(shown) < most else found.count()


def awards_of(item: ServiceItem) -> Any:
    """Awards of requests for this service alone: a bundle's price is not one service's."""
    others = RequestItem.objects.filter(work_request=OuterRef("work_request")).exclude(item=item)
    return Award.objects.live().filter(~Exists(others), work_request__items=item)


def prices_of(item: ServiceItem, query: Any) -> Prices:
    """The firms by price, and what was paid, on one axis; a fixed number of queries."""
    project = project_of(item, {name: query.get(name) for name in query})
    offers = list(Offer.objects.of_listed().filter(item=item).annotate(is_kept_out=KEPT_OUT))
    for offer in offers:
        offer.item = item
    free = [offer for offer in offers if not offer.is_kept_out]
    paid = paid_lately(item)
    axis = _axis(item, free, paid, project)
    ranked = _by_price(free, axis, project)
    kept_out = [offer for offer in offers if offer.is_kept_out]
    # A service may have hundreds of firms; only those that the page names are read whole.
    shown = [offer for _value, offer in ranked[:FIRMS_SHOWN]]
    firms = _firms_of([*shown, *kept_out])
    lines = _lines(item, ranked[:FIRMS_SHOWN], firms, axis, project)
    return Prices(
        project, axis, lines, len(ranked), _strip(paid, axis), [firms[offer.intermediary_id] for offer in kept_out]
    )


def _firms_of(offers: Iterable[Offer]) -> dict[int, Intermediary]:
    firms = Intermediary.objects.select_related("organisation__standing", "organisation__district")
    return firms.in_bulk({offer.intermediary_id for offer in offers})


def paid_lately(item: ServiceItem) -> list[Paid]:
    """Prices of the last twelve calendar months, the latest first; in percent where the request had a standard."""
    since = clock.shanghai(f"{_a_year_before(clock.today()).isoformat()} 00:00")
    rows = awards_of(item).filter(publicity_started_at__gte=since).order_by("-publicity_started_at", "-pk")
    columns = ("work_request__number", "publicity_started_at", "price")
    if item.fee_schedule_id is None:
        return [Paid(number, clock.date_of(at), price, cny(price)) for number, at, price in rows.values_list(*columns)]
    return [
        Paid(number, clock.date_of(at), value, ratio_words(value / 100))
        for number, at, price, standard in rows.annotate(standard=_standard(item)).values_list(*columns, "standard")
        if standard
        for value in [price * 100 / standard]
    ]


def _a_year_before(day: date) -> date:
    year = day.year - 1
    return day.replace(year=year, day=min(day.day, months.monthrange(year, day.month)[1]))


def _standard(item: ServiceItem) -> Subquery:
    """The standard of an award's request for the service, in CNY; null where it had none."""
    lines = RequestItem.objects.filter(work_request=OuterRef("work_request"), item=item, standard_fee__gt=0)
    return Subquery(lines.values("standard_fee")[:1])


def _value(offer: Offer, project: Project, *, is_ratio: bool) -> Decimal | None:
    if not is_ratio:
        return offer.amount if offer.pricing == Offer.Pricing.FIXED else None
    share = project.ratio_of(offer)
    return None if share is None else share * 100


def _axis(item: ServiceItem, offers: Iterable[Offer], paid: list[Paid], project: Project) -> Axis | None:
    if item.fee_schedule_id is not None:
        return _marked(Axis(Decimal(RATIO_AXIS[0]), Decimal(RATIO_AXIS[1]), is_ratio=True), Decimal(10))
    values = [value for offer in offers if (value := _value(offer, project, is_ratio=False)) is not None]
    highest = max([*values, *(one.value for one in paid)], default=Decimal(0))
    if not highest:
        return None
    step = _round_step(highest)
    return _marked(Axis(Decimal(0), step * (highest / step).to_integral_value(ROUND_CEILING), is_ratio=False), step)


def _marked(axis: Axis, step: Decimal) -> Axis:
    """The axis with a tick at each step."""
    values = [axis.low + step * number for number in range(int((axis.high - axis.low) / step) + 1)]
    ticks = [
        (
            percent(axis.place(value)),
            f"{value:.0f}%" if axis.is_ratio else f"¥{value:,.0f}",
            axis.is_ratio and value == 100,
        )
        for value in values
    ]
    return replace(axis, ticks=ticks)


def _round_step(highest: Decimal) -> Decimal:
    """A round step that reaches the highest value in three to six."""
    power = Decimal(10) ** (highest.adjusted() - 1)
    return next(power * factor for factor in (2, 5, 10, 20) if highest <= power * factor * 6)


def _by_price(offers: Iterable[Offer], axis: Axis | None, project: Project) -> list[tuple[Decimal | None, Offer]]:
    """The offers with where they lie on the axis, the cheapest first."""
    valued = [(None if axis is None else _value(offer, project, is_ratio=axis.is_ratio), offer) for offer in offers]
    return sorted(valued, key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1].days, pair[1].pk))


def _lines(
    item: ServiceItem,
    ranked: Sequence[tuple[Decimal | None, Offer]],
    firms: Mapping[int, Intermediary],
    axis: Axis | None,
    project: Project,
) -> list[FirmLine]:
    expiring = _expiring(item, [offer for _value, offer in ranked])
    lines = []
    for value, offer in ranked:
        offer.intermediary = firms[offer.intermediary_id]
        price = project.price_of(offer)
        words = cny(price) if price is not None else price_words(offer.pricing, offer.amount, offer.unit)
        dot = None if axis is None or value is None else axis.dot(value)
        lines.append(FirmLine(offer, words, dot, expiring.get(offer.intermediary_id)))
    return lines


def _expiring(item: ServiceItem, offers: list[Offer]) -> dict[int, date]:
    """By firm, the last day of the qualification that the service needs, where it is near or past."""
    kind, today = item.demanded_type, clock.today()
    if kind is None or not offers:
        return {}
    latest: dict[int, Qualification] = {}
    held = Qualification.objects.current().filter(
        qualification_type=kind, intermediary__in=[offer.intermediary_id for offer in offers]
    )
    for row in held.select_related("qualification_type").order_by("valid_to"):
        latest[row.intermediary_id] = row
    near = (Validity.EXPIRING, Validity.EXPIRED)
    return {pk: row.valid_to for pk, row in latest.items() if row.validity_on(today) in near}


def _strip(paid: list[Paid], axis: Axis | None) -> Strip:
    if axis is None:
        return Strip([], paid)
    dots = [axis.dot(one.value, STRIP_ROWS[place % len(STRIP_ROWS)]) for place, one in enumerate(paid)]
    if len(paid) < FEWEST_FOR_MEDIAN:
        return Strip(dots, paid)
    return Strip(dots, paid, axis.dot(median(one.value for one in paid)))
