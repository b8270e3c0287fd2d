"""The clocks of a request that count working days, for when the calendar changes; its bid deadline never moves."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.additions import recounting
from marketplace.core.additions.recounting import BODY, SUBJECT, Moved
from marketplace.core.failures import Text

from . import notices
from .facts import typed_values
from .models import Award, Objection, Opening, Paper, Question, WorkRequest
from .services.awarding.objecting import schedule_overdue
from .services.awarding.publicity import schedule_confirmation
from .services.evaluating.seating import schedule_marking, set_clock, tell_evaluator
from .services.openings.stages import schedule_resume
from .states import UNDER_WAY, AwardState, OpeningState, SeatState, Status


def _declare(
    field: str,
    *,
    inward: str,
    outward: str,
    running: Callable[[datetime], QuerySet],
    started_at: Callable[[Any], datetime],
    moved: Callable[[Any, Moved], None],
) -> None:
    """A clock of a request; `inward` leads from the request to its row, `outward` back."""

    request_of: Callable[[Any], WorkRequest] = attrgetter(outward.replace("__", "."))

    def hold(row_id: int) -> None:
        request_id = WorkRequest.objects.values_list("pk", flat=True).get(**{f"{inward}__pk": row_id})
        WorkRequest.objects.locked().get(pk=request_id)

    def runs_since(row: Any) -> datetime:
        # A clock that stood still counted the days that were left from the day on which it ran on.
        begun = started_at(row)
        return max(begun, request_of(row).resumed_at or begun)

    recounting.declare(
        field,
        running=lambda at: running(at).select_related(f"{outward}__owner"),
        started_at=runs_since,
        hold=hold,
        matter=lambda row: request_of(row).audit_matter,
        moved=moved,
    )


def _tell(
    organisations: list[Organisation], work_request: WorkRequest, moved: Moved, name: str, what: Text, **more: Any
) -> None:
    notices.tell(
        organisations,
        work_request,
        occasion=f"{moved.occasion}:{name}",
        subject=SUBJECT,
        body=BODY,
        what=what,
        **moved.params,
        **more,
    )


def _publicity_since(award: Award) -> datetime:
    decided = [one.decided_at for one in award.objections.all() if one.decided_at is not None]
    return max([award.publicity_started_at, *decided]) if award.stopped_at else award.publicity_started_at


def _publicity_moved(award: Award, moved: Moved) -> None:
    work_request = award.work_request
    schedule_confirmation(award)
    told = [work_request.owner, award.intermediary.organisation, *notices.bidders_of(work_request)]
    _tell(told, work_request, moved, f"publicity:{award.rank}", _("the publicity period"))


_declare(
    "tendering.Award.publicity_ends_at",
    inward="awards",
    outward="work_request",
    running=lambda at: Award.objects.filter(
        state=AwardState.PUBLICITY, work_request__status=Status.PUBLICITY, publicity_ends_at__gt=at
    ),
    started_at=_publicity_since,
    moved=_publicity_moved,
)


def _signing_moved(award: Award, moved: Moved) -> None:
    # The contract's due work asks for this date when it comes, and waits for it.
    told = [award.work_request.owner, award.intermediary.organisation]
    _tell(told, award.work_request, moved, f"sign:{award.rank}", _("the time for signing the contract"))


_declare(
    "tendering.Award.sign_by",
    inward="awards",
    outward="work_request",
    running=lambda at: Award.objects.filter(
        state=AwardState.CONFIRMED, work_request__status=Status.AWARDED, sign_by__gt=at
    ),
    started_at=lambda award: award.confirmed_at,
    moved=_signing_moved,
)


def _objection_since(objection: Objection) -> datetime:
    # All of one period share the time of the first, or that of the second regulator.
    pending = [one.submitted_at for one in objection.award.objections.pending()]
    return objection.escalated_at or min(pending)


def _objection_moved(objection: Objection, moved: Moved) -> None:
    award, work_request = objection.award, objection.award.work_request
    if work_request.status == Status.SUSPENDED:
        return
    schedule_overdue(award, objection.due_at)
    what = _("the time for deciding the objections")
    _tell([work_request.owner, award.intermediary.organisation], work_request, moved, f"objections:{award.rank}", what)
    if objection.regulator:
        at = notices.page("tendering_console:objections", work_request.number)
        name = f"objections:{award.rank}"
        _tell([objection.regulator], work_request, moved, name, what, at=at, turn="objections")


_declare(
    "tendering.Objection.due_at",
    inward="awards__objections",
    outward="award__work_request",
    running=lambda at: Objection.objects.pending().filter(due_at__gt=at).select_related("regulator"),
    started_at=_objection_since,
    moved=_objection_moved,
)


def _question_moved(question: Question, moved: Moved) -> None:
    work_request, number = question.work_request, question.number
    at = notices.page("tendering:question-answer", work_request.number, number)
    what = _("the time for answering a question")
    turn = f"question:{number}"
    _tell([work_request.owner], work_request, moved, turn, what, at=at, turn=turn)


_declare(
    "tendering.Question.due_at",
    inward="questions",
    outward="work_request",
    running=lambda at: Question.objects.unanswered().filter(work_request__status=Status.PUBLISHED, due_at__gt=at),
    started_at=lambda question: question.asked_at,
    moved=_question_moved,
)


def _paper_moved(paper: Paper, moved: Moved) -> None:
    opening = paper.seat.opening
    set_clock(opening.work_request, opening)
    if opening.work_request.status == Status.SELECTING:
        schedule_marking(opening.work_request, paper)
        what = _("the time for marking the proposals")
        tell_evaluator(opening.work_request, paper, moved.occasion, SUBJECT, BODY, what=what, **moved.params)


# Those of a suspended request too: the days that are left are counted when it runs on, by the calendar of then.
_declare(
    "tendering.Paper.due_at",
    inward="opening__seats__papers",
    outward="seat__opening__work_request",
    running=lambda at: Paper.objects.filter(handed_in_at=None, seat__state=SeatState.SEATED).filter(
        Q(seat__opening__work_request__status=Status.SELECTING, due_at__gt=at)
        | Q(
            seat__opening__work_request__status=Status.SUSPENDED,
            due_at__gt=F("seat__opening__work_request__suspended_at"),
        )
    ),
    started_at=lambda paper: paper.issued_at,
    moved=_paper_moved,
)


def _waiting(at: datetime) -> QuerySet:
    """Openings that wait for a pick or a public value; what evaluators are waited for, their papers say."""
    waiting = Opening.objects.filter(
        state__in=UNDER_WAY, work_request__status=Status.SELECTING, waits_since__isnull=False, waits_until__gt=at
    )
    return waiting.exclude(state=OpeningState.DRAWN, work_request__method=WorkRequest.Method.BEST_PROPOSAL)


def _waiting_moved(opening: Opening, moved: Moved) -> None:
    work_request = opening.work_request
    schedule_resume(opening, moved.after)
    if typed_values.is_awaited(opening):
        at = notices.page("tendering_console:public-value", work_request.number)
        officers = [*notices.operators(), *notices.regulators_of(work_request)]
        what = _("the time for the public value")
        _tell(officers, work_request, moved, "public_value", what, at=at, turn="public_value")
        return
    what = _("the time for picking from the short list")
    at = notices.page("tendering:pick", work_request.number)
    _tell([work_request.owner], work_request, moved, "pick", what, at=at, turn="pick")
    _tell(notices.bidders_of(work_request), work_request, moved, "pick", what)


_declare(
    "tendering.Opening.waits_until",
    inward="opening",
    outward="work_request",
    running=_waiting,
    started_at=lambda opening: opening.waits_since,
    moved=_waiting_moved,
)
