"""What waits for an organisation in its requests, and its requests as matters of the workbench."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import Organisation
from marketplace.core import calendar, clock
from marketplace.core.additions import duties
from marketplace.core.additions.duties import Duty, Matter

from . import notices, permissions
from .facts.evaluators import is_evaluator
from .models import Award, Objection, OpenedBid, Opening, OriginRequest, Paper, Question, WorkRequest
from .policy import TenderingPolicy
from .presentation.timeline import STAGE_COUNT, position_of
from .states import BEFORE_THE_NOTICE, BEFORE_THE_RESULT, CAME_TO_NOTHING, EDITABLE, Status


@duties.provider
def request_duties(user: Any, organisation: Organisation) -> Iterator[Duty]:
    if organisation.kind in (Organisation.Kind.OPERATOR, Organisation.Kind.AUTHORITY):
        yield from _public_values(user)
    if organisation.kind == Organisation.Kind.OPERATOR:
        yield from _reviews()
    elif organisation.kind != Organisation.Kind.INTERMEDIARY:
        yield from _returned(organisation)
        yield from _questions(organisation)
        yield from _picks(organisation)
    if organisation.kind == Organisation.Kind.AUTHORITY:
        yield from _objections(organisation)
        yield from _direct_selections(organisation)
        yield from _origins(user, organisation)


@duties.personal
def marking_duties(user: Any) -> Iterator[Duty]:
    """What a drawn evaluator has to mark."""
    if not is_evaluator(user):
        return
    for paper in Paper.objects.visible_to(user).open().select_related("seat__opening__work_request"):
        yield Duty(
            title=_("Mark the proposals once more") if paper.is_again else _("Mark the proposals"),
            object_label=_label(paper.seat.opening.work_request),
            url=paper.get_absolute_url(),
            action_label=pgettext("proposals", "Mark"),
            started_at=paper.issued_at,
            due_at=paper.due_at,
        )


def _label(work_request: WorkRequest) -> str:
    return f"{work_request.number}　{work_request.title}"


def _returned(owner: Organisation) -> Iterator[Duty]:
    for work_request in WorkRequest.objects.filter(owner=owner, status=Status.RETURNED):
        yield Duty(
            title=_("Correct the request and hand it in again"),
            object_label=_label(work_request),
            url=reverse("tendering:draft-summary", args=[work_request.number]),
            action_label=_("Correct it"),
        )


def _questions(owner: Organisation) -> Iterator[Duty]:
    waiting = Question.objects.unanswered().filter(
        work_request__owner=owner,
        work_request__status=Status.PUBLISHED,
        work_request__bids_open_until__gt=clock.now(),
    )
    for question in waiting.select_related("work_request"):
        yield Duty(
            title=_("Answer question %(number)d") % {"number": question.number},
            object_label=_label(question.work_request),
            url=reverse("tendering:question-answer", args=[question.work_request.number, question.number]),
            action_label=pgettext("question", "Answer"),
            started_at=question.asked_at,
            due_at=question.due_at,
        )


def _picks(owner: Organisation) -> Iterator[Duty]:
    direct = WorkRequest.objects.filter(
        owner=owner, status=Status.SELECTING, method=WorkRequest.Method.DIRECT, opening=None
    )
    for work_request in direct:
        yield Duty(
            title=_("Pick a firm among the listed offers"),
            object_label=_label(work_request),
            url=reverse("tendering:pick", args=[work_request.number]),
            action_label=pgettext("verb", "Pick"),
            started_at=work_request.published_at,
        )
    waiting = Opening.objects.filter(
        state=Opening.State.DRAWN,
        work_request__owner=owner,
        work_request__status=Status.SELECTING,
        work_request__method=WorkRequest.Method.CREDIT_PREFERRED,
        waits_until__gt=clock.now(),
    )
    for opening in waiting.select_related("work_request"):
        yield Duty(
            title=_("Pick the winner from the short list"),
            object_label=_label(opening.work_request),
            url=reverse("tendering:pick", args=[opening.work_request.number]),
            action_label=pgettext("verb", "Pick"),
            started_at=opening.waits_since,
            due_at=opening.waits_until,
        )


def _public_values(user: Any) -> Iterator[Duty]:
    for work_request in WorkRequest.objects.waiting_for_public_value():
        if permissions.can_enter_public_value(user, work_request):
            yield Duty(
                title=_("Type the public value of an opening"),
                object_label=_label(work_request),
                url=reverse("tendering_console:public-value", args=[work_request.number]),
                action_label=pgettext("public value", "Type it"),
                started_at=work_request.opening.waits_since,
                due_at=work_request.opening.waits_until,
            )


def _reviews() -> Iterator[Duty]:
    for work_request in WorkRequest.objects.waiting_for_review().select_related("owner"):
        yield Duty(
            title=_("Review a request"),
            object_label=_label(work_request),
            url=reverse("tendering_console:review", args=[work_request.number]),
            action_label=pgettext("request", "Review"),
            started_at=work_request.submitted_at,
            due_at=_review_due(work_request),
            counterpart=work_request.owner.name,
        )


def _review_due(work_request: WorkRequest) -> datetime:
    submitted_at = work_request.submitted_at or work_request.edited_at
    return calendar.due_within(submitted_at, TenderingPolicy.current().review_days)


def _objections(authority: Organisation) -> Iterator[Duty]:
    waiting = Objection.objects.filter(regulator=authority, outcome=Objection.Outcome.PENDING)
    waiting = waiting.exclude(award__work_request__status=Status.SUSPENDED)
    seen: set[int] = set()
    # All of one publicity period are one decision.
    for objection in waiting.select_related("award__work_request", "objector__organisation").order_by("submitted_at"):
        if objection.award_id in seen:
            continue
        seen.add(objection.award_id)
        work_request = objection.award.work_request
        yield Duty(
            title=_("Decide an objection"),
            object_label=_label(work_request),
            url=reverse("tendering_console:objections", args=[work_request.number]),
            action_label=pgettext("objection", "Decide"),
            started_at=objection.submitted_at,
            due_at=objection.due_at,
            counterpart=objection.objector.organisation.name,
        )


def _direct_selections(authority: Organisation) -> Iterator[Duty]:
    for work_request in WorkRequest.objects.waiting_for_regulator():
        if authority in notices.regulators_of(work_request):
            yield Duty(
                title=_("Decide about direct selection after two failures"),
                object_label=_label(work_request),
                url=reverse("tendering_console:direct", args=[work_request.number]),
                action_label=pgettext("objection", "Decide"),
                started_at=work_request.submitted_at,
                due_at=_review_due(work_request),
                counterpart=work_request.owner.name,
            )


def _origins(user: Any, authority: Organisation) -> Iterator[Duty]:
    for asked in OriginRequest.objects.filter(is_granted=None).select_related("work_request__owner", "asked_by"):
        work_request = asked.work_request
        if authority in notices.regulators_of(work_request) and permissions.can_decide_origins(user, work_request):
            yield Duty(
                title=_("Decide whether to open where filings came from"),
                object_label=_label(work_request),
                url=reverse("tendering_console:origins-grant", args=[work_request.number]),
                action_label=pgettext("objection", "Decide"),
                started_at=asked.asked_at,
                due_at=asked.decide_by,
                counterpart=str(asked.asked_by),
            )


@duties.matters
def request_matters(user: Any, organisation: Organisation) -> Iterator[Matter]:
    if organisation.kind == Organisation.Kind.INTERMEDIARY:
        yield from _bids_of(organisation)
    else:
        for work_request in WorkRequest.objects.filter(
            owner=organisation, status__in=(*BEFORE_THE_NOTICE, *CAME_TO_NOTHING)
        ):
            yield _matter(work_request)


def _matter(work_request: WorkRequest) -> Matter:
    is_draft = work_request.status in EDITABLE
    next_step, next_at = _next_of(work_request)
    return Matter(
        title=work_request.title,
        number=work_request.number,
        url=reverse("tendering:draft-summary", args=[work_request.number])
        if is_draft
        else work_request.get_absolute_url(),
        stage=work_request.get_status_display(),
        stage_index=position_of(work_request),
        stage_count=STAGE_COUNT,
        next_step=next_step,
        next_at=next_at,
        amount=work_request.price_max,
        finished_at=work_request.ended_at if work_request.status in CAME_TO_NOTHING else None,
    )


def _next_of(work_request: WorkRequest) -> tuple[str, datetime | None]:
    now = clock.now()
    if work_request.status == Status.PUBLISHED and work_request.takes_bids(now):
        return _("Bids close"), work_request.deadline(now)
    if work_request.status == Status.SELECTING and work_request.opened_at is not None:
        return _("The ranking is published"), None
    if work_request.status in BEFORE_THE_RESULT:
        return _("The bids are opened"), work_request.opens_at
    if work_request.status == Status.UNDER_REVIEW:
        return _("The operator reviews it"), None
    return "", None


def _bids_of(organisation: Organisation) -> Iterator[Matter]:
    """What became of a firm's bids, from the opening on; before it nothing shows that there are any."""
    bids = OpenedBid.objects.of_bidders().filter(intermediary__organisation=organisation)
    bids = bids.filter(opening__work_request__status__in=(*BEFORE_THE_NOTICE, *CAME_TO_NOTHING))
    for bid in bids.select_related("opening__work_request").prefetch_related("opening__work_request__awards"):
        work_request = bid.opening.work_request
        live = next((award for award in work_request.awards.all() if award.is_live), None)
        is_over = work_request.status in CAME_TO_NOTHING or bid.rank is None
        yield Matter(
            title=work_request.title,
            number=work_request.number,
            url=reverse("tendering:award-detail", args=[work_request.number]),
            stage=_place(bid),
            stage_index=position_of(work_request),
            stage_count=STAGE_COUNT,
            next_step=_("Publicity ends") if live and live.state == Award.State.PUBLICITY else "",
            next_at=live.publicity_ends_at if live and live.state == Award.State.PUBLICITY else None,
            is_counted=True,
            amount=bid.price if bid.price is not None else work_request.price_max,
            finished_at=(work_request.ended_at or bid.opening.opened_at) if is_over else None,
        )


def _place(bid: OpenedBid) -> str:
    if bid.rank is None:
        return bid.get_fate_display()
    return _("Rank %(rank)d") % {"rank": bid.rank}
