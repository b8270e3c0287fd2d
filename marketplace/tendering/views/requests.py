"""What everybody can read of requests."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.models import Organisation
from marketplace.catalogue.selectors import working_rows
from marketplace.catalogue.services import calculate_for_item
from marketplace.core import clock, files
from marketplace.core.calendar import clock_face
from marketplace.core.web import kept
from marketplace.core.web.paging import KeysFirst

from .. import permissions, services
from ..facts import bidders
from ..facts.opening_waits import opening_wait
from ..facts.running_filings import is_unconfirmed
from ..filters import RequestFilter
from ..models import Attachment, RequestItem, RequestVersion, WorkRequest
from ..paging import OpenFirst
from ..presentation import versions
from ..presentation.clocks import bidding_clock
from ..presentation.timeline import stages_of

PAGE_SIZE = 20


@require_safe
@kept.for_visitors
def request_list(request: MemberRequest) -> HttpResponse:
    requests = RequestFilter(request.GET, WorkRequest.objects.public().for_list(), request=request)
    asked = sorted((name, values) for name, values in request.GET.lists() if name not in ("sort", "page"))
    fits = bool(requests.is_valid() and requests.form.cleaned_data["fits"])
    # What fits one firm is nobody else's number.
    count = requests.qs.count() if fits else kept.figure("tendering.requests", asked, requests.qs.count)
    by_deadline = requests.form.cleaned_data.get("sort") in (None, [], ["closing"])
    paginator = OpenFirst if by_deadline else KeysFirst
    page = paginator(requests.qs, PAGE_SIZE, count=count).get_page(request.GET.get("page"))
    for work_request in page:
        work_request.clock = bidding_clock(work_request)
    context = {"filter": requests, "page_obj": page, "fit": requests.fit if fits else None}
    context["shows_fit"] = fits or _is_of_a_firm(request)
    return render(request, "tendering/request_list.html", context)


def _is_of_a_firm(request: MemberRequest) -> bool:
    return request.organisation is not None and request.organisation.kind == Organisation.Kind.INTERMEDIARY


@require_safe
@kept.for_visitors
def request_detail(request: MemberRequest, number: str) -> HttpResponse:
    work_request = get_object_or_404(
        WorkRequest.objects.visible_to(request.user).select_related(
            "owner__district", "matter", "reposted_from", "opening"
        ),
        number=number,
    )
    if not work_request.is_public:
        return redirect("tendering:draft-summary", number=number)
    return render(request, "tendering/request_detail.html", detail_context(request, work_request))


def detail_context(request: MemberRequest, work_request: WorkRequest) -> dict[str, Any]:
    """Everything that the page of a published request shows to this person."""
    awards = list(work_request.awards.all())
    award = next((each for each in awards if each.is_live), None) or max(
        awards, key=lambda each: each.rank, default=None
    )
    context: dict[str, Any] = {
        "work_request": work_request,
        "award": award,
        "stages": stages_of(work_request, award),
        "clock": bidding_clock(work_request),
        "takes_bids": work_request.takes_bids(clock.now()),
        "request_items": items_with_working(work_request),
        "opening_wait": opening_wait(work_request),
        "questions": list(work_request.questions.all()),
        "attachments": work_request.attachments.select_related("file"),
        "deadline_moves": list(work_request.deadline_moves.all()),
        "versions": _versions(work_request),
        "exclusions": work_request.exclusions.select_related("organisation"),
        "qualifications": work_request.qualifications.all(),
        "owner_pick_days": work_request.rules.owner_pick_days,
        "direct_limit": work_request.rules.direct_limit_cny,
        "marking_days": work_request.rules.marking_days,
        "may_pick": permissions.can_pick(request.user, work_request),
    }
    kinds = [row.item.demanded_type for row in context["request_items"] if row.item.demanded_type]
    context["item_qualifications"] = list(dict.fromkeys(kinds))
    for question in context["questions"]:
        question.clock = clock_face(question.asked_at, question.due_at, clock.now(), done=question.is_answered)
    organisation = request.organisation
    if organisation is not None:
        context["is_owner"] = organisation.pk == work_request.owner_id
        intermediary = (
            getattr(organisation, "intermediary", None) if organisation.kind == Organisation.Kind.INTERMEDIARY else None
        )
        if intermediary is not None and context["takes_bids"]:
            context["conditions"] = bidders.conditions_of(intermediary, work_request, at=clock.now())
            context["is_eligible"] = all(condition.met for condition in context["conditions"])
            context["may_bid"] = permissions.can_bid(request.user, work_request, intermediary)
            if context["may_bid"]:
                filings = services.filings_of(work_request, intermediary)
                context["filings"] = filings
                context["unconfirmed"] = bool(filings) and is_unconfirmed(work_request, filings[-1].arrived_at)
            context["may_ask"] = permissions.can_ask(request.user, work_request, intermediary)
        if context["is_owner"] and context["takes_bids"]:
            context["may_change"] = permissions.can_change(request.user, work_request)
        context["may_terminate"] = permissions.can_terminate(request.user, work_request)
        context["may_repost"] = permissions.can_repost(request.user, work_request)
    return context


def _versions(work_request: WorkRequest) -> list[RequestVersion]:
    """All versions, the latest first, each with what it changed in the reader's language."""
    found = list(work_request.versions.order_by("-number"))
    for version in found:
        version.shown = versions.shown(version.changes)
    return found


def items_with_working(work_request: WorkRequest) -> list[RequestItem]:
    """The request's services, each with the steps of its fee standard in the reader's language."""
    rows = list(
        work_request.request_items.select_related(
            "item__authority", "item__qualification_type", "item__fee_schedule__regulation"
        ).order_by("pk")
    )
    for row in rows:
        row.working = None
        if row.base is not None and row.item.fee_schedule is not None:
            calculation = calculate_for_item(
                item=row.item,
                base=row.base,
                variant=row.variant,
                coefficients=row.coefficients,
                parameters=row.parameters,
            )
            row.working = working_rows(calculation, row.item.fee_schedule)
    return rows


@require_safe
def attachment(request: MemberRequest, number: str, pk: int) -> FileResponse:
    visible = WorkRequest.objects.visible_to(request.user)
    found = get_object_or_404(
        Attachment.objects.select_related("file"), pk=pk, work_request__number=number, work_request__in=visible
    )
    return files.serve(found.file)
