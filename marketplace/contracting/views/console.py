"""Contracts in the console: what a regulator decides in the place of a silent owner, or between the parties."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_regulator
from marketplace.core import clock
from marketplace.core.calendar import clock_face
from marketplace.core.permissions import Decision, require
from marketplace.core.web.operation import ConsoleOperation

from .. import permissions, selectors, services
from ..forms import DecisionForm, TerminateForm
from ..models import Contract, Deliverable
from .delivery import deliverable_of

PAGE_SIZE = 30


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("contracting_console:index"), "label": _("Acceptance and disputes")},
        *more,
    ]


def prepare(deliverable: Deliverable, versions: selectors.PolicyVersions) -> tuple[datetime, Deliverable]:
    """A submission with the clock of the regulator's decision, and until when that is."""
    due_at = deliverable.decision_due_at(
        versions[deliverable.milestone.contract.policy_version].acceptance_decision_days
    )
    since = deliverable.answered_at if deliverable.dispute_due_at else deliverable.answer_due_at
    deliverable.clock = clock_face(since or deliverable.answer_due_at, due_at, clock.now())
    return due_at, deliverable


def index(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the nearest deadline first, and the contracts that an owner did not sign in time."""
    require(is_regulator(request.user))
    waiting = Deliverable.objects.for_a_regulator(clock.now()).select_related(
        "milestone__contract__owner", "milestone__contract__intermediary"
    )
    versions = selectors.PolicyVersions()
    found = sorted((prepare(each, versions) for each in waiting), key=lambda row: (row[0], row[1].pk))
    rows = [deliverable for _due_at, deliverable in found]
    unsigned = Contract.objects.with_parties().unsigned().filter(owner_defaulted_at__isnull=False)
    context = {
        "breadcrumbs_items": crumbs(),
        "header_title": _("Acceptance and disputes"),
        "header_icon": "time",
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "unsigned": unsigned[:PAGE_SIZE],
    }
    return render(request, "contracting/console/index.html", context)


class _Console(ConsoleOperation):
    """A regulator's decision about a contract."""

    request: MemberRequest
    contract: Any

    def entry(self) -> Decision:
        return is_regulator(self.request.user)

    def crumbs(self) -> list[dict[str, str]]:
        return crumbs({"url": "", "label": str(self.heading())})

    @cached_property
    def seat(self) -> permissions.Seat:
        return permissions.seat_of(self.request.user, self.contract)

    def surroundings(self) -> dict[str, Any]:
        return {**super().surroundings(), "contract": self.contract}

    def place(self, result: Any) -> str:
        return "contracting_console:index"


class Decide(_Console):
    """What was submitted, returned and said, and the decision; read-only with the reason for who may not decide."""

    template_name = "contracting/console/decide.html"
    form_class = DecisionForm
    icon = "clipboard-list"
    act = gettext_lazy("Decide")
    asks = gettext_lazy("Both sides are told, and the decision takes effect at once. It cannot be taken back.")
    done = gettext_lazy("The decision is recorded, both sides are told.")

    def heading(self) -> str:
        return _("Decide: %(milestone)s") % {"milestone": self.deliverable.milestone.title}

    @cached_property
    def contract(self) -> Contract:
        visible = selectors.for_page(Contract.objects.visible_to(self.request.user))
        return get_object_or_404(visible, milestones__deliverables=self.kwargs["pk"])

    @cached_property
    def deliverable(self) -> Deliverable:
        found = deliverable_of(self.contract, self.kwargs["pk"])
        _due_at, deliverable = prepare(found, selectors.PolicyVersions())
        return deliverable

    def decision(self) -> Decision:
        return permissions.can_decide(self.seat, self.deliverable, clock.now())

    def operate(self, form: Any) -> None:
        services.decide_deliverable(
            deliverable_id=self.deliverable.pk,
            accepted=form.cleaned_data["decision"] == Deliverable.Outcome.ACCEPTED,
            reasons=form.cleaned_data["reasons"],
            actor=self.request.user,
        )

    def context(self) -> dict[str, Any]:
        return {"deliverable": self.deliverable, "milestone": self.deliverable.milestone}


class Terminate(_Console):
    template_name = "contracting/console/terminate.html"
    form_class = TerminateForm
    icon = "warning"
    act = gettext_lazy("Terminate the contract")
    asks = gettext_lazy("Contract and request end for good, both sides are told, and the reason is published.")
    done = gettext_lazy("The contract is terminated, both sides are told.")

    def heading(self) -> str:
        return _("Terminate contract %(number)s") % {"number": self.contract.number}

    def visible(self) -> QuerySet[Contract]:
        return Contract.objects.visible_to(self.request.user).with_parties()

    @property
    def contract(self) -> Contract:
        return self.subject

    def decision(self) -> Decision:
        return permissions.can_terminate(self.seat, self.contract)

    def operate(self, form: Any) -> None:
        services.terminate_contract(
            contract_id=self.contract.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )
