"""What requests buy, one by one and over their project, and whether the market refuses it."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from marketplace.accounts.models import Organisation
from marketplace.core.failures import Text

from ..models import RequestItem, WorkRequest
from ..policy import TenderingPolicy
from ..rules import public_tender
from ..rules.public_tender import ItemFee, Purchase


def purchase_of(work_request: WorkRequest, rows: Iterable[RequestItem] | None = None) -> Purchase:
    """
    What a request buys.

    :param rows: its items with their services, where they have been read already
    """
    if rows is None:
        rows = work_request.request_items.select_related("item")
    return Purchase(work_request.price_max, tuple(_fee_of(row) for row in rows))


def standard_of(rows: Iterable[RequestItem]) -> Decimal | None:
    """The sum of the items' standards in CNY; None where one of them has none, or lacks a coefficient."""
    return public_tender.standard_of(ItemFee(is_tendered=False, standard=row.known_standard) for row in rows)


def refusal_of(
    work_request: WorkRequest, policy: TenderingPolicy, rows: Iterable[RequestItem] | None = None
) -> dict[str, Text]:
    """
    Why the market refuses the request, by field; empty where it does not.

    :param rows: its items with their services, where they have been read already
    """
    own = purchase_of(work_request, rows)
    refusal: dict[str, Text] = {}
    if public_tender.may_have_to_be_tendered(own, public_project=work_request.public_project):
        refusal = public_tender.tender_refusal(own, project_purchases(work_request))
    if not refusal and work_request.owner.kind == Organisation.Kind.AUTHORITY and work_request.fund_fiscal > 0:
        refusal = public_tender.procurement_refusal(own, limit=policy.fiscal_procurement_limit_cny)
    return refusal


def project_purchases(work_request: WorkRequest) -> list[Purchase]:
    """What the project's other requests that count buy, in two queries."""
    others = _project_requests(work_request).prefetch_related("request_items__item")
    return [purchase_of(other, other.request_items.all()) for other in others]


def _project_requests(work_request: WorkRequest) -> QuerySet[WorkRequest]:
    key = work_request.project_key
    others = WorkRequest.objects.counting_for_project(key) if key else WorkRequest.objects.none()
    return others.exclude(pk__in=[work_request.pk, work_request.amends_id or work_request.pk])


def _fee_of(row: RequestItem) -> ItemFee:
    return ItemFee(is_tendered=bool(row.item.tender_class), standard=row.known_standard)
