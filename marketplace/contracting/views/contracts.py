"""The pages that show contracts."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.core import audit, clock
from marketplace.core.additions.duties import Duty
from marketplace.core.calendar import ClockFace, clock_face

from .. import duties, permissions, selectors, text
from ..choices import Party
from ..filters import ContractFilter
from ..forms import VerifyForm
from ..models import Contract, ContractText, Deliverable, Milestone, Payment
from ..permissions import Seat
from ..states import ContractState, MilestoneState
from ..timeline import stages_of

PAGE_SIZE = 20


@login_required
@require_safe
def contract_list(request: MemberRequest) -> HttpResponse:
    """The contracts of the organisation that the person acts in now."""
    if not request.organisation:
        return redirect("accounts:workbench")
    contracts = selectors.for_list(Contract.objects.of(request.organisation))
    found = ContractFilter(request.GET, contracts, request=request)
    page = Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "has_any": page.paginator.count or contracts.exists()}
    return render(request, "contracting/contract_list.html", context)


@login_required
@require_safe
def contract_detail(request: HttpRequest, number: str) -> HttpResponse:
    visible = selectors.for_page(Contract.objects.visible_to(request.user))
    contract = get_object_or_404(visible, number=number)
    return render(request, "contracting/contract_detail.html", detail_context(request, contract))


def detail_context(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    """Everything that a contract's page shows to this person."""
    now = clock.now()
    seat = permissions.seat_of(request.user, contract)
    in_force = next(each for each in contract.texts.all() if each.version == contract.text_version)
    contract.signed_parties = frozenset(each.party for each in in_force.signatures.all())
    for milestone in contract.milestones.all():
        _prepare(milestone, contract, seat)
    for payment in contract.payments.all():
        payment.may_answer = permissions.can_answer_payment(seat, payment)
    rating = getattr(contract, "rating", None)
    counted = [each.amount for each in contract.payments.all() if each.state != Payment.State.DENIED]
    mine, theirs = _duties(contract, seat)
    return {
        "contract": contract,
        "seat": seat,
        "stages": stages_of(contract),
        "duties": mine,
        "awaited": theirs,
        "text": in_force,
        "trail": audit.trail(contract.audit_matter),
        "paid": sum(counted, Decimal(0)),
        "rating": rating,
        "may_propose": permissions.can_propose_terms(seat, contract),
        "may_ask_change": permissions.can_ask_change(seat, contract),
        "may_record_payment": permissions.can_record_payment(seat, contract),
        "may_change_rating": rating and permissions.can_change_rating(seat, rating, now),
        "may_reply": rating and permissions.can_reply(seat, rating),
        "may_terminate": permissions.can_terminate(seat, contract),
        **_parts(contract, seat),
        "workbench_tab": "contracting:contract-list",
    }


def _parts(contract: Contract, seat: Seat) -> dict[str, Any]:
    """A bundle's parts of the price as stated last."""
    if len(contract.items.all()) < 2:
        return {}
    statement = contract.part_statements.last()
    return {
        "is_bundle": True,
        "parts": statement.parts.select_related("item", "subcontractor") if statement else [],
        "may_state_parts": permissions.can_state_parts(seat, contract),
    }


def _prepare(milestone: Milestone, contract: Contract, seat: Seat) -> None:
    """Hang clocks and answers on a milestone, from what was read already."""
    now = clock.now()
    milestone.contract = contract
    milestone.pending = [each for each in milestone.deliverables.all() if each.is_pending]
    milestone.may_deliver = permissions.can_deliver(seat, milestone)
    milestone.may_extend = permissions.can_extend(seat, milestone, now)
    if contract.state == ContractState.IN_SERVICE and milestone.state in duties.TO_DELIVER and contract.signed_at:
        milestone.clock = clock_face(contract.signed_at, milestone.due_at, now)
    for deliverable in milestone.deliverables.all():
        deliverable.milestone = milestone
        deliverable.may_answer = permissions.can_answer(seat, deliverable)
        deliverable.may_decide = permissions.can_decide(seat, deliverable, now)
        deliverable.clock = _answer_clock(deliverable, contract)


def _answer_clock(deliverable: Deliverable, contract: Contract) -> ClockFace | None:
    """The clock of what a submission waits for: the owner's answer, or a regulator's decision."""
    now = clock.now()
    if (
        deliverable.milestone.state == MilestoneState.DISPUTED
        and deliverable.dispute_due_at
        and not deliverable.decision
    ):
        return clock_face(deliverable.answered_at or now, deliverable.dispute_due_at, now)
    if deliverable.is_pending and contract.state == ContractState.IN_SERVICE:
        return clock_face(deliverable.submitted_at, deliverable.answer_due_at, now)
    return None


def _duties(contract: Contract, seat: Seat) -> tuple[list[Duty], list[Duty]]:
    """What waits for the side that the person acts for, and what waits for the others."""
    by_side = {party: duties.duties_in([contract], contract.party(party)) for party in Party}
    mine = by_side.pop(seat.party) if seat.party else []
    return mine, [each for found in by_side.values() for each in found]


@login_required
@require_safe
def contract_text(request: HttpRequest, number: str) -> HttpResponse:
    """The text alone, to read and to print; `?version=` shows an earlier one."""
    contract = get_object_or_404(Contract.objects.visible_to(request.user).with_parties(), number=number)
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else contract.text_version
    shown = get_object_or_404(ContractText.objects.prefetch_related("signatures"), contract=contract, version=version)
    context = {
        "contract": contract,
        "text": shown,
        "blocks": text.blocks(shown.body),
        "is_in_force": shown.version == contract.text_version,
    }
    return render(request, "contracting/contract_text.html", context)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a hash is that of a contract's text, and who has signed it; for anyone who holds the text."""
    form = VerifyForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context["sha256"] = form.cleaned_data["sha256"]
        context["found"] = (
            ContractText.objects.select_related("contract__owner", "contract__intermediary")
            .prefetch_related("signatures")
            .filter(sha256=form.cleaned_data["sha256"])
            .first()
        )
    return render(request, "contracting/contract_verify.html", context, status=422 if form.errors else 200)
