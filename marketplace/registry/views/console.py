"""Registrations and suspensions in the console, for regulators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_regulator
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..filters import RegistrationFilter
from ..forms import DecisionForm, FindingsForm, ReasonForm
from ..models import Intermediary, Registration, Suspension
from ..presentation import filing_in_words

PAGE_SIZE = 30


def _crumbs(label: str = "", url: str = "registration-list") -> list[dict[str, str]]:
    title = _("Registrations") if url == "registration-list" else _("Suspensions")
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(f"registry_console:{url}"), "label": title},
    ]
    return [*crumbs, {"url": "", "label": label}] if label else crumbs


@require_safe
def registration_list(request: MemberRequest) -> HttpResponse:
    """What waits for a check first, by its deadline; then what was decided."""
    require(is_regulator(request.user))
    visible = Registration.objects.visible_to(request.user).filter(filed_at__isnull=False)
    filterset = RegistrationFilter(request.GET, queryset=visible.select_related("intermediary__organisation__district"))
    page = Paginator(filterset.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "breadcrumbs_items": _crumbs(),
        "header_title": _("Registrations"),
        "header_icon": "clipboard-list",
        "filter": filterset,
        "page_obj": page,
    }
    return render(request, "registry/console/registration_list.html", context)


def _registration(request: MemberRequest, number: str) -> Registration:
    require(is_regulator(request.user))
    visible = Registration.objects.visible_to(request.user).filter(filed_at__isnull=False)
    return get_object_or_404(
        visible.select_related("intermediary__organisation", "filed_by", "decided_by"), number=number
    )


@require_safe
def check_registration(request: MemberRequest, number: str) -> HttpResponse:
    """The whole filing, item by item, with the findings so far."""
    return _check_page(request, _registration(request, number))


def _check_page(
    request: MemberRequest, registration: Registration, form: FindingsForm | None = None, status: int = 200
) -> HttpResponse:
    checks = list(registration.checks.filter(round=registration.round).select_related("checked_by"))
    decision = permissions.can_check(request.user, registration)
    is_open = bool(decision) and registration.state == Registration.State.FILED
    sections = filing_in_words.sections_of(registration, checks=checks)
    if is_open and form is None:
        form = FindingsForm(registration, checks=checks)
    if is_open and form is not None:
        form.attach(sections)
    context = {
        "breadcrumbs_items": _crumbs(registration.number),
        "header_title": f"{registration.get_kind_display()} {registration.intermediary.name}",
        "header_icon": "clipboard-list",
        "registration": registration,
        "sections": sections,
        "form": form if is_open else None,
        "refusal": decision,
        "earlier": registration.checks.filter(round__lt=registration.round, verdict="return").select_related(
            "checked_by"
        ),
    }
    return render(request, "registry/console/registration_check.html", context, status=status)


def _decide(
    request: MemberRequest, number: str, operation: Callable[..., Registration] | None, words: str
) -> HttpResponse:
    """Record the findings of the page and, with an operation, decide by them."""
    registration = _registration(request, number)
    form = FindingsForm(registration, request.POST)
    if form.is_valid():
        values: dict[str, Any] = {
            "registration_id": registration.pk,
            "actor": request.user,
            "round": form.cleaned_data["round"],
        }
        try:
            services.check_items(findings=form.findings, **values)
            if operation:
                operation(**values)
        except DomainError as failure:
            add_failure(form, failure)
            return _check_page(request, _registration(request, number), form, status=failure.status)
        messages.success(request, words % {"number": number})
        target = "registry_console:registration-list" if operation else "registry_console:registration-check"
        return redirect(target) if operation else redirect(target, number)
    return _check_page(request, registration, form, status=422)


@require_POST
def save_findings(request: MemberRequest, number: str) -> HttpResponse:
    """Keep the findings so far."""
    return _decide(request, number, None, _("The findings on %(number)s are saved."))


@require_POST
def pass_registration(request: MemberRequest, number: str) -> HttpResponse:
    """Everything is in order."""
    return _decide(request, number, services.pass_registration, _("%(number)s has passed and is in effect."))


@require_POST
def return_registration(request: MemberRequest, number: str) -> HttpResponse:
    """Something has to be corrected."""
    return _decide(request, number, services.return_registration, _("%(number)s is returned to the firm."))


@require_safe
def suspension_list(request: MemberRequest) -> HttpResponse:
    """Suspensions: proposed ones first, then those in force, then the others."""
    require(is_regulator(request.user))
    rows = Suspension.objects.select_related("intermediary__organisation", "proposed_by", "decided_by")
    proposed = [(each, permissions.can_decide_suspension(request.user, each)) for each in rows.undecided()]
    page = Paginator(rows.exclude(state=Suspension.State.PROPOSED), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "breadcrumbs_items": _crumbs(url="suspension-list"),
        "header_title": _("Suspensions"),
        "header_icon": "warning",
        "proposed": proposed,
        "page_obj": page,
    }
    return render(request, "registry/console/suspension_list.html", context)


def propose_suspension(request: MemberRequest, uscc: str) -> HttpResponse:
    """Propose to suspend a firm; another person decides."""
    require(is_regulator(request.user))
    intermediary = get_object_or_404(
        Intermediary.objects.listed().select_related("organisation"), organisation__uscc=uscc
    )
    require(permissions.can_propose_suspension(request.user, intermediary))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_suspension(intermediary_id=intermediary.pk, actor=request.user, **form.cleaned_data)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The suspension is proposed. Another person decides it."))
            return redirect("registry_console:suspension-list")
    context = {
        "breadcrumbs_items": _crumbs(intermediary.name, url="suspension-list"),
        "header_title": _("Propose a suspension"),
        "header_icon": "warning",
        "intermediary": intermediary,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "registry/console/suspension_propose.html", context, status=status)


def _suspension(request: MemberRequest, pk: int) -> Suspension:
    require(is_regulator(request.user))
    return get_object_or_404(
        Suspension.objects.select_related("intermediary__organisation", "proposed_by", "decided_by"), pk=pk
    )


def _suspension_page(
    request: MemberRequest, suspension: Suspension, form: Any, decision: Decision, *, state: str, title: str
) -> HttpResponse:
    """Facts, and the form where the suspension is in the state that it is for."""
    is_open = suspension.state == state
    context = {
        "breadcrumbs_items": _crumbs(suspension.intermediary.name, url="suspension-list"),
        "header_title": title if is_open else _("Suspension"),
        "header_icon": "warning",
        "suspension": suspension,
        "form": form if decision and is_open else None,
        "refusal": None if decision or not is_open else decision,
    }
    status = 422 if form.errors else 200
    return render(request, "registry/console/suspension_decide.html", context, status=status)


def decide_suspension(request: MemberRequest, pk: int) -> HttpResponse:
    """Decide a proposed suspension; its proposer reads the same page without the form."""
    suspension = _suspension(request, pk)
    decision = permissions.can_decide_suspension(request.user, suspension)
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        require(decision)
        if form.is_valid():
            try:
                services.decide_suspension(suspension_id=pk, actor=request.user, **form.cleaned_data)
            except DomainError as failure:
                add_failure(form, failure)
            else:
                messages.success(request, _("The decision is recorded."))
                return redirect("registry_console:suspension-list")
    return _suspension_page(
        request,
        _suspension(request, pk),
        form,
        decision,
        state=Suspension.State.PROPOSED,
        title=_("Decide the suspension"),
    )


def lift_suspension(request: MemberRequest, pk: int) -> HttpResponse:
    """End a suspension from tomorrow."""
    suspension = _suspension(request, pk)
    decision = permissions.can_lift_suspension(request.user, suspension)
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        require(decision)
        if form.is_valid():
            try:
                services.lift_suspension(suspension_id=pk, actor=request.user, **form.cleaned_data)
            except DomainError as failure:
                add_failure(form, failure)
            else:
                messages.success(request, _("The suspension ends tomorrow."))
                return redirect("registry_console:suspension-list")
    return _suspension_page(
        request,
        _suspension(request, pk),
        form,
        decision,
        state=Suspension.State.DECIDED,
        title=_("Lift the suspension"),
    )
