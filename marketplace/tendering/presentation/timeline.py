"""The stages of a request as a page shows them: names, dates, and where it stands."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.core import calendar, clock
from marketplace.ui.components import State, Step
from marketplace.ui.formats import due_day, short_day, short_moment

from ..models import Award, WorkRequest
from ..policy import TenderingPolicy
from ..states import CAME_TO_NOTHING, Status

#: The stage, counted from 0, that each state stands at.
POSITION: dict[str, int] = {
    Status.DRAFT: 0,
    Status.UNDER_REVIEW: 0,
    Status.RETURNED: 0,
    Status.PUBLISHED: 2,
    Status.SELECTING: 3,
    Status.PUBLICITY: 4,
    Status.AWARDED: 6,
    Status.CONTRACTED: 7,
    Status.IN_SERVICE: 7,
    Status.COMPLETED: 8,
}
STAGE_COUNT = 8


def position_of(work_request: WorkRequest) -> int:
    """How many stages lie behind; 8 where all are done. An ended request stays where it ended."""
    if work_request.status == Status.PUBLISHED and not work_request.takes_bids(clock.now()):
        return POSITION[Status.SELECTING]
    if work_request.status in POSITION:
        return POSITION[work_request.status]
    if work_request.status == Status.SUSPENDED:
        return POSITION[work_request.status_before_suspension]
    if work_request.awarded_at:
        return POSITION[Status.AWARDED]
    return POSITION[Status.PUBLICITY] if work_request.opened_at else POSITION[Status.SELECTING]


def stages_of(work_request: WorkRequest, award: Award | None) -> list[Step]:
    """The eight stages with what is known, or worked out, of their dates."""
    position = position_of(work_request)
    has_failed = work_request.status in CAME_TO_NOTHING
    names_and_dates = _dates(work_request, award, work_request.rules)
    steps = []
    for index, (name, when) in enumerate(names_and_dates):
        state = State.DONE if index < position else State.NOW if index == position else State.AHEAD
        if index == position and has_failed:
            state = State.FAILED
            name, when = str(work_request.get_status_display()), _day(work_request.ended_at)
        steps.append(Step(name=name, state=state, when=when))
        if has_failed and index == position:
            break
    return steps


def _day(value: datetime | date | None) -> str:
    return short_day(value) if value else ""


def _at(value: datetime | None) -> str:
    return short_moment(value) if value else ""


def _before(value: datetime | None) -> str:
    return _("by %(date)s") % {"date": due_day(value)} if value else ""


def _dates(work_request: WorkRequest, award: Award | None, rules: TenderingPolicy) -> Iterable[tuple[str, str]]:
    deadline = work_request.deadline(clock.now())
    publicity_from = award.publicity_started_at if award else None
    publicity_until = award.publicity_ends_at if award else None
    is_stopped = award is not None and award.state == Award.State.STOPPED
    if is_stopped:
        # Until the objections are decided nobody knows when it ends.
        publicity_until = None
    elif publicity_until is None and deadline is not None:
        publicity_until = calendar.end_of_working_day(clock.date_of(deadline), rules.publicity_days)
    notice_by = (
        calendar.end_of_working_day(clock.date_of(publicity_until), rules.award_notice_days)
        if publicity_until
        else None
    )
    sign_by = award.sign_by if award and award.sign_by else None
    if sign_by is None and notice_by is not None:
        sign_by = calendar.end_of_working_day(clock.date_of(notice_by), work_request.signing_days)
    confirmed_at = award.confirmed_at if award else None
    days = work_request.service_days
    is_direct = work_request.method == WorkRequest.Method.DIRECT
    return (
        (pgettext("stage", "Reviewed"), _day(work_request.published_at or work_request.submitted_at)),
        (pgettext("stage", "Published"), _at(work_request.published_at)),
        (
            pgettext("stage", "No bidding") if is_direct else pgettext("stage", "Open for bids"),
            _("until %(moment)s") % {"moment": _at(deadline)} if deadline else "",
        ),
        (
            pgettext("stage", "The owner's pick") if is_direct else pgettext("stage", "Opening and selection"),
            _at(work_request.opened_at)
            or (
                _("from %(moment)s") % {"moment": _at(work_request.shown_opening)} if work_request.shown_opening else ""
            ),
        ),
        (
            pgettext("stage", "Publicity"),
            _("stopped on %(day)s") % {"day": _day(award.stopped_at)}
            if award is not None and is_stopped
            else _("%(start)s to %(end)s") % {"start": _day(publicity_from), "end": due_day(publicity_until)}
            if publicity_from and publicity_until
            else (_("until %(moment)s") % {"moment": due_day(publicity_until)} if publicity_until else ""),
        ),
        (pgettext("stage", "Award notice"), _day(confirmed_at) if confirmed_at else _before(notice_by)),
        (pgettext("stage", "Contract"), _before(sign_by)),
        (
            pgettext("stage", "Service and acceptance"),
            ngettext("%(days)d working day", "%(days)d working days", days) % {"days": days} if days else "",
        ),
    )
