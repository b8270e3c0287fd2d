"""The workbench's pages of a registration: one subject a page, saved as a draft, read through before it is filed."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.middleware import SESSION_KEY
from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import sees_for
from marketplace.core import files
from marketplace.core.failures import DomainError, SavedElsewhere
from marketplace.core.models import StoredFile
from marketplace.core.permissions import Decision
from marketplace.core.web.drafts import SavedAsTyped
from marketplace.core.web.operation import Operation, Press

from .. import permissions, services
from ..forms import StartForm, StepForms, posted_entry
from ..models import Intermediary, Registration, RegistrationCheck
from ..presentation import filing_in_words
from ..rules import steps
from ..rules.filing import Problem
from ..wording import in_line


def _registrations(request: HttpRequest) -> QuerySet[Registration]:
    return Registration.objects.visible_to(request.user).select_related("intermediary__organisation")


def _version(request: HttpRequest) -> int | None:
    value = request.POST.get("version", "")
    return int(value) if value.isdecimal() and len(value) < 10 else -1


class StartRegistration(Operation):
    """Begin with the code and the name; a firm that the person acts for already goes on without."""

    request: MemberRequest
    template_name = "registry/registration_start.html"

    @cached_property
    def own(self) -> Organisation | None:
        organisation = self.request.organisation
        return organisation if organisation and organisation.kind == Organisation.Kind.INTERMEDIARY else None

    @property
    def form_class(self) -> type[forms.Form]:  # type: ignore[override]
        return forms.Form if self.own else StartForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self._is_begun():
            return redirect("registry:record-detail")
        return super().dispatch(request, *args, **kwargs)

    def _is_begun(self) -> bool:
        begun = Intermediary.objects.exclude(status=Intermediary.Status.DRAFT)
        return self.own is not None and begun.filter(organisation=self.own).exists()

    def operate(self, form: Any) -> Registration:
        if self.own:
            return services.start_registration(organisation=self.own, actor=self.request.user)
        registration = services.register_firm(**form.cleaned_data, actor=self.request.user)
        self.request.session[SESSION_KEY] = registration.intermediary.organisation_id
        return registration

    def place(self, result: Registration) -> str:
        if self.own:
            return result.get_absolute_url()
        return reverse("registry:registration-step", args=[result.number, steps.NAMES[0]])

    def context(self) -> dict[str, Any]:
        return {"own": self.own, "steps": steps.STEPS}


def _last_returned(registration: Registration) -> list[RegistrationCheck]:
    """What the last check asked to correct, while it stands."""
    if registration.state != Registration.State.RETURNED:
        return []
    return list(registration.checks.filter(round=registration.round, verdict=RegistrationCheck.Verdict.RETURN))


@login_required
@require_GET
def registration_detail(request: MemberRequest, number: str) -> HttpResponse:
    """A registration in whole: what is entered, what is missing, what was returned, and filing it."""
    return _detail(request, get_object_or_404(_registrations(request), number=number))


def _detail(request: MemberRequest, registration: Registration, failure: DomainError | None = None) -> HttpResponse:
    is_editable = bool(permissions.can_edit(request.user, registration))
    problems = services.problems_of(registration) if is_editable else []
    if registration.state == Registration.State.RETURNED:
        checks = _last_returned(registration)
    else:
        checks = list(registration.checks.filter(round=registration.round))
    sections = filing_in_words.sections_of(registration, problems, checks)
    context = {
        "registration": registration,
        "intermediary": registration.intermediary,
        "sections": sections,
        "problems": problems,
        "is_editable": is_editable,
        "can_manage": permissions.can_manage(request.user, registration.intermediary),
        "next_step": next((section.step for section in sections if section.problems), None),
        "returned": _last_returned(registration),
        "failure": failure,
    }
    return render(request, "registry/registration_detail.html", context, status=failure.status if failure else 200)


class RegistrationOperation(Operation):
    """What its people do with a firm's registration."""

    request: MemberRequest
    subject: Registration

    def visible(self) -> QuerySet[Registration]:
        return _registrations(self.request)

    def looked_up_by(self) -> dict[str, Any]:
        return {"number": self.kwargs["number"]}

    def anew(self) -> Registration:
        """As it stands after something was refused: another window may have moved it on."""
        del self.subject
        return self.subject


class SaveStep(RegistrationOperation):
    """
    One step, shown as typed and saved at every press, half-filled or wrong as it may be.

    At the page's own address it goes on to the next step, or says what is wrong with this one; the other presses of
    the page have addresses of their own.
    """

    template_name = "registry/registration_step.html"

    @cached_property
    def step(self) -> steps.Step:
        try:
            return steps.step(self.kwargs["step"])
        except KeyError:
            raise Http404 from None

    @property
    def address(self) -> str:
        return reverse("registry:registration-step", args=[self.subject.number, self.step.name])

    def decision(self) -> Decision:
        return permissions.can_edit(self.request.user, self.subject)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.step and not self.decision():
            return redirect(self.subject)
        return self.step_page(self.problems(self.subject) if "check" in request.GET else [])

    @cached_property
    def typed(self) -> dict[str, Any]:
        return posted_entry(self.step, self.request.POST, without=self.kwargs.get("row"))

    def operate(self, form: Any) -> Registration:
        has_files = self.step.name == "documents"
        return services.save_step(
            registration_id=self.subject.pk,
            step=self.step.name,
            data=self.typed,
            actor=self.request.user,
            version=_version(self.request),
            uploads=self.request.FILES.dict() if has_files else None,  # type: ignore[arg-type]
        )

    def problems(self, registration: Registration) -> list[Problem]:
        return [each for each in services.problems_of(registration) if each.step == self.step.name]

    def respond(self, result: Registration) -> HttpResponse:
        if problems := self.problems(result):
            self.subject = result
            return self.step_page(problems)
        following = steps.position(self.step.name) + 1
        if following < len(steps.STEPS):
            return redirect("registry:registration-step", result.number, steps.NAMES[following])
        return redirect(result)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        self.anew()
        if not self.decision():
            return _detail(self.request, self.subject, failure)
        return self.step_page([], failure)

    def step_page(self, problems: list[Problem], failure: DomainError | None = None) -> HttpResponse:
        """The step as the draft has it; what was refused as it was typed, beside what the draft has got meanwhile."""
        registration, step = self.subject, self.step
        reasons = {check.item: check.reason for check in _last_returned(registration)}
        forms = StepForms(
            registration,
            step,
            problems,
            reasons,
            blank="blank" in self.request.GET,
            typed=self.typed if failure else None,
        )
        for field, message in (failure.field_errors if failure else {}).items():
            if not step.rows and field in forms.form.fields:
                forms.form.add_error(field, str(message))
        lines = ([("", str(failure.message))] if failure and not failure.field_errors else []) + forms.lines
        context = {"forms": forms, "lines": lines, "reason": reasons.get(step.name, ""), **self._of_the_step()}
        if isinstance(failure, SavedElsewhere):
            context["elsewhere"] = _section_of(registration, step)
        status = 200 if not lines else 409 if isinstance(failure, SavedElsewhere) else 422
        return render(self.request, self.template_name, context, status=status)

    def _of_the_step(self) -> dict[str, Any]:
        registration, step = self.subject, self.step
        position = steps.position(step.name)
        return {
            "registration": registration,
            "step": step,
            "step_names": [each.title for each in steps.STEPS],
            "position": position + 1,
            "previous": steps.STEPS[position - 1] if position else None,
            "stored": _stored_files(registration) if step.name == "documents" else {},
            "commitment": filing_in_words.commitment_text(),
            "offered": _offered(registration) if step.name == "offers" else "",
        }


def _section_of(registration: Registration, step: steps.Step) -> filing_in_words.Section:
    sections = filing_in_words.sections_of(registration)
    return next(section for section in sections if section.step == step)


def _stored_files(registration: Registration) -> dict[str, StoredFile | None]:
    documents = registration.payload.get("documents") or {}
    return {
        name: StoredFile.objects.filter(pk=documents[name]).first()
        for name in services.DOCUMENTS
        if documents.get(name)
    }


def _offered(registration: Registration) -> str:
    """The services that the firm offers already, by name."""
    offers = registration.intermediary.offers.select_related("item")
    return in_line(offer.item.name for offer in offers)


class LeaveStep(SaveStep):
    """Save and look at the whole."""

    http_method_names = ["post"]

    def respond(self, result: Registration) -> HttpResponse:
        return Operation.respond(self, result)

    done = gettext_lazy("The draft is saved.")

    def place(self, result: Registration) -> Registration:
        return result


class AddRow(SaveStep):
    """Save, and room for another."""

    http_method_names = ["post"]

    def respond(self, result: Registration) -> HttpResponse:
        return redirect(f"{self.address}?blank=1#rows-end")


class RemoveRow(SaveStep):
    """Save without one of the rows."""

    http_method_names = ["post"]

    def respond(self, result: Registration) -> HttpResponse:
        return redirect(self.address)


class SaveStepAsTyped(SavedAsTyped, SaveStep):
    """The step as somebody types at it; what is a signature or a file waits for a press."""

    def operate(self, form: Any) -> Registration:
        if not self.step.texts:
            raise Http404
        return services.save_step(
            registration_id=self.subject.pk,
            step=self.step.name,
            data=self.typed,
            actor=self.request.user,
            version=_version(self.request),
        )

    def fields(self, result: Registration) -> dict[str, str]:
        keys = {f"rows-{index}-key": row["key"] for index, row in enumerate(self.typed.get("rows", []))}
        return {"version": str(result.version), **keys}


class FileRegistration(RegistrationOperation):
    """File it; what is missing shows on the same page."""

    http_method_names = ["post"]

    def operate(self, form: Any) -> None:
        services.file_registration(
            registration_id=self.subject.pk, actor=self.request.user, version=_version(self.request)
        )

    def words(self, result: Any) -> str:
        return _("%(number)s is filed. The authority checks it now.") % {"number": self.subject.number}

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        return _detail(self.request, self.anew(), failure)


class WithdrawRegistration(Press, RegistrationOperation):
    """Drop a change of particulars that has not been filed."""

    done = gettext_lazy("The change is dropped; the record stands as it was.")

    def operate(self, form: Any) -> None:
        services.withdraw_registration(registration_id=self.subject.pk, actor=self.request.user)

    def place(self, result: Any) -> str:
        return "registry:record-detail"


@login_required
@require_GET
def registration_document(request: MemberRequest, number: str, document: str) -> FileResponse:
    """Download the licence or the authorisation: for the firm's own people and for regulators."""
    registration = get_object_or_404(_registrations(request), number=number)
    stored = (registration.payload.get("documents") or {}).get(document)
    is_known = document in services.DOCUMENTS and stored
    is_own = bool(sees_for(request.user, registration.intermediary.organisation))
    if not is_known or not (is_own or registration.filed_at):
        raise Http404
    return files.serve(get_object_or_404(StoredFile, pk=stored))
