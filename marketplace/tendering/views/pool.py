"""The evaluators' pool in the operator's console."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.catalogue.models import Category
from marketplace.core import audit
from marketplace.core.models import AuditEntry
from marketplace.core.permissions import Decision, require
from marketplace.core.web import once
from marketplace.core.web.operation import ConsoleOperation, Press

from .. import permissions, services
from ..forms.evaluation import AdmissionForm, EvaluatorForm, TieForm, initial_of
from ..models import Evaluator

PAGE_SIZE = 30


def _page(label: str = "") -> dict[str, Any]:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("tendering_pool:index"), "label": _("Evaluators' pool")},
    ]
    if label:
        crumbs.append({"url": "", "label": label})
    return {"breadcrumbs_items": crumbs, "header_title": label or _("Evaluators' pool"), "header_icon": "user"}


@require_safe
def index(request: MemberRequest) -> HttpResponse:
    """Everybody in the pool by number, and how many each field has."""
    require(permissions.can_keep_pool(request.user))
    evaluators = Evaluator.objects.select_related("user").prefetch_related("ties__organisation")
    if words := request.GET.get("q", "").replace("\0", "").strip():
        evaluators = evaluators.filter(
            Q(user__name__icontains=words) | Q(user__email__icontains=words) | Q(employer__icontains=words)
        )
    active = list(Evaluator.objects.active().values_list("fields", flat=True))
    context = _page() | {
        "page_obj": Paginator(evaluators, PAGE_SIZE).get_page(request.GET.get("page")),
        "counts": [(name, sum(code in fields for fields in active)) for code, name in Category.choices],
        "active": len(active),
        "q": words,
    }
    return render(request, "tendering/console/pool.html", context)


class _Pool(ConsoleOperation):
    """An operation of the operator on the pool."""

    request: MemberRequest
    icon = "user"

    def entry(self) -> Decision:
        return permissions.can_keep_pool(self.request.user)

    def crumbs(self) -> list[dict[str, str]]:
        crumbs: list[dict[str, str]] = _page(str(self.heading()))["breadcrumbs_items"]
        return crumbs


class Admit(_Pool):
    template_name = "tendering/console/pool_admit.html"
    form_class = AdmissionForm

    def heading(self) -> str:
        return _("Admit an evaluator")

    def operate(self, form: Any) -> Evaluator:
        return services.admit_evaluator(user=form.cleaned_data["email"], actor=self.request.user, **form.values)

    def words(self, result: Evaluator) -> str:
        return _("Number %(number)d is in the pool.") % {"number": result.number}

    def place(self, result: Evaluator) -> str:
        return reverse("tendering_pool:evaluator", args=[result.number])


class _OfEvaluator(_Pool):
    """An operation on one person of the pool, who is found by the number."""

    subject: Evaluator

    def visible(self) -> QuerySet[Evaluator]:
        return Evaluator.objects.select_related("user")

    def looked_up_by(self) -> dict[str, Any]:
        return {"number": self.kwargs["number"]}

    def heading(self) -> str:
        return f"{self.subject.number}　{self.subject.user}"

    def place(self, result: Any) -> str:
        return reverse("tendering_pool:evaluator", args=[self.subject.number])


class ChangeEvaluator(_OfEvaluator):
    """One person of the pool: particulars to change, ties, and the trail of all changes."""

    template_name = "tendering/console/pool_evaluator.html"
    form_class: type[forms.Form] = EvaluatorForm
    done = gettext_lazy("Saved.")

    def initial(self) -> dict[str, Any]:
        return initial_of(self.subject)

    def operate(self, form: Any) -> None:
        services.change_evaluator(evaluator_id=self.subject.pk, actor=self.request.user, **form.values)

    def context(self) -> dict[str, Any]:
        return {
            "evaluator": self.subject,
            "tie_form": TieForm(),
            "tie_once": once.next_number(self.request, reverse("tendering_pool:tie", args=[self.subject.number])),
            "ties": self.subject.ties.select_related("organisation"),
            "changes": [_change(entry) for entry in audit.trail(self.subject.audit_matter)],
        }


class DeclareTie(ChangeEvaluator):
    """The same page's other form."""

    form_class = TieForm
    done = gettext_lazy("The tie is recorded.")

    def initial(self) -> dict[str, Any]:
        return {}

    def operate(self, form: Any) -> None:
        services.declare_evaluator_tie(
            evaluator_id=self.subject.pk,
            organisation=form.cleaned_data["uscc"],
            ground=form.cleaned_data["ground"],
            actor=self.request.user,
        )

    def carried(self) -> dict[str, Any]:
        number = once.next_number(self.request, reverse("tendering_pool:evaluator", args=[self.subject.number]))
        return {**super().carried(), "once": number}

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        self.tie_form = form
        return super().page(EvaluatorForm(initial=initial_of(self.subject)), status)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "tie_form": self.tie_form}


class _Press(Press, _OfEvaluator):
    """A button on the page of a person of the pool."""

    def back(self) -> str:
        return self.place(None)


class EndTie(_Press):
    done = gettext_lazy("The tie has ended; it stays on the record.")

    def operate(self, form: Any) -> None:
        services.end_evaluator_tie(evaluator_id=self.subject.pk, tie_id=self.kwargs["pk"], actor=self.request.user)


class Retire(_Press):
    def operate(self, form: Any) -> None:
        services.retire_evaluator(evaluator_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("Number %(number)d has left the pool.") % {"number": self.subject.number}


class Readmit(_Press):
    def operate(self, form: Any) -> None:
        services.readmit_evaluator(evaluator_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("Number %(number)d is in the pool.") % {"number": self.subject.number}


#: The lines of an evaluator's trail in words.
CHANGES = {
    "evaluator.admitted": gettext_lazy("Admitted"),
    "evaluator.changed": gettext_lazy("Competence or employer changed"),
    "evaluator.tie_declared": gettext_lazy("Tie declared"),
    "evaluator.tie_ended": gettext_lazy("Tie ended"),
    "evaluator.left": gettext_lazy("Left the pool"),
    "evaluator.readmitted": gettext_lazy("Taken back"),
}


def _change(entry: AuditEntry) -> dict[str, Any]:
    """A line of the trail: what changed, and from what to what."""
    before, after = (_words(each) for each in (entry.before, entry.after))
    return {
        "entry": entry,
        "name": CHANGES.get(entry.action, entry.action),
        "detail": f"{before} → {after}" if before and after else before or after,
    }


def _words(values: dict[str, Any] | None) -> str:
    fields = [str(Category(code).label) for code in (values or {}).get("fields", [])]
    others = [
        str(value) for name, value in (values or {}).items() if name not in ("fields", "user", "ground") and value
    ]
    return "　".join([", ".join(fields), *others]).strip()
