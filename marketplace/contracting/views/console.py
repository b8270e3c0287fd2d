"""Contracts in the console: what a regulator decides in the place of a silent owner, or between the parties."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_regulator
from marketplace.core import clock
from marketplace.core.calendar import clock_face
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, require
from marketplace.core.web.forms import add_failure

from .. import permissions, selectors, services
from ..forms import DecisionForm, TerminateForm
from ..models import Contract, Deliverable

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
    unsigned = Contract.objects.with_parties().filter(
        owner_defaulted_at__isnull=False, state__in=("drafting", "signing")
    )
    context = {
        "breadcrumbs_items": crumbs(),
        "header_title": _("Acceptance and disputes"),
        "header_icon": "time",
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "unsigned": unsigned[:PAGE_SIZE],
    }
    return render(request, "contracting/console/index.html", context)


class _Console(View):
    """A form of the console, one service call, and back."""

    request: MemberRequest
    template_name: str
    form_class: Any

    def load(self) -> None:
        raise NotImplementedError

    def decision(self) -> Decision:
        raise NotImplementedError

    def operate(self, form: Any) -> str:
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.load()
        decision = self.decision()
        return self.page(self.form_class() if decision else None, decision)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.load()
        form = self.form_class(request.POST)
        if not form.is_valid():
            require(self.decision())
            return self.page(form, status=422)
        try:
            done = self.operate(form)
        except DomainError as failure:
            add_failure(form, failure)
            return self.page(form, status=failure.status)
        messages.success(request, done)
        return redirect("contracting_console:index")

    def page(self, form: Any, refusal: Decision | None = None, status: int = 200) -> HttpResponse:
        context = {"form": form, "refusal": refusal, **self.context()}
        return render(self.request, self.template_name, context, status=status)


class Decide(_Console):
    """What was submitted, returned and said, and the decision; read-only with the reason for who may not decide."""

    template_name = "contracting/console/decide.html"
    form_class = DecisionForm

    def load(self) -> None:
        require(is_regulator(self.request.user))
        found = get_object_or_404(Deliverable, pk=self.kwargs["pk"])
        self.contract = get_object_or_404(
            selectors.for_page(Contract.objects.visible_to(self.request.user)), milestones=found.milestone_id
        )
        for milestone in self.contract.milestones.all():
            for deliverable in milestone.deliverables.all():
                if deliverable.pk == found.pk:
                    milestone.contract, deliverable.milestone = self.contract, milestone
                    _due_at, self.deliverable = prepare(deliverable, selectors.PolicyVersions())
        self.seat = permissions.seat_of(self.request.user, self.contract)

    def decision(self) -> Decision:
        return permissions.can_decide(self.seat, self.deliverable, clock.now())

    def operate(self, form: Any) -> str:
        services.decide_deliverable(
            deliverable_id=self.deliverable.pk,
            accepted=form.cleaned_data["decision"] == Deliverable.Outcome.ACCEPTED,
            reasons=form.cleaned_data["reasons"],
            actor=self.request.user,
        )
        return _("The decision is recorded, both sides are told.")

    def context(self) -> dict[str, Any]:
        title = _("Decide: %(milestone)s") % {"milestone": self.deliverable.milestone.title}
        return {
            "breadcrumbs_items": crumbs({"url": "", "label": title}),
            "header_title": title,
            "header_icon": "clipboard-list",
            "contract": self.contract,
            "deliverable": self.deliverable,
            "milestone": self.deliverable.milestone,
        }


class Terminate(_Console):
    template_name = "contracting/console/terminate.html"
    form_class = TerminateForm

    def load(self) -> None:
        require(is_regulator(self.request.user))
        visible = Contract.objects.visible_to(self.request.user).with_parties()
        self.contract = get_object_or_404(visible, number=self.kwargs["number"])
        self.seat = permissions.seat_of(self.request.user, self.contract)

    def decision(self) -> Decision:
        return permissions.can_terminate(self.seat, self.contract)

    def operate(self, form: Any) -> str:
        services.terminate_contract(
            contract_id=self.contract.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )
        return _("The contract is terminated, both sides are told.")

    def context(self) -> dict[str, Any]:
        title = _("Terminate contract %(number)s") % {"number": self.contract.number}
        return {
            "breadcrumbs_items": crumbs({"url": "", "label": title}),
            "header_title": title,
            "header_icon": "warning",
            "contract": self.contract,
        }
