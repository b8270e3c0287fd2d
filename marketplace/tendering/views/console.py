"""Requests in the console: the clerk's review, the regulator's decisions about objections and a request's course."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_operator, is_regulator
from marketplace.core import calendar, clock
from marketplace.core.calendar import clock_face
from marketplace.core.failures import Text
from marketplace.core.permissions import Decision, no, require
from marketplace.core.web.operation import ConsoleOperation

from .. import permissions, services
from ..facts import reposted_requests, typed_values
from ..forms.decisions import DecisionForm, ReasonForm, ReviewForm
from ..forms.method import PublicValueForm
from ..models import Award, WorkRequest
from ..policy import TenderingPolicy
from ..states import SUSPENDABLE, ObjectionOutcome, Status
from .drafts import version_context

PAGE_SIZE = 30
LATEST_SIGNALS = 20
#: Of a page with two operations each shows the page too: where one was refused, its address can be loaded again.
PAGE, BOTH = ["get", "head"], ["get", "head", "post"]


def crumbs(label: str = "") -> list[dict[str, str]]:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("tendering_console:index"), "label": _("Requests and objections")},
    ]
    return [*crumbs, {"url": "", "label": label}] if label else crumbs


def _is_staff(user: Any) -> Decision:
    if is_operator(user) or is_regulator(user):
        return Decision(True)
    return no(_("Only regulators and the market operator work here."))


def index(request: MemberRequest) -> HttpResponse:
    """What waits: requests to review (operator), objections to decide (regulators), and the requests under way."""
    require(_is_staff(request.user))
    reviews = list(WorkRequest.objects.waiting_for_review().for_list()) if is_operator(request.user) else []
    days = TenderingPolicy.current().review_days
    for work_request in reviews:
        handed_in_at = work_request.submitted_at or work_request.edited_at
        due_at = calendar.due_within(handed_in_at, days)
        work_request.clock = clock_face(handed_in_at, due_at, clock.now())
    stopped = Award.objects.filter(state=Award.State.STOPPED).for_list().prefetch_related("objections")
    awards = list(stopped) if is_regulator(request.user) else []
    for award in awards:
        pending = [each for each in award.objections.all() if each.outcome == ObjectionOutcome.PENDING]
        first = min(pending, key=lambda each: each.due_at, default=None)
        award.waiting_objections = len(pending)
        # Stopped with nothing to decide is not what the rules lead to; such a one is shown first, without a clock.
        award.clock = clock_face(first.submitted_at, first.due_at, clock.now()) if first else None
    running = WorkRequest.objects.filter(status__in=(*SUSPENDABLE, Status.SUSPENDED)).for_list()
    if words := request.GET.get("q", "").replace("\0", "").strip():
        running = running.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(owner__name_zh__icontains=words)
        )
    context = {
        "breadcrumbs_items": crumbs(),
        "header_title": _("Requests and objections"),
        "header_icon": "doc-full",
        "reviews": reviews,
        "awards": sorted(awards, key=lambda award: award.clock.due_at if award.clock else award.publicity_started_at),
        "page_obj": Paginator(running.order_by("-published_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "direct_ones": list(WorkRequest.objects.waiting_for_regulator()) if is_regulator(request.user) else [],
        "values": list(WorkRequest.objects.waiting_for_public_value()),
        "is_regulator": bool(is_regulator(request.user)),
        "signals": _with_signals() if is_regulator(request.user) else [],
        "q": words,
    }
    return render(request, "tendering/console/index.html", context)


def _with_signals() -> list[WorkRequest]:
    """The latest openings at which something stood out, with how much."""
    found = WorkRequest.objects.annotate(signal_count=Count("opening__signals")).filter(signal_count__gt=0)
    return list(found.select_related("owner", "opening").order_by("-opening__opened_at")[:LATEST_SIGNALS])


class RequestConsole(ConsoleOperation):
    """A decision about a request."""

    request: MemberRequest
    subject: WorkRequest

    def entry(self) -> Decision:
        return is_regulator(self.request.user)

    def visible(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.public().for_list()

    def crumbs(self) -> list[dict[str, str]]:
        return crumbs(self.kwargs["number"])

    @property
    def work_request(self) -> WorkRequest:
        return self.subject

    def surroundings(self) -> dict[str, Any]:
        return {**super().surroundings(), "work_request": self.work_request}

    def place(self, result: Any) -> str:
        return "tendering_console:index"


class Review(RequestConsole):
    """The whole request, and: publish, or return with reasons."""

    http_method_names = PAGE
    template_name = "tendering/console/review.html"
    form_class = ReviewForm

    def numbered_at(self) -> str:
        return reverse("tendering_console:review", args=[self.kwargs["number"]])

    def entry(self) -> Decision:
        return _is_staff(self.request.user)

    def visible(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.visible_to(self.request.user).exclude(status=Status.DRAFT).for_list()

    def heading(self) -> str:
        return self.work_request.title

    def decision(self) -> Decision:
        return permissions.can_review(self.request.user, self.work_request)

    def context(self) -> dict[str, Any]:
        work_request = self.work_request
        return version_context(work_request) | {
            "request_items": work_request.request_items.all(),
            "exclusions": work_request.exclusions.select_related("organisation"),
            "qualifications": work_request.qualifications.all(),
            "attachments": work_request.attachments.select_related("file"),
        }


class PublishReviewed(Review):
    http_method_names = BOTH
    act = gettext_lazy("Publish")
    asks = gettext_lazy("The request is published as it stands here. It cannot be taken back.")

    def operate(self, form: Any) -> None:
        work_request, clerk = self.work_request, self.request.user
        if work_request.amends_id is not None:
            services.publish_version(request_id=work_request.pk, actor=clerk)
        else:
            services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

    def words(self, result: Any) -> str:
        return _("%(number)s is published.") % {"number": self.kwargs["number"]}


class ReturnReviewed(Review):
    http_method_names = BOTH

    def operate(self, form: Any) -> None:
        services.review_request(
            request_id=self.work_request.pk,
            publish_it=False,
            reasons=form.cleaned_data["reasons"],
            actor=self.request.user,
        )

    def words(self, result: Any) -> str:
        return _("%(number)s goes back to the owner.") % {"number": self.kwargs["number"]}


class DecideObjections(RequestConsole):
    """All objections of one publicity period, decided together."""

    act = gettext_lazy("Decide and publish")
    asks = gettext_lazy(
        "The decision and its reasons are published and take effect at once. They cannot be changed or taken back."
    )

    template_name = "tendering/console/objections.html"
    form_class = DecisionForm
    icon = "warning"
    done = gettext_lazy("The decision is recorded and published.")

    @cached_property
    def award(self) -> Award:
        live = Award.objects.live().select_related("work_request__owner", "intermediary__organisation")
        return get_object_or_404(
            live.prefetch_related(
                "objections__objector__organisation", "objections__evidence__file", "objections__regulator"
            ),
            work_request__number=self.kwargs["number"],
        )

    @property
    def work_request(self) -> WorkRequest:
        return self.award.work_request

    def heading(self) -> str:
        return _("Objections to %(number)s") % {"number": self.kwargs["number"]}

    def decision(self) -> Decision:
        return permissions.can_decide_objections(self.request.user, self.award)

    def operate(self, form: Any) -> None:
        services.decide_objections(
            award_id=self.award.pk,
            upheld=form.cleaned_data["outcome"] != "rejected",
            remedy=form.remedy,
            reasons=form.cleaned_data["reasons"],
            actor=self.request.user,
        )

    def context(self) -> dict[str, Any]:
        objections = self.award.objections.all()
        pending = [each for each in objections if each.outcome == ObjectionOutcome.PENDING]
        face = clock_face(pending[0].submitted_at, pending[0].due_at, clock.now()) if pending else None
        return {"award": self.award, "objections": objections, "clock": face}


class DirectSelection(RequestConsole):
    """Two failed requests side by side, and: allow direct selection, or send the request back."""

    http_method_names = PAGE
    template_name = "tendering/console/direct.html"
    form_class = ReasonForm
    icon = "warning"
    done = gettext_lazy("The decision is recorded and published.")
    is_allowed: bool

    def numbered_at(self) -> str:
        return reverse("tendering_console:direct", args=[self.kwargs["number"]])

    def visible(self) -> QuerySet[WorkRequest]:
        direct = WorkRequest.objects.filter(method=WorkRequest.Method.DIRECT)
        return direct.exclude(status=Status.DRAFT).for_list()

    def heading(self) -> str:
        return _("Direct selection after two failures")

    def decision(self) -> Decision:
        return permissions.can_decide_direct(self.request.user, self.work_request)

    def operate(self, form: Any) -> None:
        services.decide_direct(
            request_id=self.work_request.pk,
            is_allowed=self.is_allowed,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
        )

    def context(self) -> dict[str, Any]:
        failures = reposted_requests.last_two_failures(self.work_request)
        return {"failures": failures, "compared": reposted_requests.compare(*failures) if failures else []}


class AllowDirect(DirectSelection):
    http_method_names = BOTH
    act = gettext_lazy("Allow direct selection")
    asks = gettext_lazy("The owner may then pick a firm directly. The decision is published and cannot be taken back.")
    is_allowed = True


class RefuseDirect(DirectSelection):
    http_method_names = BOTH
    act = gettext_lazy("Send it back")
    asks = gettext_lazy("The request goes back to the owner with this reason. The decision cannot be taken back.")
    is_allowed = False


class EnterValue(RequestConsole):
    """The public value of an opening, typed by one officer; what the other typed shows when both are in."""

    template_name = "tendering/console/public_value.html"
    form_class = PublicValueForm
    icon = "date"

    def entry(self) -> Decision:
        return _is_staff(self.request.user)

    def visible(self) -> QuerySet[WorkRequest]:
        return super().visible().filter(opening__isnull=False).select_related("opening")

    def heading(self) -> str:
        return _("Public value of %(number)s") % {"number": self.kwargs["number"]}

    def decision(self) -> Decision:
        return permissions.can_enter_public_value(self.request.user, self.work_request)

    def operate(self, form: Any) -> None:
        services.enter_public_value(
            request_id=self.work_request.pk,
            value=form.cleaned_data["value"],
            published_at=form.cleaned_data["published_at"],
            actor=self.request.user,
        )

    def place(self, result: Any) -> str:
        return reverse("tendering_console:public-value", args=[self.kwargs["number"]])

    def context(self) -> dict[str, Any]:
        opening = self.work_request.opening
        return {
            "opening": opening,
            "source": (self.work_request.announcement or {}).get("public_value_source"),
            "earliest": typed_values.earliest_of(opening),
            "rounds": typed_values.finished_rounds(opening),
            "is_half": bool(typed_values.present_round(opening)),
        }


class _Course(RequestConsole):
    """One decision about a request's course: a published reason, one service call."""

    template_name = "tendering/console/course.html"
    form_class = ReasonForm
    icon = "warning"
    done = gettext_lazy("The decision is recorded and published.")
    title: Text
    meaning: Text
    predicate: Callable[..., Decision]
    service: Callable[..., Any]
    #: Lifting a suspension puts things back as they were; the others are asked for first.
    is_asked = True

    def asks_first(self, form: Any) -> Text:
        return self.meaning if self.is_asked else ""

    def carried(self) -> dict[str, Any]:
        return {**super().carried(), "act": self.title}

    def heading(self) -> Text:
        return self.title

    def decision(self) -> Decision:
        return type(self).predicate(self.request.user, self.work_request)

    def operate(self, form: Any) -> None:
        type(self).service(request_id=self.work_request.pk, reason=form.cleaned_data["reason"], actor=self.request.user)

    def context(self) -> dict[str, Any]:
        return {"meaning": self.meaning}


class Suspend(_Course):
    title = gettext_lazy("Suspend the request")
    meaning = gettext_lazy("No bids are taken and every clock stops until the suspension is lifted.")
    predicate = permissions.can_suspend
    service = services.suspend_request


class Resume(_Course):
    title = gettext_lazy("Lift the suspension")
    meaning = gettext_lazy("The clocks run on from the next day, with the working days that were left.")
    predicate = permissions.can_resume
    service = services.resume_request
    is_asked = False


class Void(_Course):
    title = gettext_lazy("Void the request")
    meaning = gettext_lazy("The request ends here and a selection loses its effect. This cannot be undone.")
    predicate = permissions.can_void
    service = services.void_request
