"""
Direct selection (RULES, Selection methods): who can be picked, at what price, and whether the owner may pick at all.

The candidates are the listed offers of all firms that meet the request's conditions at the time of the pick. A bundle's
price is the sum of its items' offers, each rounded; its time is the longest of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from credit.rating import Standing
from marketplace.catalogue.services import calculate_for_item
from marketplace.core import calendar, clock
from marketplace.core.failures import Text
from marketplace.core.money import format_cny
from marketplace.registry.models import Intermediary, Offer
from marketplace.registry.offer_prices import Project

from ..choices import Method
from ..models import Award, DirectConfirmation, RequestItem, WorkRequest
from ..policy import TenderingPolicy
from . import eligibility

WINDOW_MONTHS = 12


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
    def score(self) -> Decimal:
        return self.standing.score


def candidates_of(work_request: WorkRequest, *, at: datetime) -> list[OfferCandidate]:
    """Everybody that can be picked at an instant, by ascending code; a fixed number of queries."""
    offered = _offered(work_request)
    day = at.astimezone(clock.SHANGHAI).date()
    facts = eligibility.gather(list(offered), work_request, at=at, credit_on=day)
    requirements = eligibility.requirements_of(work_request)
    found = [
        OfferCandidate(facts[pk].intermediary, price, days, facts[pk].standing)
        for pk, (price, days) in offered.items()
        if all(condition.met for condition in eligibility.judge(facts[pk], requirements))
    ]
    return sorted(found, key=lambda one: one.intermediary.uscc)


def limit_problem(work_request: WorkRequest, policy: TenderingPolicy) -> Text | None:
    """Why public money cannot be spent by direct selection at all, before anybody is picked; None where it can."""
    if not work_request.has_public_money or is_confirmed(work_request):
        return None
    if work_request.price_max is None or work_request.price_max > policy.direct_limit_cny:
        return _(
            "With public money direct selection is for at most %(limit)s: give a price limit no higher than that, or "
            "choose a method by rule. After two failed requests a regulator can allow more."
        ) % {"limit": format_cny(policy.direct_limit_cny)}
    return None


def sum_problem(work_request: WorkRequest, candidate: OfferCandidate, policy: TenderingPolicy) -> Text | None:
    """Why this firm can get no more of the project's public money by direct selection; None where it can."""
    if not work_request.has_public_money or is_confirmed(work_request):
        return None
    spent = spent_directly(work_request, candidate.intermediary)
    if spent + candidate.price <= policy.direct_limit_cny:
        return None
    return _(
        "This firm got %(spent)s by direct selection in this project within 12 months; with %(price)s it would be more "
        "than %(limit)s."
    ) % {
        "spent": format_cny(spent),
        "price": format_cny(candidate.price),
        "limit": format_cny(policy.direct_limit_cny),
    }


def spent_directly(work_request: WorkRequest, intermediary: Intermediary) -> Decimal:
    """CNY that a firm was awarded directly in the project within 12 months before today."""
    awards = Award.objects.filter(
        intermediary=intermediary,
        work_request__method=Method.DIRECT,
        work_request__project_code=work_request.project_code,
        state__in=(Award.State.PUBLICITY, Award.State.STOPPED, Award.State.CONFIRMED),
    ).exclude(work_request=work_request)
    today = clock.today()
    return sum(
        (
            award.price
            for award in awards
            if today < calendar.months_after(clock.date_of(award.publicity_started_at), WINDOW_MONTHS)
        ),
        Decimal(0),
    )


def is_confirmed(work_request: WorkRequest) -> bool:
    """Whether a regulator has allowed direct selection after two failures, of the request as it stands now."""
    return DirectConfirmation.objects.filter(
        work_request=work_request, is_allowed=True, edited_at=work_request.edited_at
    ).exists()


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
    prices = [projects[offer.item_id].price_of(offer) for offer in offers]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _fits(work_request: WorkRequest, price: Decimal, days: int) -> bool:
    within_price = work_request.price_max is None or price <= work_request.price_max
    return price > 0 and within_price and days <= (work_request.service_days or 0)
