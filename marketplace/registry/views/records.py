"""The workbench's pages of a listed firm: its verified record, its offers, leaving the market."""

from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from marketplace.accounts.http import MemberRequest
from marketplace.catalogue.models import ServiceItem
from marketplace.core.permissions import Decision
from marketplace.core.web.operation import Operation, Press

from .. import leaving, permissions, services
from ..forms import NewOfferForm, OfferForm, ReasonForm
from ..models import Intermediary, Offer, Registration


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


class FirmOperation(Operation):
    """What a person does for the firm that they act in."""

    request: MemberRequest
    subject: Intermediary

    def visible(self) -> QuerySet[Intermediary]:
        return Intermediary.objects.select_related("organisation")

    def looked_up_by(self) -> dict[str, Any]:
        return {"organisation": self.request.organisation}

    @cached_property
    def offer(self) -> Offer:
        """Where the address names a service: the firm's offer of it."""
        offers = self.subject.offers.select_related("item__fee_schedule", "item__qualification_type")
        return get_object_or_404(offers, item__code=self.kwargs["code"])

    def decision(self) -> Decision:
        return permissions.can_manage(self.request.user, self.subject)


class StartChange(Press, FirmOperation):
    """Begin a change of particulars."""

    def operate(self, form: Any) -> Registration:
        return services.start_change(intermediary_id=self.subject.pk, actor=self.request.user)

    def place(self, result: Registration) -> Registration:
        return result

    def back(self) -> str:
        return "registry:record-detail"


class LeaveMarket(FirmOperation):
    """Leave the market, once nothing is open."""

    template_name = "registry/leave_market.html"
    form_class = ReasonForm
    done = gettext_lazy("The firm has left the market. Its record stays public as closed.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        own = _own(self.request) if request.user.is_authenticated else None
        if request.user.is_authenticated and (own is None or not own.is_public):
            return redirect("registry:record-detail")
        return super().dispatch(request, *args, **kwargs)

    def operate(self, form: Any) -> None:
        services.leave_market(intermediary_id=self.subject.pk, actor=self.request.user, **form.cleaned_data)

    def place(self, result: Any) -> str:
        return "registry:record-detail"

    def context(self) -> dict[str, Any]:
        return {"intermediary": self.subject, "blockers": leaving.blockers_of(self.subject)}


class OfferOperation(FirmOperation):
    """Price and time of a service, in effect at once."""

    template_name = "registry/offer_form.html"
    item: ServiceItem | None = None

    def operate(self, form: Any) -> Offer:
        values = {name: form.cleaned_data[name] for name in ("pricing", "amount", "unit", "days")}
        item = self.item or form.cleaned_data["item"]
        return services.set_offer(intermediary_id=self.subject.pk, item=item, actor=self.request.user, **values)

    def words(self, result: Offer) -> str:
        return _("%(service)s: price and time are in effect.") % {"service": result.item.name}

    def place(self, result: Any) -> str:
        return "registry:offer-list"

    def context(self) -> dict[str, Any]:
        return {"item": self.item, "intermediary": self.subject}


class CreateOffer(OfferOperation):
    """Offer another service that needs no qualification."""

    form_class = NewOfferForm

    def form_arguments(self) -> dict[str, Any]:
        items = ServiceItem.objects.offered_freely()
        return {"items": items.exclude(offers__intermediary=self.subject)}


class ChangeOffer(OfferOperation):
    """Change price and time of a service."""

    form_class = OfferForm

    @property
    def item(self) -> ServiceItem:  # type: ignore[override]
        return self.offer.item

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.offer, name) for name in ("pricing", "amount", "unit", "days")}


class WithdrawOffer(Press, FirmOperation):
    """Take a service off the firm's list."""

    def operate(self, form: Any) -> None:
        services.withdraw_offer(intermediary_id=self.subject.pk, item=self.offer.item, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("%(service)s is off your list.") % {"service": self.offer.item.name}

    def place(self, result: Any) -> str:
        return "registry:offer-list"

    def back(self) -> str:
        return "registry:offer-list"
