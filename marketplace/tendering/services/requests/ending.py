"""Stopping and ending a request before its contract: by the regulator, or by the owner before the opening."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock
from marketplace.core.events import publish
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from ... import events, notices, permissions
from ...models import Award, Opening, WorkRequest
from ...rules import deadlines
from ...states import Status
from ..awarding.objecting import schedule_overdue
from ..awarding.publicity import locked_award, schedule_confirmation
from ..evaluating.seating import resume_marking
from ..openings.closing import close_bids, schedule_opening
from ..openings.stages import schedule_resume, void_opening
from .publishing import schedule_deadline


class UnableToEnd(DomainError):
    """A reason is missing; nothing changed."""

    code = "unable-to-end"


@transaction.atomic
def terminate_request(*, request_id: int, reason: str, actor: User) -> WorkRequest:
    """
    End a published request as its owner, before the opening; the bids are never opened.

    :raises Refused: after the opening, or if the actor does not act for the owner
    :raises UnableToEnd: without a reason
    """
    work_request = _locked(request_id)
    require(permissions.can_terminate(actor, work_request))
    reason = _given(reason)
    work_request.terminate(at=clock.now(), reason=reason)
    return _ended(work_request, "request.terminated", reason, actor, _("%(number)s was terminated"))


@transaction.atomic
def void_request(*, request_id: int, reason: str, actor: User) -> WorkRequest:
    """
    Void a request as a regulator, with published reason.

    :raises Refused: if the actor is no regulator or acts for a party
    :raises UnableToEnd: without a reason
    """
    work_request = _locked(request_id)
    require(permissions.can_void(actor, work_request))
    reason = _given(reason)
    now = clock.now()
    for award in Award.objects.live().filter(work_request=work_request):
        award.end(at=now, reason=reason[:400])
        award.save()
    opening = Opening.objects.filter(work_request=work_request).first()
    if opening is not None and opening.is_under_way:
        opening.work_request = work_request
        void_opening(work_request, opening, reason)
    work_request.void(at=now, reason=reason)
    return _ended(work_request, "request.voided", reason, actor, _("%(number)s was voided"))


@transaction.atomic
def void_with_contract(*, award_id: int, reason: str, actor: User) -> WorkRequest:
    """Void a request whose contract a regulator has ended; who may do it, contracting has asked."""
    work_request, award = locked_award(award_id)
    reason = _given(reason)
    now = clock.now()
    if award.is_live:
        award.end(at=now, reason=reason[:400])
        award.save()
    work_request.void(at=now, reason=reason)
    return _ended(work_request, "request.voided", reason, actor, _("%(number)s was voided"))


@transaction.atomic
def suspend_request(*, request_id: int, reason: str, actor: User) -> WorkRequest:
    """
    Stop a request and its clocks.

    :raises Refused: if the actor is no regulator or acts for a party
    :raises UnableToEnd: without a reason
    """
    # A deadline that has come or moved, whatever job is late, must not be taken for days that are left.
    close_bids(request_id=request_id)
    work_request = _locked(request_id)
    require(permissions.can_suspend(actor, work_request))
    reason = _given(reason)
    now = clock.now()
    running = _running_clock(work_request)
    work_request.suspend(
        at=now, days_left=deadlines.days_left(now, running, working_days=calendar.current()) if running else None
    )
    work_request.end_reason = reason
    work_request.save()
    audit.record(
        matter=work_request.audit_matter,
        action="request.suspended",
        actor=actor,
        before={"status": work_request.status_before_suspension},
        after={"reason": reason, "days_left": work_request.days_left_when_suspended},
    )
    _tell(work_request, f"suspended:{now.isoformat()}", _("%(number)s was suspended"), reason)
    return work_request


@transaction.atomic
def resume_request(*, request_id: int, reason: str, actor: User) -> WorkRequest:
    """
    Let a suspended request run on; the working days that were left run from the day after.

    :raises Refused: if it is not suspended, or the actor is no regulator or acts for a party
    :raises UnableToEnd: without a reason
    """
    work_request = _locked(request_id)
    require(permissions.can_resume(actor, work_request))
    reason = _given(reason)
    now = clock.now()
    days, stopped_at = work_request.days_left_when_suspended, work_request.suspended_at or now
    work_request.resume(at=now)
    work_request.end_reason = ""
    if work_request.status == Status.PUBLISHED and days is not None:
        _resume_bidding(work_request, now, days)
    work_request.save()
    if work_request.status == Status.SELECTING:
        _resume_opening(work_request, now, days, stopped_at)
    elif days is not None:
        _resume_award(work_request, now, days)
    audit.record(
        matter=work_request.audit_matter,
        action="request.resumed",
        actor=actor,
        after={"status": work_request.status, "reason": reason},
    )
    _tell(work_request, f"resumed:{now.isoformat()}", _("%(number)s runs on"), reason)
    return work_request


def _locked(request_id: int) -> WorkRequest:
    return WorkRequest.objects.locked().select_related("owner").get(pk=request_id)


def _given(reason: str) -> str:
    if not reason.strip():
        raise UnableToEnd(_("Give the reason; it is published."), {"reason": _("Give the reason; it is published.")})
    return reason.strip()


def _ended(work_request: WorkRequest, action: str, reason: str, actor: User, subject: Text) -> WorkRequest:
    work_request.save()
    audit.record(matter=work_request.audit_matter, action=action, actor=actor, after={"reason": reason})
    notices.settle_all(work_request)
    _tell(work_request, action, subject, reason)
    publish(events.RequestEnded(work_request.pk))
    return work_request


def _tell(work_request: WorkRequest, occasion: str, subject: Text, reason: str) -> None:
    notices.tell(
        [*notices.bidders_of(work_request), work_request.owner],
        work_request,
        occasion=occasion,
        subject=subject,
        body=_("%(title)s: %(reason)s"),
        reason=reason,
    )


def _running_clock(work_request: WorkRequest) -> datetime | None:
    """The one clock that runs in this state, if one does."""
    if work_request.status == Status.PUBLISHED:
        return work_request.bids_open_until
    if work_request.status == Status.SELECTING:
        return Opening.objects.filter(work_request=work_request).values_list("waits_until", flat=True).first()
    award = Award.objects.live().filter(work_request=work_request).first()
    if award is None:
        return None
    if award.state == Award.State.STOPPED:
        return award.objections.pending().order_by("due_at").values_list("due_at", flat=True).first()
    return award.sign_by if award.state == Award.State.CONFIRMED else award.publicity_ends_at


def _resume_bidding(work_request: WorkRequest, now: datetime, days: int) -> None:
    if work_request.bids_open_until is None:
        return
    # The same time of day, the days that were left after today.
    on = calendar.working_day_after(clock.date_of(now), days)
    shift = on - clock.date_of(work_request.bids_open_until)
    work_request.bids_close_at = work_request.bids_open_until + shift
    work_request.bids_open_until = work_request.open_until(clock.database_now())
    schedule_deadline(work_request)


def _resume_opening(work_request: WorkRequest, now: datetime, days: int | None, stopped_at: datetime) -> None:
    """What it waited for has its days again; the due work of the opening goes on with it."""
    opening = Opening.objects.filter(work_request=work_request).first()
    if opening is not None and opening.waits_until is not None and days is not None:
        opening.work_request = work_request
        opening.waits_until = calendar.end_of_working_day(clock.date_of(now), days)
        opening.save(update_fields=["waits_until"])
        schedule_resume(opening, opening.waits_until)
        resume_marking(work_request, opening, stopped_at=stopped_at)
    schedule_opening(work_request)


def _resume_award(work_request: WorkRequest, now: datetime, days: int) -> None:
    award = Award.objects.live().filter(work_request=work_request).first()
    if award is None:
        return
    until = calendar.end_of_working_day(clock.date_of(now), days)
    if award.state == Award.State.STOPPED:
        award.objections.pending().update(due_at=until)
        schedule_overdue(award, until)
        return
    pending = award.objections.pending().order_by("due_at").first()
    if pending is not None:
        # A later objection of the period did not stop its clock; the regulator's own has stood still meanwhile.
        schedule_overdue(award, max(pending.due_at, now))
    if award.state == Award.State.CONFIRMED:
        award.sign_by = until
    else:
        award.publicity_ends_at = until
        schedule_confirmation(award)
    award.save()
