"""Whose listed offers cover a request, at what price and time: the candidates of direct selection."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from credit.rating import Standing
from marketplace.catalogue.services import calculate_for_item
from marketplace.core import clock
from marketplace.registry.models import Intermediary, Offer
from marketplace.registry.offer_prices import Project

from ..models import RequestItem, WorkRequest
from ..rules import direct_selection
from ..rules.eligibility import unmet
from .bidders import bidders_at, requirements_of


@dataclass(frozen=True)
class OfferCandidate:
    """A firm whose listed offers cover the whole request; price in CNY, days are working days."""

    intermediary: Intermediary
    price: Decimal
    days: int
    standing: Standing

    @property
    def listed_as(self) -> str:
        """Under which id it will stand in the list; no salt hides who never bid."""
        return self.intermediary.uscc

    @property
    def grade(self) -> str:
        return self.standing.grade.value

    @property
    def provisional(self) -> bool:
        return self.standing.provisional

    @property
    def score(self) -> Decimal:
        return self.standing.score


def candidates_of(work_request: WorkRequest, *, at: datetime) -> list[OfferCandidate]:
    """Everybody that can be picked at an instant, by ascending code; a fixed number of queries."""
    offered = _offered(work_request)
    day = clock.day_at(at)
    bidders = bidders_at(list(offered), work_request, at=at, credit_on=day)
    requirements = requirements_of(work_request, on=day)
    found = [
        OfferCandidate(bidders[pk].intermediary, price, days, bidders[pk].standing)
        for pk, (price, days) in offered.items()
        if not unmet(bidders[pk].facts, requirements)
    ]
    return sorted(found, key=lambda one: one.intermediary.uscc)


def _offered(work_request: WorkRequest) -> dict[int, tuple[Decimal, int]]:
    """By listed firm that offers every item: price and time within the request's limits."""
    rows = list(work_request.request_items.select_related("item__fee_schedule"))
    projects = {row.item_id: _project(row) for row in rows}
    by_firm: dict[int, list[Offer]] = defaultdict(list)
    listed = Intermediary.objects.listed()
    for offer in Offer.objects.filter(item__in=projects, intermediary__in=listed).select_related("item"):
        by_firm[offer.intermediary_id].append(offer)
    found = {}
    for firm, offers in by_firm.items():
        price = _price(offers, projects) if len(offers) == len(rows) else None
        days = max(offer.days for offer in offers)
        if price is not None and _fits(work_request, price, days):
            found[firm] = (price, days)
    return found


def _fits(work_request: WorkRequest, price: Decimal, days: int) -> bool:
    return direct_selection.fits(price, days, price_max=work_request.price_max, service_days=work_request.service_days)


def _project(row: RequestItem) -> Project:
    """The item's fee standard as the request has it; none where the request has no complete one."""
    if row.base is None or row.item.fee_schedule is None:
        return Project(row.item)
    calculation = calculate_for_item(
        item=row.item,
        base=row.base,
        variant=row.variant,
        coefficients=row.coefficients,
        parameters=row.parameters,
    )
    return Project(row.item, calculation if row.standard_fee is not None else None, row.base)


def _price(offers: Iterable[Offer], projects: dict[int, Project]) -> Decimal | None:
    return direct_selection.bundle_price([projects[offer.item_id].price_of(offer) for offer in offers])
