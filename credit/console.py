"""Credit events in the console: regulators propose and decide; model and rules to read."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.models import User
from marketplace.accounts.permissions import is_operator, is_regulator
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, Refused, require
from marketplace.core.web.forms import add_failure
from marketplace.core.web.views import forbidden

from . import services
from .forms import DecisionForm, ProposalForm
from .histories import histories_of
from .models import ConductEvent, CreditModel, CreditRule
from .permissions import can_decide_event, can_propose_event
from .rating import Event, Standing, compute
from .rating.windows import ONE_DAY
from .selectors import event_of

PAGE_SIZE = 30


View = Callable[..., HttpResponse]


class ConsoleRequest(HttpRequest):
    """A request that Wagtail has let in: somebody is signed in."""

    user: User


def says_why_not(view: View) -> View:
    """A refusal is a 403 with its reason; Wagtail would send the person to the console's first page without one."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except Refused as refusal:
            return forbidden(request, refusal)

    return guarded


def _crumbs(*labels: str) -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("credit_console:index"), "label": _("Credit events")},
        *({"url": "", "label": label} for label in labels),
    ]


def sees_console(user: Any) -> Decision:
    """Whether the person reads the model and rules here: regulators and the market operator."""
    return is_regulator(user) or is_operator(user)


@require_safe
@says_why_not
def index(request: ConsoleRequest) -> HttpResponse:
    """What waits for a decision first, then what was decided."""
    require(can_propose_event(request.user))
    events = ConductEvent.objects.with_steps().select_related("rule", "subject", "proposed_by")
    waiting = events.awaiting_decision().order_by("proposed_at", "pk")
    decided = events.exclude(pk__in=waiting.values("pk"))
    today = clock.today()
    page = Paginator(decided, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "breadcrumbs_items": _crumbs(),
        "header_title": _("Credit events"),
        "header_icon": "clipboard-list",
        "waiting": [(event, can_decide_event(request.user, event)) for event in waiting],
        "decided": [(event, event.situation_on(today)) for event in page],
        "page_obj": page,
    }
    return render(request, "credit/console/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@says_why_not
def propose(request: ConsoleRequest) -> HttpResponse:
    require(can_propose_event(request.user))
    form = ProposalForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data.pop("upload")
            try:
                event = services.propose_event(
                    **form.cleaned_data, uploads=[upload] if upload else [], actor=request.user
                )
            except DomainError as failure:
                status = _show(failure, form)
            else:
                messages.success(request, _("%(number)s is proposed. Another person decides it.") % {"number": event})
                return redirect("credit_console:decide", event.number)
    context = {
        "breadcrumbs_items": _crumbs(_("Propose an event")),
        "header_title": _("Propose an event"),
        "header_icon": "plus",
        "form": form,
    }
    return render(request, "credit/console/propose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@says_why_not
def decide(request: ConsoleRequest, number: str) -> HttpResponse:
    """Facts, effect and decision; the same page read-only with the reason for who may not decide."""
    require(is_regulator(request.user))
    event = get_object_or_404(event_of(number, request.user))
    decision = can_decide_event(request.user, event)
    form = DecisionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        require(decision)
        status = 422
        if form.is_valid():
            try:
                services.decide_event(event=event, **form.cleaned_data, actor=request.user)
            except DomainError as failure:
                status = _show(failure, form)
            else:
                messages.success(request, _("The decision on %(number)s is recorded.") % {"number": event})
                return redirect("credit_console:index")
    before, after = _effect(event)
    context = {
        "breadcrumbs_items": _crumbs(f"{event.number} {event.rule.name}"),
        "header_title": f"{event.rule.code} {event.rule.name}",
        "header_icon": "clipboard-list",
        "event": event,
        "situation": event.situation_on(clock.today()),
        "form": form if decision else None,
        "refusal": decision,
        "before": before,
        "after": after,
        "effect_rows": _effect_rows(before, after),
    }
    return render(request, "credit/console/decide.html", context, status=status)


@require_safe
@says_why_not
def model(request: ConsoleRequest) -> HttpResponse:
    require(sees_console(request.user))
    current = get_object_or_404(CreditModel, pk=getattr(CreditModel.objects.in_force_on(clock.today()), "pk", None))
    context = {
        "breadcrumbs_items": _crumbs(_("Rating model and rules")),
        "header_title": _("Rating model and rules"),
        "header_icon": "list-ul",
        "model": current,
        "rating_model": current.rating_model,
        "versions": CreditModel.objects.order_by("-effective_on"),
        "rules": CreditRule.objects.all(),
    }
    return render(request, "credit/console/model.html", context)


def _show(failure: DomainError, form: Any) -> int:
    add_failure(form, failure)
    return failure.status


def _effect(event: ConductEvent) -> tuple[Standing, Standing]:
    """The standing of today, and of tomorrow if the event were confirmed now."""
    today = clock.today()
    rating_model = CreditModel.objects.in_force_on(today).rating_model
    history = histories_of([event.subject_id])[event.subject_id]
    confirmed = Event(
        identifier=event.number,
        points=event.points,
        validity_months=event.validity_months,
        effective_on=today + ONE_DAY,
        deduction=event.is_deduction,
        rule=event.rule.code,
    )
    others = tuple(known for known in history.events if known.identifier != event.number)
    with_event = replace(history, events=(*others, confirmed))
    return compute(history, rating_model, today), compute(with_event, rating_model, today + ONE_DAY)


def _effect_rows(before: Standing, after: Standing) -> list[tuple[str, Any, Any]]:
    return [
        (pgettext("credit", "Conduct"), before.component("conduct").value, after.component("conduct").value),
        (_("Credit score"), before.score, after.score),
        (_("Points that count"), before.thresholds.points, after.thresholds.points),
        (_("Warned until"), before.thresholds.warned_until, after.thresholds.warned_until),
        (_("Restricted until"), before.thresholds.restricted_until, after.thresholds.restricted_until),
    ]
