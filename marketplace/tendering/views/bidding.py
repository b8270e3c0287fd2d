"""An intermediary's side: ask, bid, replace, withdraw, object."""

import base64
import json
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Refused, require
from marketplace.core.web.forms import add_failure
from marketplace.registry.models import Intermediary

from .. import permissions, services
from ..announcing.receipts import BidReceipt
from ..forms.bidding import BidForm, ObjectionForm, ProposalForm, QuestionForm, SealForm
from ..models import Award, WorkRequest
from ..presentation.clocks import bidding_clock
from ..presentation.sealing_page import sealing_data
from ..rules import eligibility
from ..rules.public_tender import standard_of
from ..sealing.bids import SealedBid
from ..sealing.proposals import accept
from ..selectors import is_unconfirmed, running_filings
from ..senders import firm_of, sender_of
from ..services import price_problem, seal_and_submit_bid, submit_bid, submit_withdrawal, withdraw_bid

RECENT = 50


def _published(number: str) -> WorkRequest:
    return get_object_or_404(WorkRequest.objects.public().for_list(), number=number)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: MemberRequest, number: str) -> HttpResponse:
    work_request, firm = _published(number), firm_of(request)
    require(permissions.can_ask(request.user, work_request, firm))
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            services.ask_question(
                request_id=work_request.pk, intermediary=firm, text=form.cleaned_data["text"], actor=request.user
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Your question is published, without your firm's name."))
            return redirect(f"{work_request.get_absolute_url()}#questions")
    return render(request, "tendering/question_ask.html", {"work_request": work_request, "form": form})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def bid(request: MemberRequest, number: str) -> HttpResponse:
    """Price and time, then the look-over, then sealing: three states of one page, nothing kept between them."""
    work_request, firm = _published(number), firm_of(request)
    require(permissions.can_bid(request.user, work_request, firm))
    if "sealed" in request.POST:
        return _file_sealed(request, work_request, firm)
    form = BidForm(request.POST if request.method == "POST" else None, work_request=work_request)
    context: dict[str, Any] = {
        "work_request": work_request,
        "firm": firm,
        "clock": bidding_clock(work_request),
        "conditions": eligibility.conditions_of(firm, work_request, at=clock.now()),
        "filings": services.filings_of(work_request, firm),
        "standard": _standard(work_request),
        "form": form,
        "proposal_form": ProposalForm() if work_request.asks_for_proposal else None,
        "sealing": sealing_data(work_request, firm, _standard(work_request)),
    }
    context["announcement_hash"] = request.POST.get("announcement_hash") or work_request.announcement_hash
    filings = context["filings"]
    context["unconfirmed"] = bool(filings) and is_unconfirmed(work_request, filings[-1].arrived_at)
    context["is_eligible"] = all(condition.met for condition in context["conditions"])
    if "edit" in request.POST or not form.is_valid():
        return render(request, "tendering/bid_form.html", context)
    values = {"price": form.cleaned_data.get("price"), "days": form.cleaned_data.get("days")}
    if problem := _limits(work_request, values, form):
        return render(request, "tendering/bid_form.html", {**context, "problem": problem})
    context |= values
    context["share"] = values["price"] / context["standard"] if values["price"] and context["standard"] else None
    sealing = "seal" in request.POST
    seal = SealForm(
        request.POST if sealing else None,
        request.FILES if sealing else None,
        work_request=work_request,
        initial=values,
    )
    context["form"] = seal
    if sealing and seal.is_valid():
        try:
            receipt = seal_and_submit_bid(
                request_id=work_request.pk,
                intermediary=firm,
                actor=request.user,
                price=values["price"],
                days=values["days"],
                proposal=seal.cleaned_data.get("proposal"),
                announced=request.POST.get("announcement_hash", ""),
                **sender_of(request),
            )
        except DomainError as failure:
            add_failure(seal, failure)
        else:
            return _receipt_page(request, work_request, receipt)
    return render(request, "tendering/bid_seal.html", context)


def _file_sealed(request: MemberRequest, work_request: WorkRequest, firm: Intermediary) -> HttpResponse:
    """What a browser sealed: the receipt's page, or the refusal in words for the page that is open there."""
    withdrawn = request.POST.get("purpose") == "withdrawal"
    try:
        sealed = SealedBid.received(base64.b64decode(request.POST["sealed"], validate=True))
        upload = request.FILES.get("proposal")
        proposal = accept(upload.read()) if upload else None
    except ValueError:
        return JsonResponse({"detail": _("What arrived is not a sealed bid. Reload the page.")}, status=400)
    filing = SealedFiling(request_id=work_request.pk, intermediary=firm, sealed=sealed, actor=request.user)
    try:
        if withdrawn:
            receipt = submit_withdrawal(**filing, **sender_of(request))
        else:
            announced = request.POST.get("announcement_hash", "")
            receipt = submit_bid(**filing, proposal=proposal, announced=announced, **sender_of(request))
    except (DomainError, Refused) as refusal:
        return JsonResponse({"detail": str(refusal)}, status=409)
    return _receipt_page(request, work_request, receipt, withdrawn=withdrawn)


def _limits(work_request: WorkRequest, values: dict, form: BidForm) -> bool:
    """Whether price or time lies outside the announced limits; the message stands at its field."""
    if not work_request.fixes_price and (message := price_problem(work_request, values["price"])):
        form.add_error("price", str(message))
    if not work_request.fixes_time and values["days"] > (work_request.service_days or 0):
        form.add_error(
            "days", _("The request allows at most %(days)d working days.") % {"days": work_request.service_days}
        )
    return bool(form.errors)


def _standard(work_request: WorkRequest) -> Decimal | None:
    return standard_of(work_request.request_items.all()) or None


class SealedFiling(TypedDict):
    """What the services need of a filing that the browser sealed."""

    request_id: int
    intermediary: Intermediary
    sealed: SealedBid
    actor: User


def _receipt_page(
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


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: MemberRequest, number: str) -> HttpResponse:
    work_request, firm = _published(number), firm_of(request)
    require(permissions.can_bid(request.user, work_request, firm))
    if request.method == "POST":
        receipt = withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=request.user, **sender_of(request))
        return _receipt_page(request, work_request, receipt, withdrawn=True)
    context = {
        "work_request": work_request,
        "clock": bidding_clock(work_request),
        "sealing": sealing_data(work_request, firm),
    }
    return render(request, "tendering/bid_withdraw.html", context)


@login_required
@require_safe
def own_bids(request: MemberRequest) -> HttpResponse:
    """Open requests that the firm has filed for, and what came of those that were opened."""
    firm = firm_of(request)
    running = running_filings(firm)
    for work_request, _filings, _unconfirmed in running:
        work_request.clock = bidding_clock(work_request)
    opened = (
        firm.opened_bids.exclude(fate__in=("replaced", "withdrawn"))
        .select_related("opening__work_request__owner", "award")
        .order_by("-opening__opened_at")[:RECENT]
    )
    return render(request, "tendering/own_bids.html", {"running": running, "opened": opened})


@login_required
@require_http_methods(["GET", "POST"])
def object_to_award(request: MemberRequest, number: str) -> HttpResponse:
    work_request, firm = _published(number), firm_of(request)
    award = get_object_or_404(
        Award.objects.live().select_related("intermediary__organisation"), work_request=work_request
    )
    require(permissions.can_object(request.user, award, firm))
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        evidence = form.cleaned_data["evidence"]
        try:
            services.submit_objection(
                award_id=award.pk,
                intermediary=firm,
                ground=form.cleaned_data["ground"],
                statement=form.cleaned_data["statement"],
                evidence=[evidence] if evidence else [],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(
                request, _("Your objection has been received. The publicity period stands still until it is decided.")
            )
            return redirect("tendering:award-detail", number)
    return render(
        request, "tendering/objection_form.html", {"work_request": work_request, "award": award, "form": form}
    )
