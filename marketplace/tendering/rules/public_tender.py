"""
What may not be bought here (国家发展改革委令第16号, articles 2 and 5; 政府采购法 for fiscal buyers).

A project of budget or controlling state-owned money whose survey, design and supervision reach 1,000,000 CNY must go to
public tender. The owner declares the first condition; the sum is worked out over all requests of the project code.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.failures import Text
from marketplace.core.money import format_cny

from ..models import RequestItem, WorkRequest
from ..policy import TenderingPolicy

MUST_TENDER_FROM = Decimal(1_000_000)


def tender_items(work_request: WorkRequest) -> list[RequestItem]:
    """The survey, design and supervision items of a request."""
    return [row for row in work_request.request_items.select_related("item") if row.item.tender_class]


def standard_of(rows: Iterable[RequestItem]) -> Decimal | None:
    """The sum of the items' standards, each rounded; None where one of them has none, or lacks a coefficient."""
    total = Decimal(0)
    for row in rows:
        if row.standard_fee is None or (row.calculation or {}).get("incomplete"):
            return None
        total += row.standard_fee
    return total


def counted_amount(work_request: WorkRequest) -> Decimal | None:
    """
    What a request adds to its project's sum: its price limit, else the standard of its items that count.

    A limit stands for the whole request, so that a mixed one counts with all of it. None where neither is known.
    """
    rows = tender_items(work_request)
    if not rows:
        return Decimal(0)
    return work_request.price_max if work_request.price_max is not None else standard_of(rows)


def project_requests(work_request: WorkRequest) -> QuerySet[WorkRequest]:
    """The project's other requests that count."""
    code = work_request.project_code
    others = WorkRequest.objects.counting_for_project(code) if code else WorkRequest.objects.none()
    return others.exclude(pk__in=[work_request.pk, work_request.amends_id or work_request.pk])


def refusal_of(work_request: WorkRequest, policy: TenderingPolicy) -> dict[str, Text]:
    """Why the market refuses the request, by field; empty where it does not."""
    return _must_be_tendered(work_request) or _belongs_to_government_procurement(work_request, policy)


def _must_be_tendered(work_request: WorkRequest) -> dict[str, Text]:
    own = counted_amount(work_request)
    if not tender_items(work_request) or not work_request.public_project:
        return {}
    if own is None:
        return {
            "price_max": _(
                "An item of survey, design or supervision without a complete fee standard needs a price limit."
            )
        }
    total = own + sum((counted_amount(other) or Decimal(0) for other in project_requests(work_request)), Decimal(0))
    if total < MUST_TENDER_FROM:
        return {}
    return {
        "public_project": _(
            "Survey, design and supervision of this project add up to %(total)s. From %(limit)s on they must go to "
            "public tender (国家发展改革委令第16号, articles 2 and 5); the market cannot take this request."
        )
        % {"total": format_cny(total), "limit": format_cny(MUST_TENDER_FROM)}
    }


def _belongs_to_government_procurement(work_request: WorkRequest, policy: TenderingPolicy) -> dict[str, Text]:
    buyer_is_fiscal = work_request.owner.kind == Organisation.Kind.AUTHORITY and work_request.fund_fiscal > 0
    if not buyer_is_fiscal:
        return {}
    amount = work_request.price_max
    if amount is None:
        amount = standard_of(work_request.request_items.all())
    if amount is None:
        return {"price_max": _("A purchase with fiscal money needs a price limit.")}
    if amount < policy.fiscal_procurement_limit_cny:
        return {}
    return {
        "price_max": _(
            "Purchases with fiscal money of %(limit)s or more follow the government procurement law; the market cannot "
            "take this request."
        )
        % {"limit": format_cny(policy.fiscal_procurement_limit_cny)}
    }
