from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.core.web import kept

from .filters import ServiceItemFilter
from .legal_words import articles_of, position_of
from .models import FeeSchedule, ServiceItem
from .selectors import MARKET_PRICE_DOCUMENT, FeeView, fee_view, market_price_regulation, related_items
from .states import RegulationStatus

PAGE_SIZE = 20
#: The documents' own examples, offered as links.
EXAMPLES = (
    ("CN-JJG-2002-1980", "variant=works&base=6000"),
    ("CN-FGJG-2007-670", "base=35000"),
    ("HB-001", "base=3.6&industry=化工&sensitivity=ordinary"),
)


@require_safe
@kept.for_visitors
def item_list(request: HttpRequest) -> HttpResponse:
    """Service items with facets, sort and pages; the address holds the whole state."""
    items = ServiceItemFilter(request.GET, ServiceItem.objects.visible_to(request.user).for_list(), request=request)
    page = Paginator(items.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"filter": items, "page_obj": page, "facet_counts": items.facet_counts()}
    return render(request, "catalogue/serviceitem_list.html", context)


@require_safe
@kept.for_visitors
def item_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A service item: what it is for, what it costs, who offers it, on what law it rests."""
    items = ServiceItem.objects.visible_to(request.user).with_facts()
    if _asks_for_fee(request):
        item = get_object_or_404(items.exclude(fee_schedule=None), code=code)
        return _fee_partial(request, fee_view(request, item.fee_schedule, item))  # type: ignore[arg-type]
    item = get_object_or_404(items.with_legal_basis(), code=code)
    fee = fee_view(request, item.fee_schedule, item) if item.fee_schedule else None
    articles = articles_of(item)
    context = {
        "item": item,
        "fee": fee,
        "related": related_items(item),
        "articles": articles,
        "position": position_of(item, articles),
    }
    if fee is not None:
        context["opened_by"] = _opened_by(item)
    return render(request, "catalogue/serviceitem_detail.html", context)


def _opened_by(item: ServiceItem) -> Any:
    """The document that opened the price of this service, where it is among the item's legal basis."""
    found = (basis.regulation for basis in item.bases.all())
    return next((regulation for regulation in found if regulation.document_no == MARKET_PRICE_DOCUMENT), None)


@require_safe
def fee_calculator(request: HttpRequest) -> HttpResponse:
    """The calculator on a page of its own, for any schedule or service item."""
    code = request.GET.get("schedule", "").replace("\0", "")
    schedules = list(FeeSchedule.objects.with_regulation())
    item = ServiceItem.objects.visible_to(request.user).with_facts().filter(code=code).first()
    schedule = item.fee_schedule if item else next((each for each in schedules if each.code == code), None)
    fee = fee_view(request, schedule, item) if schedule else None
    if fee is not None and _asks_for_fee(request):
        return _fee_partial(request, fee)
    context = {
        "schedules": schedules,
        "items": ServiceItem.objects.visible_to(request.user).exclude(fee_schedule=None),
        "chosen": code,
        "unknown": _("No schedule and no service has this code.") if code and not schedule else "",
        "fee": fee,
        "examples": EXAMPLES,
    }
    if fee is not None:
        context["opened_by"] = _market_price(fee)
    return render(request, "catalogue/fee_calculator.html", context)


def _market_price(fee: FeeView) -> Any:
    governed = fee.schedule.regulation
    return market_price_regulation() if governed is not None and governed.status == RegulationStatus.REPEALED else None


def _asks_for_fee(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "fee-answer"


def _fee_partial(request: HttpRequest, fee: FeeView) -> HttpResponse:
    """The answer alone, as one types; the page's own partial."""
    context = {"fee": fee, "item": fee.item, "opened_by": _market_price(fee), "is_partial": True}
    return render(request, "catalogue/partials/fee_answer.html", context)
