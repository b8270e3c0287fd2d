"""The workbench's pages of a registration: one subject a page, saved as a draft, read through before it is filed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.middleware import SESSION_KEY
from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import sees_for
from marketplace.core import files
from marketplace.core.failures import DomainError
from marketplace.core.models import StoredFile
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..forms import StartForm, StepForms, posted_entry
from ..models import Intermediary, Registration, RegistrationCheck
from ..presentation import filing_in_words
from ..rules import steps
from ..wording import in_line


def _registration(request: MemberRequest, number: str) -> Registration:
    visible = Registration.objects.visible_to(request.user).select_related("intermediary__organisation")
    return get_object_or_404(visible, number=number)


def _version(request: MemberRequest) -> int | None:
    value = request.POST.get("version", "")
    return int(value) if value.isdecimal() and len(value) < 10 else -1


@login_required
def start_registration(request: MemberRequest) -> HttpResponse:
    """Begin with the code and the name; a firm that the person acts for already goes on without."""
    organisation = request.organisation
    own = organisation if organisation and organisation.kind == Organisation.Kind.INTERMEDIARY else None
    if own and Intermediary.objects.filter(organisation=own).exclude(status=Intermediary.Status.DRAFT).exists():
        return redirect("registry:record-detail")
    form = StartForm(request.POST or None)
    if request.method == "POST":
        if own:
            return redirect(services.start_registration(organisation=own, actor=request.user))
        if form.is_valid():
            try:
                registration = services.register_firm(**form.cleaned_data, actor=request.user)
            except DomainError as failure:
                add_failure(form, failure)
            else:
                request.session[SESSION_KEY] = registration.intermediary.organisation_id
                return redirect("registry:registration-step", registration.number, steps.NAMES[0])
    context = {"form": form, "own": own, "steps": steps.STEPS}
    return render(request, "registry/registration_start.html", context, status=422 if form.errors else 200)


def _last_returned(registration: Registration) -> list[RegistrationCheck]:
    """What the last check asked to correct, while it stands."""
    if registration.state != Registration.State.RETURNED:
        return []
    return list(registration.checks.filter(round=registration.round, verdict=RegistrationCheck.Verdict.RETURN))


@login_required
@require_GET
def registration_detail(request: MemberRequest, number: str) -> HttpResponse:
    """A registration in whole: what is entered, what is missing, what was returned, and filing it."""
    registration = _registration(request, number)
    return _detail(request, registration)


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


@login_required
def edit_step(request: MemberRequest, number: str, step: str) -> HttpResponse:
    """One step: shown as typed, saved at every press; "save and continue" also says what is wrong."""
    registration = _registration(request, number)
    try:
        position = steps.position(step)
    except KeyError:
        raise Http404 from None
    if request.method == "GET" and not permissions.can_edit(request.user, registration):
        return redirect(registration)
    current = steps.STEPS[position]
    failure = None
    if request.method == "POST":
        try:
            registration = _save(request, registration, current)
        except DomainError as refused:
            failure = refused
            registration = _registration(request, number)
        else:
            if "add" in request.POST or "remove" in request.POST:
                return redirect(f"{request.path}?blank=1#rows-end" if "add" in request.POST else request.path)
            if "continue" not in request.POST:
                messages.success(request, _("The draft is saved."))
                return redirect(registration)
    check = failure is None and (request.method == "POST" or "check" in request.GET)
    problems = [each for each in services.problems_of(registration) if each.step == step] if check else []
    if request.method == "POST" and not problems and not failure:
        following = position + 1
        if following < len(steps.STEPS):
            return redirect("registry:registration-step", number, steps.NAMES[following])
        return redirect(registration)
    return _step_page(request, registration, current, problems, failure)


def _step_page(
    request: MemberRequest, registration: Registration, step: steps.Step, problems: list, failure: DomainError | None
) -> HttpResponse:
    if not permissions.can_edit(request.user, registration):
        return _detail(request, registration, failure)
    reasons = {check.item: check.reason for check in _last_returned(registration)}
    forms = StepForms(registration, step, problems, reasons, blank="blank" in request.GET)
    for field, message in (failure.field_errors if failure else {}).items():
        if not step.rows and field in forms.form.fields:
            forms.form.add_error(field, str(message))
    lines = ([("", str(failure.message))] if failure and not failure.field_errors else []) + forms.lines
    position = steps.position(step.name)
    documents = (registration.payload.get("documents") or {}) if step.name == "documents" else {}
    context = {
        "registration": registration,
        "step": step,
        "forms": forms,
        "lines": lines,
        "reason": reasons.get(step.name, ""),
        "step_names": [each.title for each in steps.STEPS],
        "position": position + 1,
        "previous": steps.STEPS[position - 1] if position else None,
        "stored": {
            name: StoredFile.objects.filter(pk=documents[name]).first()
            for name in services.DOCUMENTS
            if documents.get(name)
        },
        "commitment": filing_in_words.commitment_text(),
        "offered": _offered(registration) if step.name == "offers" else "",
    }
    return render(request, "registry/registration_step.html", context, status=422 if lines else 200)


def _offered(registration: Registration) -> str:
    """The services that the firm offers already, by name."""
    offers = registration.intermediary.offers.select_related("item")
    return in_line(offer.item.name for offer in offers)


def _save(request: MemberRequest, registration: Registration, step: steps.Step) -> Registration:
    saved = services.save_step(
        registration_id=registration.pk,
        step=step.name,
        data=posted_entry(step, request.POST),
        actor=request.user,
        version=_version(request),
    )
    for name in services.DOCUMENTS if step.name == "documents" else ():
        for upload in request.FILES.getlist(name)[-1:]:
            saved = services.attach_document(
                registration_id=registration.pk, document=name, upload=upload, actor=request.user
            )
    return saved


@login_required
@require_POST
def file_registration(request: MemberRequest, number: str) -> HttpResponse:
    """File it; what is missing shows on the same page."""
    registration = _registration(request, number)
    try:
        services.file_registration(registration_id=registration.pk, actor=request.user, version=_version(request))
    except DomainError as failure:
        return _detail(request, _registration(request, number), failure)
    messages.success(request, _("%(number)s is filed. The authority checks it now.") % {"number": number})
    return redirect(registration)


@login_required
@require_POST
def withdraw_registration(request: MemberRequest, number: str) -> HttpResponse:
    """Drop a change of particulars that has not been filed."""
    registration = _registration(request, number)
    services.withdraw_registration(registration_id=registration.pk, actor=request.user)
    messages.success(request, _("The change is dropped; the record stands as it was."))
    return redirect("registry:record-detail")


@login_required
@require_GET
def registration_document(request: MemberRequest, number: str, document: str) -> FileResponse:
    """Download the licence or the authorisation: for the firm's own people and for regulators."""
    registration = _registration(request, number)
    stored = (registration.payload.get("documents") or {}).get(document)
    is_known = document in services.DOCUMENTS and stored
    is_own = bool(sees_for(request.user, registration.intermediary.organisation))
    if not is_known or not (is_own or registration.filed_at):
        raise Http404
    return files.serve(get_object_or_404(StoredFile, pk=stored))
