"""Requests in the console: the clerk's review, the regulator's decisions about objections and a request's course."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_operator, is_regulator
from marketplace.core import calendar, clock
from marketplace.core.calendar import clock_face
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, no, require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..forms.decisions import DecisionForm, ReasonForm, ReviewForm
from ..forms.method import PublicValueForm
from ..models import Award, WorkRequest
from ..policy import TenderingPolicy
from ..rules import after_failures, public_value
from ..states import SUSPENDABLE, Status
from .drafts import version_context

PAGE_SIZE = 30
LATEST_SIGNALS = 20


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
        due_at = calendar.end_of_working_day(clock.date_of(handed_in_at), days)
        work_request.clock = clock_face(handed_in_at, due_at, clock.now())
    stopped = Award.objects.filter(state=Award.State.STOPPED).for_list().prefetch_related("objections")
    awards = list(stopped) if is_regulator(request.user) else []
    for award in awards:
        pending = [each for each in award.objections.all() if each.outcome == "pending"]
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


def review(request: MemberRequest, number: str) -> HttpResponse:
    """The whole request, and: publish, or return with reasons."""
    require(_is_staff(request.user))
    work_request = get_object_or_404(
        WorkRequest.objects.visible_to(request.user).exclude(status=Status.DRAFT).for_list(), number=number
    )
    decision = permissions.can_review(request.user, work_request)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        publish_it = "publish" in request.POST
        try:
            if publish_it and work_request.amends_id is not None:
                services.publish_version(request_id=work_request.pk, actor=request.user)
            else:
                services.review_request(
                    request_id=work_request.pk,
                    publish_it=publish_it,
                    reasons=form.cleaned_data["reasons"],
                    actor=request.user,
                )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            words = _("%(number)s is published.") if publish_it else _("%(number)s goes back to the owner.")
            messages.success(request, words % {"number": number})
            return redirect("tendering_console:index")
    context = version_context(work_request) | {
        "breadcrumbs_items": crumbs(number),
        "header_title": work_request.title,
        "header_icon": "doc-full",
        "work_request": work_request,
        "request_items": work_request.request_items.all(),
        "exclusions": work_request.exclusions.select_related("organisation"),
        "qualifications": work_request.qualifications.all(),
        "attachments": work_request.attachments.select_related("file"),
        "refusal": decision,
        "form": form if decision else None,
    }
    return render(request, "tendering/console/review.html", context)


def objections(request: MemberRequest, number: str) -> HttpResponse:
    """All objections of one publicity period, decided together."""
    require(is_regulator(request.user))
    award = get_object_or_404(
        Award.objects.live()
        .select_related("work_request__owner", "intermediary__organisation")
        .prefetch_related("objections__objector__organisation", "objections__evidence__file", "objections__regulator"),
        work_request__number=number,
    )
    decision = permissions.can_decide_objections(request.user, award)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_objections(
                award_id=award.pk,
                upheld=form.cleaned_data["outcome"] != "rejected",
                remedy=form.remedy,
                reasons=form.cleaned_data["reasons"],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The decision is recorded and published."))
            return redirect("tendering_console:index")
    pending = [each for each in award.objections.all() if each.outcome == "pending"]
    context = {
        "breadcrumbs_items": crumbs(number),
        "header_title": _("Objections to %(number)s") % {"number": number},
        "header_icon": "warning",
        "award": award,
        "work_request": award.work_request,
        "objections": award.objections.all(),
        "clock": clock_face(pending[0].submitted_at, pending[0].due_at, clock.now()) if pending else None,
        "refusal": decision,
        "form": form if decision else None,
    }
    return render(request, "tendering/console/objections.html", context)


def direct_selection(request: MemberRequest, number: str) -> HttpResponse:
    """Two failed requests side by side, and: allow direct selection, or send the request back."""
    require(is_regulator(request.user))
    work_request = get_object_or_404(
        WorkRequest.objects.filter(method=WorkRequest.Method.DIRECT).exclude(status=Status.DRAFT).for_list(),
        number=number,
    )
    decision = permissions.can_decide_direct(request.user, work_request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_direct(
                request_id=work_request.pk,
                is_allowed="allow" in request.POST,
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The decision is recorded and published."))
            return redirect("tendering_console:index")
    failures = after_failures.last_two(work_request)
    context = {
        "breadcrumbs_items": crumbs(number),
        "header_title": _("Direct selection after two failures"),
        "header_icon": "warning",
        "work_request": work_request,
        "failures": failures,
        "compared": after_failures.compare(*failures) if failures else [],
        "refusal": decision,
        "form": form if decision else None,
    }
    return render(request, "tendering/console/direct.html", context)


def enter_value(request: MemberRequest, number: str) -> HttpResponse:
    """The public value of an opening, typed by one officer; what the other typed shows when both are in."""
    require(_is_staff(request.user))
    work_request = get_object_or_404(
        WorkRequest.objects.public().for_list().select_related("opening"), number=number, opening__isnull=False
    )
    opening = work_request.opening
    decision = permissions.can_enter_public_value(request.user, work_request)
    form = PublicValueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_public_value(
                request_id=work_request.pk,
                value=form.cleaned_data["value"],
                published_at=form.cleaned_data["published_at"],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            return redirect("tendering_console:public-value", number)
    rounds = public_value.finished_rounds(opening)
    context = {
        "breadcrumbs_items": crumbs(number),
        "header_title": _("Public value of %(number)s") % {"number": number},
        "header_icon": "date",
        "work_request": work_request,
        "opening": opening,
        "source": (work_request.announcement or {}).get("public_value_source"),
        "earliest": public_value.earliest_of(opening),
        "rounds": rounds,
        "is_half": bool(public_value.present_round(opening)),
        "refusal": decision,
        "form": form if decision else None,
    }
    return render(request, "tendering/console/public_value.html", context)


def suspend(request: MemberRequest, number: str) -> HttpResponse:
    meaning = _("No bids are taken and every clock stops until the suspension is lifted.")
    return _course(
        request, number, permissions.can_suspend, services.suspend_request, _("Suspend the request"), meaning
    )


def resume(request: MemberRequest, number: str) -> HttpResponse:
    meaning = _("The clocks run on from the next day, with the working days that were left.")
    return _course(request, number, permissions.can_resume, services.resume_request, _("Lift the suspension"), meaning)


def void(request: MemberRequest, number: str) -> HttpResponse:
    meaning = _("The request ends here and a selection loses its effect. This cannot be undone.")
    return _course(request, number, permissions.can_void, services.void_request, _("Void the request"), meaning)


def _course(
    request: MemberRequest,
    number: str,
    predicate: Callable[..., Decision],
    operation: Callable[..., Any],
    title: str,
    meaning: str,
) -> HttpResponse:
    """One decision about a request's course: a published reason, one service call."""
    require(is_regulator(request.user))
    work_request = get_object_or_404(WorkRequest.objects.public().for_list(), number=number)
    decision = predicate(request.user, work_request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operation(request_id=work_request.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The decision is recorded and published."))
            return redirect("tendering_console:index")
    context = {
        "breadcrumbs_items": crumbs(number),
        "header_title": title,
        "header_icon": "warning",
        "work_request": work_request,
        "meaning": meaning,
        "refusal": decision,
        "form": form if decision else None,
    }
    return render(request, "tendering/console/course.html", context)
