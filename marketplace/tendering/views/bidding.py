"""An intermediary's side: ask, bid, replace, withdraw, object."""

import base64
import json
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypedDict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, Refused, require
from marketplace.registry.models import Intermediary

from .. import permissions, services
from ..announcing.receipts import BidReceipt
from ..facts import bidders
from ..facts.purchases import standard_of
from ..facts.running_filings import is_unconfirmed, running_filings
from ..forms.bidding import BidForm, ObjectionForm, ProposalForm, QuestionForm, SealedForm, SealForm
from ..models import Award, WorkRequest
from ..presentation.clocks import bidding_clock
from ..presentation.sealing_page import sealing_data
from ..sealing.bids import SealedBid
from ..senders import firm_of, sender_of
from ..services import seal_and_submit_bid, submit_bid, submit_withdrawal, withdraw_bid
from ..states import TOOK_PART
from .operation import FirmOperation

RECENT = 50


class Ask(FirmOperation):
    template_name = "tendering/question_ask.html"
    form_class = QuestionForm
    done = gettext_lazy("Your question is published, without your firm's name.")

    def decision(self) -> Decision:
        return permissions.can_ask(self.request.user, self.work_request, self.firm)

    def operate(self, form: Any) -> None:
        services.ask_question(
            request_id=self.work_request.pk,
            intermediary=self.firm,
            text=form.cleaned_data["text"],
            actor=self.request.user,
        )

    def place(self, result: Any) -> str:
        return f"{self.work_request.get_absolute_url()}#questions"


@method_decorator(never_cache, name="dispatch")
class _Filing(FirmOperation):
    """A page of one filing: price and time, the look-over, the seal; nothing is kept between them."""

    counts_once = False

    def decision(self) -> Decision:
        return permissions.can_bid(self.request.user, self.work_request, self.firm)

    def form_arguments(self) -> dict[str, Any]:
        return {"work_request": self.work_request}

    @cached_property
    def standard(self) -> Decimal | None:
        return standard_of(self.work_request.request_items.all()) or None

    def surroundings(self) -> dict[str, Any]:
        work_request, firm = self.work_request, self.firm
        filings = services.filings_of(work_request, firm)
        conditions = bidders.conditions_of(firm, work_request, at=clock.now())
        return {
            **super().surroundings(),
            "firm": firm,
            "clock": bidding_clock(work_request),
            "conditions": conditions,
            "is_eligible": all(condition.met for condition in conditions),
            "filings": filings,
            "unconfirmed": bool(filings) and is_unconfirmed(work_request, filings[-1].arrived_at),
            "standard": self.standard,
            "proposal_form": ProposalForm() if work_request.asks_for_proposal else None,
            "sealing": sealing_data(work_request, firm, self.standard),
            "announcement_hash": self.request.POST.get("announcement_hash") or work_request.announcement_hash,
        }

    def look_over(self, seal: SealForm, values: dict[str, Any], status: int = 200) -> HttpResponse:
        share = values["price"] / self.standard if values["price"] and self.standard else None
        context = {**self.surroundings(), **values, "share": share, "form": seal}
        return render(self.request, "tendering/bid_seal.html", context, status=status)


def _values(form: BidForm) -> dict[str, Any]:
    return {name: form.cleaned_data.get(name) for name in ("price", "days")}


class PriceAndTime(_Filing):
    """Price and time, and on to the look-over, which stores nothing."""

    template_name = "tendering/bid_form.html"
    form_class = BidForm

    def operate(self, form: Any) -> dict[str, Any]:
        require(self.decision())
        return _values(form)

    def respond(self, result: dict[str, Any]) -> HttpResponse:
        return self.look_over(SealForm(work_request=self.work_request, initial=result), result)


class ChangeBid(PriceAndTime):
    """From the look-over back to price and time, with what was typed; by POST, so that no address carries a price."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.decision())
        return self.page(self.filled_form())


class SealBid(_Filing):
    """Seal what a browser without script sent in the clear; the answer is the receipt."""

    template_name = "tendering/bid_form.html"
    form_class = SealForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("tendering:bid", self.kwargs["number"])

    def is_valid(self, form: Any) -> bool:
        self.typed = BidForm(self.request.POST, work_request=self.work_request)
        # Both are asked, so that every error shows at once.
        return self.typed.is_valid() & form.is_valid()

    def operate(self, form: Any) -> BidReceipt:
        require(self.decision())
        return seal_and_submit_bid(
            request_id=self.work_request.pk,
            intermediary=self.firm,
            actor=self.request.user,
            proposal=form.cleaned_data.get("proposal"),
            announced=self.request.POST.get("announcement_hash", ""),
            **_values(self.typed),
            **sender_of(self.request),
        )

    def respond(self, result: BidReceipt) -> HttpResponse:
        return receipt_page(self.request, self.work_request, result)

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        if self.typed.errors:
            return super().page(self.typed, status)
        return self.look_over(form, _values(self.typed), status)


class FileSealed(FirmOperation):
    """
    Take what a browser sealed: the receipt's page, or the refusal in words for the page that is open there.

    A bid and a withdrawal have one address: who watches addresses must not learn how many bids are live.
    """

    counts_once = False

    http_method_names = ["post"]
    form_class = SealedForm

    def decision(self) -> Decision:
        return permissions.can_bid(self.request.user, self.work_request, self.firm)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except Refused as refusal:
            return JsonResponse({"detail": str(refusal)}, status=403)

    def operate(self, form: Any) -> BidReceipt:
        require(self.decision())
        given = form.cleaned_data
        self.withdrawn = given["purpose"] == "withdrawal"
        filing = SealedFiling(
            request_id=self.work_request.pk, intermediary=self.firm, sealed=given["sealed"], actor=self.request.user
        )
        if self.withdrawn:
            return submit_withdrawal(**filing, **sender_of(self.request))
        return submit_bid(
            **filing,
            proposal=given["proposal"],
            announced=given["announcement_hash"],
            **sender_of(self.request),
        )

    def respond(self, result: BidReceipt) -> HttpResponse:
        return receipt_page(self.request, self.work_request, result, withdrawn=self.withdrawn)

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        return JsonResponse({"detail": _("What arrived is not a sealed bid. Reload the page.")}, status=400)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        return JsonResponse({"detail": str(failure)}, status=failure.status)


class SealedFiling(TypedDict):
    """What the services need of a filing that the browser sealed."""

    request_id: int
    intermediary: Intermediary
    sealed: SealedBid
    actor: User


def receipt_page(
    request: MemberRequest, work_request: WorkRequest, receipt: BidReceipt, *, withdrawn: bool = False
) -> HttpResponse:
    """The receipt is in this answer only: the market keeps nothing that ties it to the firm."""
    document = receipt.as_document()
    context = {
        "work_request": work_request,
        "receipt": document,
        "received_at": datetime.fromisoformat(receipt.received_at),
        "receipt_base64": base64.b64encode(json.dumps(document, indent=1, sort_keys=True).encode()).decode(),
        "withdrawn": withdrawn,
    }
    return render(request, "tendering/bid_receipt.html", context)


@method_decorator(never_cache, name="dispatch")
class Withdraw(FirmOperation):
    counts_once = False
    template_name = "tendering/bid_withdraw.html"

    def decision(self) -> Decision:
        return permissions.can_bid(self.request.user, self.work_request, self.firm)

    def operate(self, form: Any) -> BidReceipt:
        require(self.decision())
        return withdraw_bid(
            request_id=self.work_request.pk,
            intermediary=self.firm,
            actor=self.request.user,
            **sender_of(self.request),
        )

    def respond(self, result: BidReceipt) -> HttpResponse:
        return receipt_page(self.request, self.work_request, result, withdrawn=True)

    def context(self) -> dict[str, Any]:
        return {"clock": bidding_clock(self.work_request), "sealing": sealing_data(self.work_request, self.firm)}


@login_required
@require_safe
def own_bids(request: MemberRequest) -> HttpResponse:
    """Open requests that the firm has filed for, and what came of those that were opened."""
    firm = firm_of(request)
    running = running_filings(firm)
    for work_request, _filings, _unconfirmed in running:
        work_request.clock = bidding_clock(work_request)
    opened = (
        firm.opened_bids.filter(fate__in=TOOK_PART)
        .select_related("opening__work_request__owner", "award")
        .order_by("-opening__opened_at")[:RECENT]
    )
    return render(request, "tendering/own_bids.html", {"running": running, "opened": opened})


class ObjectToAward(FirmOperation):
    template_name = "tendering/objection_form.html"
    form_class = ObjectionForm
    done = gettext_lazy("Your objection has been received. The publicity period stands still until it is decided.")

    @cached_property
    def award(self) -> Award:
        live = Award.objects.live().select_related("intermediary__organisation")
        return get_object_or_404(live, work_request=self.work_request)

    def decision(self) -> Decision:
        return permissions.can_object(self.request.user, self.award, self.firm)

    def operate(self, form: Any) -> None:
        evidence = form.cleaned_data["evidence"]
        services.submit_objection(
            award_id=self.award.pk,
            intermediary=self.firm,
            ground=form.cleaned_data["ground"],
            statement=form.cleaned_data["statement"],
            evidence=[evidence] if evidence else [],
            actor=self.request.user,
        )

    def place(self, result: Any) -> str:
        return reverse("tendering:award-detail", args=[self.work_request.number])

    def context(self) -> dict[str, Any]:
        return {"award": self.award}
