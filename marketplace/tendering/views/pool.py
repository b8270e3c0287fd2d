"""The evaluators' pool in the operator's console."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.catalogue.models import Category
from marketplace.core import audit
from marketplace.core.failures import DomainError
from marketplace.core.models import AuditEntry
from marketplace.core.permissions import require
from marketplace.core.web.forms import add_failure

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


@require_http_methods(["GET", "POST"])
def admit(request: MemberRequest) -> HttpResponse:
    require(permissions.can_keep_pool(request.user))
    form = AdmissionForm(request.POST or None)
    if form.is_valid():
        try:
            evaluator = services.admit_evaluator(user=form.cleaned_data["email"], actor=request.user, **form.values)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Number %(number)d is in the pool.") % {"number": evaluator.number})
            return redirect("tendering_pool:evaluator", evaluator.number)
    return render(request, "tendering/console/pool_admit.html", _page(_("Admit an evaluator")) | {"form": form})


@require_http_methods(["GET", "POST"])
def evaluator(request: MemberRequest, number: int) -> HttpResponse:
    """One person of the pool: particulars to change, ties, and the trail of all changes."""
    found = _found(request, number)
    form = EvaluatorForm(request.POST or None, initial=initial_of(found))
    if form.is_valid():
        try:
            services.change_evaluator(evaluator_id=found.pk, actor=request.user, **form.values)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Saved."))
            return redirect("tendering_pool:evaluator", number)
    return _show(request, found, form=form, tie_form=TieForm())


@require_POST
def declare_tie(request: MemberRequest, number: int) -> HttpResponse:
    found = _found(request, number)
    form = TieForm(request.POST)
    if form.is_valid():
        try:
            services.declare_evaluator_tie(
                evaluator_id=found.pk,
                organisation=form.cleaned_data["uscc"],
                ground=form.cleaned_data["ground"],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The tie is recorded."))
            return redirect("tendering_pool:evaluator", number)
    return _show(request, found, form=EvaluatorForm(initial=initial_of(found)), tie_form=form, status=422)


@require_POST
def end_tie(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    found = _found(request, number)
    services.end_evaluator_tie(evaluator_id=found.pk, tie_id=pk, actor=request.user)
    messages.success(request, _("The tie has ended; it stays on the record."))
    return redirect("tendering_pool:evaluator", number)


@require_POST
def retire(request: MemberRequest, number: int) -> HttpResponse:
    found = _found(request, number)
    services.retire_evaluator(evaluator_id=found.pk, actor=request.user)
    messages.success(request, _("Number %(number)d has left the pool.") % {"number": number})
    return redirect("tendering_pool:evaluator", number)


@require_POST
def readmit(request: MemberRequest, number: int) -> HttpResponse:
    found = _found(request, number)
    services.readmit_evaluator(evaluator_id=found.pk, actor=request.user)
    messages.success(request, _("Number %(number)d is in the pool.") % {"number": number})
    return redirect("tendering_pool:evaluator", number)


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


def _found(request: MemberRequest, number: int) -> Evaluator:
    require(permissions.can_keep_pool(request.user))
    return get_object_or_404(Evaluator.objects.select_related("user"), number=number)


def _show(
    request: MemberRequest, found: Evaluator, *, form: EvaluatorForm, tie_form: TieForm, status: int = 200
) -> HttpResponse:
    context = _page(f"{found.number}　{found.user}") | {
        "evaluator": found,
        "form": form,
        "tie_form": tie_form,
        "ties": found.ties.select_related("organisation"),
        "changes": [_change(entry) for entry in audit.trail(found.audit_matter)],
    }
    return render(request, "tendering/console/pool_evaluator.html", context, status=status)
