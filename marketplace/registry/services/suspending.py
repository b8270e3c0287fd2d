from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock, outbox
from marketplace.core.events import publish
from marketplace.core.permissions import require

from .. import notices, permissions
from ..events import IntermediaryChanged
from ..models import Intermediary, Suspension
from .failures import UnableToSuspend

#: Due work that moves a firm's state on the day that a suspension starts or ends.
DAY_COMES = "registry.suspension_day"


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise UnableToSuspend(_("Give the reason."), {"reason": _("Give the reason.")})
    if len(reason) > 2000:
        message = _("Use at most %(longest)d characters.") % {"longest": 2000}
        raise UnableToSuspend(message, {"reason": message})
    return reason


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.SHANGHAI)


def _locked(suspension_id: int) -> Suspension:
    suspension = Suspension.objects.select_related("intermediary__organisation").get(pk=suspension_id)
    Intermediary.objects.locked().get(pk=suspension.intermediary_id)
    return (
        Suspension.objects.select_for_update(of=("self",))
        .select_related("intermediary__organisation")
        .get(pk=suspension_id)
    )


@transaction.atomic
def propose_suspension(*, intermediary_id: int, reason: str, actor: User) -> Suspension:
    """
    Propose to suspend a firm; nothing happens until another person decides.

    :raises PermissionDenied: if the actor is no regulator, or belongs to the firm
    :raises UnableToSuspend: if the firm is not listed, or a suspension is open already
    """
    intermediary = Intermediary.objects.locked().select_related("organisation").get(pk=intermediary_id)
    require(permissions.can_propose_suspension(actor, intermediary))
    reason = _reason(reason)
    if intermediary.status != Intermediary.Status.LISTED:
        raise UnableToSuspend(_("Only a listed firm can be suspended."))
    try:
        with transaction.atomic():
            suspension = Suspension.objects.create(
                intermediary=intermediary, reason=reason, proposed_by=actor, proposed_at=clock.now()
            )
    except IntegrityError:
        raise UnableToSuspend(_("A suspension of this firm is open already.")) from None
    audit.record(matter=intermediary.audit_matter, action="propose suspension", actor=actor, after={"reason": reason})
    return suspension


@transaction.atomic
def decide_suspension(*, suspension_id: int, suspend: bool, reason: str, actor: User) -> Suspension:
    """
    Decide a proposed suspension: it takes effect the next calendar day, or is dismissed.

    :raises PermissionDenied: if the actor proposed it, is no regulator, or belongs to the firm
    :raises UnableToSuspend: if it has been decided already
    """
    suspension = _locked(suspension_id)
    require(permissions.can_decide_suspension(actor, suspension))
    reason = _reason(reason)
    if suspension.state != Suspension.State.PROPOSED:
        raise UnableToSuspend(_("This suspension has been decided already."))
    now, intermediary = clock.now(), suspension.intermediary
    if suspend:
        effective_on = clock.today() + timedelta(days=1)
        suspension.decide(by=actor, at=now, effective_on=effective_on, reason=reason)
        outbox.schedule(DAY_COMES, f"{suspension.pk}:start", _midnight(effective_on))
    else:
        suspension.dismiss(by=actor, at=now, reason=reason)
    suspension.save()
    audit.record(
        matter=intermediary.audit_matter,
        action="decide suspension",
        actor=actor,
        after={"state": suspension.state, "reason": reason, "effective_on": str(suspension.effective_on or "")},
    )
    if suspend:
        notices.suspended(suspension)
        publish(IntermediaryChanged(intermediary.pk))
    return suspension


@transaction.atomic
def lift_suspension(*, suspension_id: int, reason: str, actor: User) -> Suspension:
    """
    End a suspension from the next calendar day.

    :raises PermissionDenied: if the actor is no regulator, or belongs to the firm
    :raises UnableToSuspend: if it is not in force or about to be
    """
    suspension = _locked(suspension_id)
    require(permissions.can_lift_suspension(actor, suspension))
    reason = _reason(reason)
    if suspension.state != Suspension.State.DECIDED:
        raise UnableToSuspend(_("This suspension is not in force."))
    lifted_on = clock.today() + timedelta(days=1)
    suspension.lift(by=actor, at=clock.now(), on=lifted_on, reason=reason)
    suspension.save()
    outbox.schedule(DAY_COMES, f"{suspension.pk}:end", _midnight(lifted_on))
    audit.record(
        matter=suspension.intermediary.audit_matter,
        action="lift suspension",
        actor=actor,
        after={"reason": reason, "lifted_on": lifted_on.isoformat()},
    )
    notices.readmitted(suspension)
    publish(IntermediaryChanged(suspension.intermediary_id))
    return suspension


@transaction.atomic
def settle_suspension(*, suspension_id: int) -> None:
    """Bring the firm's state in line with its suspensions of today; safe to run twice and late."""
    suspension = Suspension.objects.get(pk=suspension_id)
    intermediary = Intermediary.objects.locked().get(pk=suspension.intermediary_id)
    running = intermediary.suspensions.in_force(clock.today()).exists()
    if running and intermediary.status == Intermediary.Status.LISTED:
        intermediary.suspend()
    elif not running and intermediary.status == Intermediary.Status.SUSPENDED:
        intermediary.readmit()
    else:
        return
    intermediary.save()
    publish(IntermediaryChanged(intermediary.pk))
