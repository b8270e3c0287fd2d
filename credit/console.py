"""Credit events in the console: regulators propose and decide; model and rules to read."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.accounts.models import User
from marketplace.accounts.permissions import is_operator, is_regulator
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, Refused, require
from marketplace.core.web.operation import ConsoleOperation
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


View = Callable[..., HttpResponseBase]


class ConsoleRequest(HttpRequest):
    """A request that Wagtail has let in: somebody is signed in."""

    user: User


def says_why_not(view: View) -> View:
    """A refusal is a 403 with its reason; Wagtail would send the person to the console's first page without one."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
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


@method_decorator(says_why_not, name="dispatch")
class _Events(ConsoleOperation):
    """A regulator's work on events."""

    request: ConsoleRequest

    def entry(self) -> Decision:
        return is_regulator(self.request.user)

    def crumbs(self) -> list[dict[str, str]]:
        return _crumbs(str(self.heading()))


class ProposeEvent(_Events):
    template_name = "credit/console/propose.html"
    form_class = ProposalForm
    icon = "plus"

    def entry(self) -> Decision:
        return can_propose_event(self.request.user)

    def heading(self) -> str:
        return _("Propose an event")

    def operate(self, form: Any) -> ConductEvent:
        values = {name: value for name, value in form.cleaned_data.items() if name != "upload"}
        upload = form.cleaned_data["upload"]
        return services.propose_event(**values, uploads=[upload] if upload else [], actor=self.request.user)

    def words(self, result: ConductEvent) -> str:
        return _("%(number)s is proposed. Another person decides it.") % {"number": result}

    def place(self, result: ConductEvent) -> str:
        return reverse("credit_console:decide", args=[result.number])


class DecideEvent(_Events):
    """Facts, effect and decision; the same page read-only with the reason for who may not decide."""

    template_name = "credit/console/decide.html"
    form_class = DecisionForm
    icon = "clipboard-list"

    @cached_property
    def subject(self) -> ConductEvent:
        return get_object_or_404(event_of(self.kwargs["number"], self.request.user))

    def crumbs(self) -> list[dict[str, str]]:
        return _crumbs(f"{self.subject.number} {self.subject.rule.name}")

    def heading(self) -> str:
        return f"{self.subject.rule.code} {self.subject.rule.name}"

    def decision(self) -> Decision:
        return can_decide_event(self.request.user, self.subject)

    def operate(self, form: Any) -> None:
        services.decide_event(event=self.subject, **form.cleaned_data, actor=self.request.user)

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        del self.subject
        self.refusal = self.decision()
        if self.refusal:
            return super().refuse(form, failure)
        return self.page(None, failure.status)

    def words(self, result: Any) -> str:
        return _("The decision on %(number)s is recorded.") % {"number": self.subject}

    def place(self, result: Any) -> str:
        return "credit_console:index"

    def context(self) -> dict[str, Any]:
        before, after = _effect(self.subject)
        return {
            "event": self.subject,
            "situation": self.subject.situation_on(clock.today()),
            "before": before,
            "after": after,
            "effect_rows": _effect_rows(before, after),
        }


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
