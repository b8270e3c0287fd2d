"""Registrations and suspensions in the console, for regulators."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_regulator
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, no, require
from marketplace.core.web.operation import ConsoleOperation

from .. import permissions, services
from ..filters import RegistrationFilter
from ..forms import DecisionForm, FindingsForm, ReasonForm
from ..models import Intermediary, Registration, RegistrationCheck, Suspension
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


class _Console(ConsoleOperation):
    """A regulator's work on registrations and suspensions."""

    request: MemberRequest
    part = "registration-list"

    def entry(self) -> Decision:
        return is_regulator(self.request.user)

    def place(self, result: Any) -> Any:
        return f"registry_console:{self.part}"


class CheckRegistration(_Console):
    """The whole filing, item by item, with the findings so far."""

    http_method_names = ["get", "head"]
    template_name = "registry/console/registration_check.html"
    icon = "clipboard-list"
    subject: Registration

    def visible(self) -> QuerySet[Registration]:
        visible = Registration.objects.visible_to(self.request.user).filter(filed_at__isnull=False)
        return visible.select_related("intermediary__organisation", "filed_by", "decided_by")

    def heading(self) -> str:
        return f"{self.subject.get_kind_display()} {self.subject.intermediary.name}"

    def crumbs(self) -> list[dict[str, str]]:
        return _crumbs(self.subject.number)

    def decision(self) -> Decision:
        return permissions.can_check(self.request.user, self.subject)

    @cached_property
    def checks(self) -> list[RegistrationCheck]:
        return list(self.subject.checks.filter(round=self.subject.round).select_related("checked_by"))

    def empty_form(self) -> FindingsForm | None:
        is_open = self.subject.state == Registration.State.FILED
        return FindingsForm(self.subject, checks=self.checks) if is_open else None

    def filled_form(self) -> FindingsForm:
        return FindingsForm(self.subject, self.request.POST)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        del self.subject
        if self.empty_form() is not None:
            return super().refuse(form, failure)
        self.refusal = no(failure.message)
        return self.page(None, failure.status)

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        self.sections = filing_in_words.sections_of(self.subject, checks=self.checks)
        if form is not None:
            form.attach(self.sections)
        return super().page(form, status)

    def context(self) -> dict[str, Any]:
        earlier = self.subject.checks.filter(round__lt=self.subject.round, verdict=RegistrationCheck.Verdict.RETURN)
        return {
            "registration": self.subject,
            "sections": self.sections,
            "earlier": earlier.select_related("checked_by"),
        }

    def findings(self, form: Any) -> dict[str, Any]:
        """What the services take of the page."""
        return {
            "registration_id": self.subject.pk,
            "findings": form.findings,
            "actor": self.request.user,
            "round": form.cleaned_data["round"],
        }


class SaveFindings(CheckRegistration):
    """Keep the findings so far."""

    http_method_names = ["post"]

    def operate(self, form: Any) -> None:
        services.check_items(**self.findings(form))

    def words(self, result: Any) -> str:
        return _("The findings on %(number)s are saved.") % {"number": self.subject.number}

    def place(self, result: Any) -> str:
        return reverse("registry_console:registration-check", args=[self.subject.number])


class PassRegistration(CheckRegistration):
    """Everything is in order."""

    http_method_names = ["post"]

    def operate(self, form: Any) -> None:
        services.pass_registration(**self.findings(form))

    def words(self, result: Any) -> str:
        return _("%(number)s has passed and is in effect.") % {"number": self.subject.number}


class ReturnRegistration(CheckRegistration):
    """Something has to be corrected."""

    http_method_names = ["post"]

    def operate(self, form: Any) -> None:
        services.return_registration(**self.findings(form))

    def words(self, result: Any) -> str:
        return _("%(number)s is returned to the firm.") % {"number": self.subject.number}


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


class _Suspensions(_Console):
    part = "suspension-list"
    icon = "warning"

    def crumbs(self) -> list[dict[str, str]]:
        return _crumbs(self.intermediary.name, url="suspension-list")

    @property
    def intermediary(self) -> Intermediary:
        raise NotImplementedError


class ProposeSuspension(_Suspensions):
    """Propose to suspend a firm; another person decides."""

    template_name = "registry/console/suspension_propose.html"
    form_class = ReasonForm
    done = gettext_lazy("The suspension is proposed. Another person decides it.")
    subject: Intermediary

    def visible(self) -> QuerySet[Intermediary]:
        return Intermediary.objects.listed().select_related("organisation")

    def looked_up_by(self) -> dict[str, Any]:
        return {"organisation__uscc": self.kwargs["uscc"]}

    @property
    def intermediary(self) -> Intermediary:
        return self.subject

    def heading(self) -> str:
        return _("Propose a suspension")

    def decision(self) -> Decision:
        return permissions.can_propose_suspension(self.request.user, self.subject)

    def operate(self, form: Any) -> None:
        services.propose_suspension(intermediary_id=self.subject.pk, actor=self.request.user, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"intermediary": self.subject}


class _Suspension(_Suspensions):
    """Facts, and the form where the suspension is in the state that it is for."""

    template_name = "registry/console/suspension_decide.html"
    subject: Suspension
    state = ""

    def visible(self) -> QuerySet[Suspension]:
        return Suspension.objects.select_related("intermediary__organisation", "proposed_by", "decided_by")

    @property
    def intermediary(self) -> Intermediary:
        return self.subject.intermediary

    @property
    def is_open(self) -> bool:
        return self.subject.state == self.state

    def heading(self) -> str:
        return self.title() if self.is_open else _("Suspension")

    def title(self) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.is_open else self.page(None)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        del self.subject
        if self.is_open:
            return super().refuse(form, failure)
        self.refusal = no(failure.message)
        return self.page(None, failure.status)

    def context(self) -> dict[str, Any]:
        return {"suspension": self.subject}


class DecideSuspension(_Suspension):
    """Decide a proposed suspension; its proposer reads the same page without the form."""

    form_class = DecisionForm
    state = Suspension.State.PROPOSED
    done = gettext_lazy("The decision is recorded.")

    def title(self) -> str:
        return _("Decide the suspension")

    def decision(self) -> Decision:
        return permissions.can_decide_suspension(self.request.user, self.subject)

    def operate(self, form: Any) -> None:
        services.decide_suspension(suspension_id=self.subject.pk, actor=self.request.user, **form.cleaned_data)


class LiftSuspension(_Suspension):
    """End a suspension from tomorrow."""

    form_class = ReasonForm
    state = Suspension.State.DECIDED
    done = gettext_lazy("The suspension ends tomorrow.")

    def title(self) -> str:
        return _("Lift the suspension")

    def decision(self) -> Decision:
        return permissions.can_lift_suspension(self.request.user, self.subject)

    def operate(self, form: Any) -> None:
        services.lift_suspension(suspension_id=self.subject.pk, actor=self.request.user, **form.cleaned_data)
