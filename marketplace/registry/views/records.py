"""The workbench's pages of a listed firm: its verified record, its offers, leaving the market."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marketplace.accounts.http import MemberRequest
from marketplace.catalogue.models import ServiceItem
from marketplace.core.failures import DomainError
from marketplace.core.web.forms import add_failure

from .. import leaving, permissions, services
from ..forms import NewOfferForm, OfferForm, ReasonForm
from ..models import Intermediary, Offer


def _own(request: MemberRequest) -> Intermediary | None:
    """The firm that the person acts in now, if it has begun to register."""
    if not request.organisation:
        return None
    firms = Intermediary.objects.select_related("organisation__district", "organisation__standing")
    return firms.filter(organisation=request.organisation).first()


@login_required
@require_GET
def record_detail(request: MemberRequest) -> HttpResponse:
    """The verified record, the registrations behind it, and the change of it."""
    intermediary = _own(request)
    if intermediary is None:
        return redirect("registry:registration-start")
    context = {
        "intermediary": intermediary,
        "qualifications": intermediary.qualifications.current().select_related("qualification_type"),
        "practitioners": intermediary.practitioners.current(),
        "holders": intermediary.organisation.holders.order_by("-share_percent", "pk"),
        "registrations": intermediary.registrations.all(),
        "open_registration": intermediary.registrations.open().first(),
        "suspensions": intermediary.suspensions.public(),
        "can_manage": permissions.can_manage(request.user, intermediary),
    }
    return render(request, "registry/record_detail.html", context)


@login_required
@require_POST
def start_change(request: MemberRequest) -> HttpResponse:
    """Begin a change of particulars."""
    intermediary = get_object_or_404(Intermediary, organisation=request.organisation)
    return redirect(services.start_change(intermediary_id=intermediary.pk, actor=request.user))


@login_required
def leave_market(request: MemberRequest) -> HttpResponse:
    """Leave the market, once nothing is open."""
    intermediary = _own(request)
    if intermediary is None or not intermediary.is_public:
        return redirect("registry:record-detail")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.leave_market(intermediary_id=intermediary.pk, actor=request.user, **form.cleaned_data)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The firm has left the market. Its record stays public as closed."))
            return redirect("registry:record-detail")
    context = {"form": form, "intermediary": intermediary, "blockers": leaving.blockers_of(intermediary)}
    return render(request, "registry/leave_market.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def offer_list(request: MemberRequest) -> HttpResponse:
    """What the firm offers: price and time of each service."""
    intermediary = _own(request)
    if intermediary is None:
        return redirect("registry:registration-start")
    context = {
        "intermediary": intermediary,
        "offers": intermediary.offers.select_related("item__qualification_type", "item__fee_schedule"),
        "can_manage": permissions.can_manage(request.user, intermediary),
    }
    return render(request, "registry/offer_list.html", context)


@login_required
def create_offer(request: MemberRequest) -> HttpResponse:
    """Offer another service that needs no qualification."""
    intermediary = get_object_or_404(Intermediary, organisation=request.organisation)
    items = ServiceItem.objects.open().filter(qualification_type=None).exclude(offers__intermediary=intermediary)
    form = NewOfferForm(request.POST or None, items=items)
    return _edit_offer(request, intermediary, form, None)


@login_required
def change_offer(request: MemberRequest, code: str) -> HttpResponse:
    """Change price and time of a service; in effect at once."""
    offers = intermediary_offers(request)
    offer = get_object_or_404(offers, item__code=code)
    initial = {"pricing": offer.pricing, "amount": offer.amount, "unit": offer.unit, "days": offer.days}
    return _edit_offer(request, offer.intermediary, OfferForm(request.POST or None, initial=initial), offer.item)


def intermediary_offers(request: MemberRequest) -> QuerySet[Offer]:
    intermediary = get_object_or_404(Intermediary, organisation=request.organisation)
    return intermediary.offers.select_related("item__fee_schedule", "item__qualification_type")


def _edit_offer(
    request: MemberRequest, intermediary: Intermediary, form: OfferForm, item: ServiceItem | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("pricing", "amount", "unit", "days")}
        try:
            offer = services.set_offer(
                intermediary_id=intermediary.pk,
                item=item or form.cleaned_data["item"],
                actor=request.user,
                **values,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("%(service)s: price and time are in effect.") % {"service": offer.item.name})
            return redirect("registry:offer-list")
    context = {"form": form, "item": item, "intermediary": intermediary}
    return render(request, "registry/offer_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw_offer(request: MemberRequest, code: str) -> HttpResponse:
    """Take a service off the firm's list."""
    offer = get_object_or_404(intermediary_offers(request), item__code=code)
    try:
        services.withdraw_offer(intermediary_id=offer.intermediary_id, item=offer.item, actor=request.user)
    except DomainError as failure:
        messages.error(request, str(failure.message))
    else:
        messages.success(request, _("%(service)s is off your list.") % {"service": offer.item.name})
    return redirect("registry:offer-list")
