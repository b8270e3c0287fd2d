"""The owner's side of a request before it is published: begin, edit page by page, look it over, hand it in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.models import Organisation
from marketplace.catalogue.forms import FeeForm
from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import Decision, require
from marketplace.core.web import once
from marketplace.core.web.drafts import DraftOperation, SavedAsTyped
from marketplace.core.web.operation import Operation, Place, Press

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
from .operation import RequestOperation, moment_of

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


class CreateDraft(Operation):
    """Begin from a service's page, whose calculator's values come along in the address, or from nothing."""

    request: MemberRequest
    template_name = "tendering/draft_create.html"
    form_class = NewRequestForm

    @cached_property
    def owner(self) -> Organisation:
        owner = self.request.organisation
        require(permissions.can_create(self.request.user, owner))
        return cast(Organisation, owner)

    def initial(self) -> dict[str, Any]:
        return {"item": self.request.GET.get("item")}

    def form_arguments(self) -> dict[str, Any]:
        return {"owner": self.owner}

    def operate(self, form: Any) -> WorkRequest:
        line = _line(form.cleaned_data["item"], self.request.GET, "")
        return services.create_draft(
            owner=self.owner, actor=self.request.user, title=form.cleaned_data["title"], lines=[line]
        )

    def place(self, result: WorkRequest) -> str:
        return address_of(result, PAGES[0].code)


def address_of(draft: WorkRequest, page: str) -> str:
    """The address of a page of a draft."""
    return reverse("tendering:draft-page", args=[draft.number, page])


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


class OwnDraftOperation(RequestOperation):
    """What the owner does before a request is published."""

    def visible(self) -> QuerySet[WorkRequest]:
        return drafts_of(self.request)

    def decision(self) -> Decision:
        return permissions.can_edit(self.request.user, self.work_request)

    def place(self, result: Any) -> str:
        return reverse("tendering:draft-summary", args=[self.work_request.number])


def drafts_of(request: MemberRequest) -> QuerySet[WorkRequest]:
    return WorkRequest.objects.visible_to(request.user).select_related("owner", "matter", "amends")


class EditDraft(DraftOperation, OwnDraftOperation):
    """One page of the long form: saved, and on to the next."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if kwargs["page"] not in [each.code for each in PAGES]:
            return redirect("tendering:draft-summary", kwargs["number"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def index(self) -> int:
        return next(index for index, each in enumerate(PAGES) if each.code == self.kwargs["page"])

    @cached_property
    def extra(self) -> Any:
        make = EXTRAS.get(self.kwargs["page"])
        return make(self.request, self.work_request) if make else None

    def numbered_at(self) -> str:
        return reverse("tendering:draft-page", args=[self.kwargs["number"], self.kwargs["page"]])

    def make_form(self, *given: Any) -> DraftForm:
        return PAGES[self.index].form(*given, instance=self.work_request)

    def is_valid(self, form: Any) -> bool:
        # Both are asked, so that every error shows at once.
        return form.is_valid() & (self.extra is None or self.extra.is_valid())

    def operate(self, form: Any) -> Any:
        actor = self.request.user
        # All of the page or nothing: a half that was saved would make the shown page stale.
        with transaction.atomic():
            saved = services.save_draft(
                request_id=self.work_request.pk,
                values=form.values,
                actor=actor,
                edited_at=moment_of(form.cleaned_data["edited_at"]),
            )
            if self.extra is not None:
                self.extra.save(saved)
            if upload := form.cleaned_data.get("attachment"):
                services.add_attachment(request_id=saved.pk, upload=upload, actor=actor)

    def typed_forms(self, form: Any) -> list[Any]:
        return [form, *(self.extra.shown_forms if self.extra else [])]

    def saved_forms(self) -> list[Any]:
        page = PAGES[self.index]
        make = EXTRAS.get(page.code)
        extra = make(self.request, self.work_request, is_sent=False) if make else None
        return [page.form(instance=self.work_request), *(extra.shown_forms if extra else [])]

    def place(self, result: Any) -> str:
        following = self.index + 1
        if following == len(PAGES):
            return super().place(result)
        return address_of(self.work_request, PAGES[following].code)

    def template(self) -> str:
        return f"tendering/draft_{PAGES[self.index].code}.html"

    def context(self) -> dict[str, Any]:
        index = self.index
        return {
            "page": PAGES[index],
            "extra": self.extra,
            "step_names": STEP_NAMES,
            "step_number": index + 1,
            "previous": PAGES[index - 1].code if index else "",
        }


class SaveAndStay(EditDraft):
    """Save, and show the same page with what follows from it, such as the bases of a further service."""

    done = gettext_lazy("Saved.")

    def place(self, result: Any) -> str:
        return address_of(self.work_request, PAGES[self.index].code)


class SaveAndLookOver(EditDraft):
    def place(self, result: Any) -> str:
        return OwnDraftOperation.place(self, result)


class SaveDraftAsTyped(SavedAsTyped, EditDraft):
    """A page as somebody types at it: what can be read is saved; files, services that come or go wait for a press."""

    def is_valid(self, form: Any) -> bool:
        self.left_out = form.leave_out_unread()
        if self.extra is not None and not self.extra.is_valid():
            self.left_out += self.extra.messages
        if any(
            name.startswith("remove-") or (name == "add_item" and value) for name, value in self.request.POST.items()
        ):
            self.left_out.append(_("Which services there are: press “Save and stay here”."))
        return "edited_at" not in form.errors

    def operate(self, form: Any) -> WorkRequest:
        with transaction.atomic():
            found = services.save_as_typed(
                request_id=self.work_request.pk,
                values=form.values,
                actor=self.request.user,
                edited_at=moment_of(form.cleaned_data["edited_at"]),
            )
            self.left_out += [str(message) for message in found.left_out.values()]
            if self.extra is not None and self.extra.is_valid():
                self.extra.save_as_typed(found.work_request)
        return WorkRequest.objects.get(pk=self.work_request.pk)

    def fields(self, result: WorkRequest) -> dict[str, str]:
        return {"edited_at": result.edited_at.isoformat()}

    def unread(self, result: WorkRequest) -> list[str]:
        return list(dict.fromkeys(self.left_out))


class ItemBases:
    """The bases of the fee standard of each service of the draft, by the calculator's own form."""

    def __init__(self, request: MemberRequest, work_request: WorkRequest, *, is_sent: bool | None = None) -> None:
        self.request = request
        self.is_sent = request.method == "POST" if is_sent is None else is_sent
        self.rows = list(work_request.request_items.select_related("item__fee_schedule", "item__authority"))
        self.forms = [self._form(number, row) for number, row in enumerate(self.rows)]

    def _form(self, number: int, row: Any) -> FeeForm | None:
        if row.item.fee_schedule is None:
            return None
        prefix = f"fee-{number}"
        is_sent = self.is_sent and self.request.POST.get(f"{prefix}-base", "").strip()
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

    @property
    def shown_forms(self) -> list[FeeForm]:
        return [form for form in self.forms if form is not None]

    @property
    def messages(self) -> list[str]:
        """What cannot be read yet."""
        return [str(text) for form in self.bound_forms for texts in form.errors.values() for text in texts]

    def is_valid(self) -> bool:
        # Every form is asked, so that each shows its own errors.
        answers = [form.is_valid() for form in self.bound_forms]
        return all(answers)

    def _line(self, number: int, row: Any, form: FeeForm | None) -> ItemLine:
        line = line_of(row.item, form) if form is not None and form.is_bound else ItemLine(row.item)
        return replace(line, may_subcontract=bool(self.request.POST.get(f"subcontract-{number}")))

    def save_as_typed(self, work_request: WorkRequest) -> None:
        """The bases only, where they differ from the draft's."""
        lines = [self._line(number, row, form) for number, (row, form) in enumerate(self.lines)]
        before = [
            ItemLine(row.item, row.base, "", row.coefficients, row.parameters, row.may_subcontract) for row in self.rows
        ]
        if lines != before:
            services.set_items(request_id=work_request.pk, lines=lines, actor=self.request.user)

    def save(self, work_request: WorkRequest) -> None:
        sent = self.request.POST
        lines = [
            self._line(number, row, form)
            for number, (row, form) in enumerate(self.lines)
            if f"remove-{number}" not in sent
        ]
        if added := ServiceItem.objects.filter(code=sent.get("add_item", "").strip() or None).first():
            lines.append(ItemLine(added))
        if len(lines) == 1:
            # What is left of a bundle is not to be passed on as a whole.
            lines = [replace(lines[0], may_subcontract=False)]
        services.set_items(request_id=work_request.pk, lines=lines, actor=self.request.user)


class Exclusions:
    """The firms kept out, as rows of a formset."""

    def __init__(self, request: MemberRequest, work_request: WorkRequest, *, is_sent: bool | None = None) -> None:
        self.request = request
        is_sent = request.method == "POST" if is_sent is None else is_sent
        self.present = initial = [
            {"uscc": each.organisation.uscc, "ground": each.ground, "explanation": each.explanation}
            for each in work_request.exclusions.select_related("organisation")
        ]
        self.formset = ExclusionFormSet(request.POST if is_sent else None, prefix="exclusions", initial=initial)

    @property
    def shown_forms(self) -> list[Any]:
        return list(self.formset.forms)

    @property
    def messages(self) -> list[str]:
        """What cannot be read yet."""
        return [str(text) for form in self.formset.forms for texts in form.errors.values() for text in texts]

    def save_as_typed(self, work_request: WorkRequest) -> None:
        """Whole rows only, where they differ from the draft's."""
        rows = [row for row in self.formset.cleaned_data if row.get("organisation")]
        names = ("uscc", "ground", "explanation")
        is_whole = all(row["ground"] and row["explanation"] for row in rows)
        if is_whole and [{name: row[name] for name in names} for row in rows] != self.present:
            self.save(work_request)

    def is_valid(self) -> bool:
        return self.formset.is_valid()

    def save(self, work_request: WorkRequest) -> None:
        lines = [
            ExclusionLine(row["organisation"], row["ground"], row["explanation"])
            for row in self.formset.cleaned_data
            if row.get("organisation")
        ]
        services.set_exclusions(request_id=work_request.pk, lines=lines, actor=self.request.user)


EXTRAS: dict[str, Callable[..., Any]] = {"service": ItemBases, "conditions": Exclusions}


@login_required
@require_safe
def draft_summary(request: MemberRequest, number: str) -> HttpResponse:
    """Everything that was filled in, what is missing, and the hand-in; read-only once it has been handed in."""
    work_request = get_object_or_404(drafts_of(request), number=number)
    if work_request.is_public:
        return redirect(work_request)
    number_of_submit = once.next_number(request, reverse("tendering:draft-submit", args=[number]))
    context = {**_summary(request, work_request, {}), "once": number_of_submit}
    return render(request, "tendering/draft_summary.html", context)


def _rules_of(draft: WorkRequest) -> TenderingPolicy:
    """A version stays under the rules of its request."""
    return TenderingPolicy.of(draft.policy_version) if draft.amends else TenderingPolicy.current()


def _summary(request: MemberRequest, work_request: WorkRequest, problems: dict[str, Any]) -> dict[str, Any]:
    may_edit = permissions.can_edit(request.user, work_request)
    rules = _rules_of(work_request)
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
        "until": original.changes_until,
    }


class Submit(OwnDraftOperation):
    """Hand in: published at once, or reviewed first; what keeps it from being published shows on the summary."""

    act = gettext_lazy("Publish")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("tendering:draft-summary", self.kwargs["number"])

    def asks_first(self, form: Any) -> Text:
        """Only where this press publishes: what a clerk reviews can be taken back, what is incomplete is refused."""
        draft, rules = self.work_request, _rules_of(self.work_request)
        if drafts.review_reasons(draft, rules) or drafts.problems_of(draft, rules, at=clock.now()):
            return ""
        return _("It is published as it stands here. It cannot be taken back; changes make a new version.")

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        context = {**_summary(self.request, self.work_request, {}), **self.carried()}
        return render(self.request, "tendering/draft_summary.html", context, status=status)

    def operate(self, form: Any) -> WorkRequest:
        draft, actor = self.work_request, self.request.user
        if draft.amends_id is None:
            return services.submit_request(request_id=draft.pk, actor=actor)
        looked_over = moment_of(self.request.POST.get("edited_at", ""))
        return services.submit_version(request_id=draft.pk, actor=actor, edited_at=looked_over)

    def words(self, result: WorkRequest) -> Text:
        if not result.is_public:
            return _("Your request has been handed in. A clerk of the operator looks at it within a working day.")
        return _("The new version is published.") if result.version > 1 else _("Your request is published.")

    def place(self, result: WorkRequest) -> str:
        return result.get_absolute_url() if result.is_public else super().place(result)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        if not isinstance(failure, services.UnableToPublish):
            raise failure
        problems = failure.field_errors or {"": failure.message}
        context = _summary(self.request, self.work_request, problems)
        return render(self.request, "tendering/draft_summary.html", context, status=failure.status)


class DraftPress(Press, OwnDraftOperation):
    """A button on a page of a draft."""

    def back(self) -> Place:
        return self.place(None)


class TakeBack(DraftPress):
    done = gettext_lazy("You can edit the request again.")

    def operate(self, form: Any) -> None:
        services.take_back_request(request_id=self.work_request.pk, actor=self.request.user)


class Delete(OwnDraftOperation):
    template_name = "tendering/draft_delete.html"
    done = gettext_lazy("The draft has been deleted.")

    def operate(self, form: Any) -> None:
        services.discard_draft(request_id=self.work_request.pk, actor=self.request.user)

    def place(self, result: Any) -> str:
        return "tendering:own-requests"


class DeleteAttachment(DraftPress):
    def operate(self, form: Any) -> None:
        services.remove_attachment(
            request_id=self.work_request.pk, attachment_id=self.kwargs["pk"], actor=self.request.user
        )

    def place(self, result: Any) -> str:
        return address_of(self.work_request, "contact")
