"""The owner's side of a request before it is published: begin, edit page by page, look it over, hand it in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.catalogue.forms import FeeForm
from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Refused, require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..facts import drafts, version_content
from ..forms.drafts import (
    ConditionsForm,
    ContactForm,
    DraftForm,
    ExclusionFormSet,
    NewRequestForm,
    ProjectForm,
    ServiceForm,
)
from ..forms.method import SelectionForm
from ..models import WorkRequest
from ..policy import TenderingPolicy
from ..presentation import versions
from ..services import ExclusionLine, ItemLine

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """One page of the long form."""

    code: str
    name: str | Promise
    form: type[DraftForm]


PAGES = (
    Page("project", gettext_lazy("Project and money"), ProjectForm),
    Page("service", gettext_lazy("Service"), ServiceForm),
    Page("conditions", gettext_lazy("Conditions"), ConditionsForm),
    Page("selection", gettext_lazy("Price and selection"), SelectionForm),
    Page("contact", gettext_lazy("Contact and files"), ContactForm),
)
STEP_NAMES = [*(page.name for page in PAGES), gettext_lazy("Look over and hand in")]
#: On which page each field of a refusal is mended.
PAGE_OF_FIELD = {name: page.code for page in PAGES for name in page.form.base_fields if name != "edited_at"} | {
    "items": "service"
}


@login_required
@require_safe
def own_requests(request: MemberRequest) -> HttpResponse:
    """All requests of the organisation, the latest first."""
    mine = WorkRequest.objects.none()
    if request.organisation is not None:
        mine = WorkRequest.objects.visible_to(request.user).filter(owner=request.organisation).for_list()
    page = Paginator(mine.order_by("-edited_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "tendering/own_requests.html", {"page_obj": page})


@login_required
@require_http_methods(["GET", "POST"])
def draft_create(request: MemberRequest) -> HttpResponse:
    """Begin from a service's page, whose calculator's values come along in the address, or from nothing."""
    owner = request.organisation
    if owner is None:
        raise Refused(_("Join or record an organisation first."))
    require(permissions.can_create(request.user, owner))
    form = NewRequestForm(request.POST or None, owner=owner, initial={"item": request.GET.get("item")})
    if form.is_valid():
        item = form.cleaned_data["item"]
        try:
            work_request = services.create_draft(
                owner=owner, actor=request.user, title=form.cleaned_data["title"], lines=[_line(item, request.GET, "")]
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            return redirect("tendering:draft-page", work_request.number, PAGES[0].code)
    return render(request, "tendering/draft_create.html", {"form": form})


def _line(item: ServiceItem, data: Any, prefix: str) -> ItemLine:
    """A service with its bases as given, where they make a calculation."""
    base_name = f"{prefix}-base" if prefix else "base"
    if item.fee_schedule is None or not data.get(base_name, "").strip():
        return ItemLine(item)
    form = FeeForm(data, schedule=item.fee_schedule, item=item, prefix=prefix or None)
    if not form.is_valid():
        return ItemLine(item)
    return line_of(item, form)


def line_of(item: ServiceItem, form: FeeForm) -> ItemLine:
    """What a valid calculator form says of a service, as a line of a request."""
    rules = form.schedule.rules
    return ItemLine(
        item=item,
        base=Decimal(form.cleaned_data["base"]),
        coefficients={name: value for name, value in form.values.items() if name in rules.coefficients},
        parameters={name: value for name, value in form.values.items() if name in rules.parameters},
    )


def _own_draft(request: MemberRequest, number: str) -> WorkRequest:
    return get_object_or_404(
        WorkRequest.objects.visible_to(request.user).select_related("owner", "matter", "amends"), number=number
    )


@login_required
@require_http_methods(["GET", "POST"])
def draft_page(request: MemberRequest, number: str, page: str) -> HttpResponse:
    work_request = _own_draft(request, number)
    require(permissions.can_edit(request.user, work_request))
    index = next((index for index, each in enumerate(PAGES) if each.code == page), None)
    if index is None:
        return redirect("tendering:draft-summary", number)
    current = PAGES[index]
    form = current.form(request.POST or None, request.FILES or None, instance=work_request)
    extra = EXTRAS[page](request, work_request) if page in EXTRAS else None
    if request.method == "POST" and form.is_valid() and (extra is None or extra.is_valid()):
        try:
            # All of the page or nothing: a half that was saved would make the shown page stale.
            with transaction.atomic():
                saved = services.save_draft(
                    request_id=work_request.pk,
                    values=form.values,
                    actor=request.user,
                    edited_at=_moment(form.cleaned_data["edited_at"]),
                )
                if extra is not None:
                    extra.save(saved)
                if page == "contact" and (upload := form.cleaned_data.get("attachment")):
                    services.add_attachment(request_id=saved.pk, upload=upload, actor=request.user)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            if "stay" in request.POST:
                messages.success(request, _("Saved."))
                return redirect("tendering:draft-page", number, page)
            following = PAGES[index + 1].code if index + 1 < len(PAGES) else None
            if following is None or "to_summary" in request.POST:
                return redirect("tendering:draft-summary", number)
            return redirect("tendering:draft-page", number, following)
    context = {
        "work_request": work_request,
        "form": form,
        "page": current,
        "extra": extra,
        "step_names": STEP_NAMES,
        "step_number": index + 1,
        "previous": PAGES[index - 1].code if index else "",
    }
    return render(request, f"tendering/draft_{page}.html", context)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=clock.SHANGHAI)


class ItemBases:
    """The bases of the fee standard of each service of the draft, by the calculator's own form."""

    def __init__(self, request: MemberRequest, work_request: WorkRequest) -> None:
        self.request = request
        self.rows = list(work_request.request_items.select_related("item__fee_schedule", "item__authority"))
        self.forms = [self._form(number, row) for number, row in enumerate(self.rows)]

    def _form(self, number: int, row: Any) -> FeeForm | None:
        if row.item.fee_schedule is None:
            return None
        prefix = f"fee-{number}"
        is_sent = self.request.method == "POST" and self.request.POST.get(f"{prefix}-base", "").strip()
        base = "" if row.base is None else f"{row.base.normalize():f}"
        initial = {"base": base, **row.coefficients, **row.parameters}
        form = FeeForm(
            self.request.POST if is_sent else None,
            schedule=row.item.fee_schedule,
            item=row.item,
            prefix=prefix,
            initial=initial,
        )
        form.fields["base"].required = False
        return form

    @property
    def lines(self) -> list[tuple[Any, FeeForm | None]]:
        return list(zip(self.rows, self.forms, strict=True))

    @property
    def bound_forms(self) -> list[FeeForm]:
        return [form for form in self.forms if form is not None and form.is_bound]

    def is_valid(self) -> bool:
        # Every form is asked, so that each shows its own errors.
        answers = [form.is_valid() for form in self.bound_forms]
        return all(answers)

    def save(self, work_request: WorkRequest) -> None:
        sent = self.request.POST
        lines = []
        for number, (row, form) in enumerate(self.lines):
            if f"remove-{number}" in sent:
                continue
            line = line_of(row.item, form) if form is not None and form.is_bound else ItemLine(row.item)
            lines.append(replace(line, may_subcontract=f"subcontract-{number}" in sent))
        if added := ServiceItem.objects.filter(code=sent.get("add_item", "").strip() or None).first():
            lines.append(ItemLine(added))
        if len(lines) == 1:
            # What is left of a bundle is not to be passed on as a whole.
            lines = [replace(lines[0], may_subcontract=False)]
        services.set_items(request_id=work_request.pk, lines=lines, actor=self.request.user)


class Exclusions:
    """The firms kept out, as rows of a formset."""

    def __init__(self, request: MemberRequest, work_request: WorkRequest) -> None:
        self.request = request
        initial = [
            {"uscc": each.organisation.uscc, "ground": each.ground, "explanation": each.explanation}
            for each in work_request.exclusions.select_related("organisation")
        ]
        self.formset = ExclusionFormSet(
            request.POST if request.method == "POST" else None, prefix="exclusions", initial=initial
        )

    def is_valid(self) -> bool:
        return self.formset.is_valid()

    def save(self, work_request: WorkRequest) -> None:
        lines = [
            ExclusionLine(row["organisation"], row["ground"], row["explanation"])
            for row in self.formset.cleaned_data
            if row.get("organisation")
        ]
        services.set_exclusions(request_id=work_request.pk, lines=lines, actor=self.request.user)


EXTRAS: dict[str, Callable[[MemberRequest, WorkRequest], Any]] = {"service": ItemBases, "conditions": Exclusions}


@login_required
@require_safe
def draft_summary(request: MemberRequest, number: str) -> HttpResponse:
    """Everything that was filled in, what is missing, and the hand-in; read-only once it has been handed in."""
    work_request = _own_draft(request, number)
    if work_request.is_public:
        return redirect(work_request)
    return render(request, "tendering/draft_summary.html", _summary(request, work_request, {}))


def _summary(request: MemberRequest, work_request: WorkRequest, problems: dict[str, Any]) -> dict[str, Any]:
    may_edit = permissions.can_edit(request.user, work_request)
    rules = TenderingPolicy.of(work_request.policy_version) if work_request.amends else TenderingPolicy.current()
    if may_edit and not problems:
        problems = drafts.problems_of(work_request, rules, at=clock.now())
    return version_context(work_request) | {
        "work_request": work_request,
        "may_edit": may_edit,
        "may_take_back": permissions.can_take_back(request.user, work_request),
        "request_items": work_request.request_items.select_related("item__fee_schedule__regulation", "item__authority"),
        "exclusions": work_request.exclusions.select_related("organisation"),
        "qualifications": work_request.qualifications.all(),
        "attachments": work_request.attachments.select_related("file"),
        "problems": [(PAGE_OF_FIELD.get(field, PAGES[0].code), message) for field, message in problems.items()],
        "is_reviewed": bool(drafts.review_reasons(work_request, rules)),
        "step_names": STEP_NAMES,
        "step_number": len(STEP_NAMES),
        "last_page": PAGES[-1].code,
    }


def version_context(work_request: WorkRequest) -> dict[str, Any]:
    """Of a draft that becomes the next version of a published request: what it changes, and whether it still can."""
    original = work_request.amends
    if original is None:
        return {}
    changes = version_content.difference(version_content.snapshot(original), version_content.snapshot(work_request))
    return {
        "original": original,
        "next_version": original.version + 1,
        "changes": versions.shown(changes),
        "takes_versions": permissions.takes_versions(original),
        "until": original.questions_until,
    }


@login_required
@require_POST
def draft_submit(request: MemberRequest, number: str) -> HttpResponse:
    work_request = _own_draft(request, number)
    try:
        if work_request.amends_id is None:
            work_request = services.submit_request(request_id=work_request.pk, actor=request.user)
        else:
            work_request = services.submit_version(
                request_id=work_request.pk, actor=request.user, edited_at=_moment(request.POST.get("edited_at", ""))
            )
    except services.UnableToPublish as failure:
        context = _summary(request, work_request, failure.field_errors or {"": failure.message})
        return render(request, "tendering/draft_summary.html", context, status=409)
    if work_request.is_public:
        words = _("The new version is published.") if work_request.version > 1 else _("Your request is published.")
        messages.success(request, words)
        return redirect(work_request)
    messages.success(
        request, _("Your request has been handed in. A clerk of the operator looks at it within a working day.")
    )
    return redirect("tendering:draft-summary", number)


@login_required
@require_POST
def draft_take_back(request: MemberRequest, number: str) -> HttpResponse:
    work_request = _own_draft(request, number)
    services.take_back_request(request_id=work_request.pk, actor=request.user)
    messages.success(request, _("You can edit the request again."))
    return redirect("tendering:draft-summary", number)


@login_required
@require_http_methods(["GET", "POST"])
def draft_delete(request: MemberRequest, number: str) -> HttpResponse:
    work_request = _own_draft(request, number)
    require(permissions.can_edit(request.user, work_request))
    if request.method == "POST":
        services.discard_draft(request_id=work_request.pk, actor=request.user)
        messages.success(request, _("The draft has been deleted."))
        return redirect("tendering:own-requests")
    return render(request, "tendering/draft_delete.html", {"work_request": work_request})


@login_required
@require_POST
def attachment_delete(request: MemberRequest, number: str, pk: int) -> HttpResponse:
    work_request = _own_draft(request, number)
    services.remove_attachment(request_id=work_request.pk, attachment_id=pk, actor=request.user)
    return redirect("tendering:draft-page", number, "contact")
