from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from credit.services import refresh_standing
from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.events import publish
from marketplace.core.permissions import require

from .. import notices, permissions, records
from ..events import IntermediaryChanged, IntermediaryListed
from ..models import Intermediary, Registration, RegistrationCheck
from ..rules import filing
from .failures import UnableToCheck


def _to_check(registration_id: int, actor: User, round_: int | None) -> Registration:
    registration = Registration.objects.locked().select_related("intermediary__organisation").get(pk=registration_id)
    require(permissions.can_check(actor, registration))
    if registration.state != Registration.State.FILED or round_ not in (None, registration.round):
        raise UnableToCheck(_("This registration is not waiting for a check any more; its state has moved on."))
    return registration


@transaction.atomic
def check_item(
    *, registration_id: int, item: str, verdict: str, actor: User, reason: str = "", round: int | None = None
) -> RegistrationCheck:
    """
    Record the finding on one item of a filing; a second finding in the same round replaces the first.

    :param item: one of `filing.items_to_check`
    :param verdict: "pass", or "return" with a reason
    :param round: the filing that the page showed; None where the caller has just read it
    :raises PermissionDenied: if the actor is no regulator, or belongs to the firm
    :raises UnableToCheck: if it is not filed, or filed anew, or the item or reason is missing
    """
    registration = _to_check(registration_id, actor, round)
    if item not in filing.items_to_check(registration.payload):
        raise UnableToCheck(_("The registration has no such item."))
    if verdict not in RegistrationCheck.Verdict.values:
        raise UnableToCheck(_("Choose whether the item is in order."))
    reason = reason.strip() if verdict == RegistrationCheck.Verdict.RETURN else ""
    if verdict == RegistrationCheck.Verdict.RETURN and not reason:
        raise UnableToCheck(_("Say what has to be corrected."), {item: _("Say what has to be corrected.")})
    if len(reason) > 1000:
        message = _("Use at most %(longest)d characters.") % {"longest": 1000}
        raise UnableToCheck(message, {item: message})
    check, _created = RegistrationCheck.objects.update_or_create(
        registration=registration,
        round=registration.round,
        item=item,
        defaults={"verdict": verdict, "reason": reason, "checked_by": actor, "checked_at": clock.now()},
    )
    audit.record(
        matter=registration.audit_matter,
        action="check item",
        actor=actor,
        after={"item": item, "verdict": verdict, "reason": reason, "round": registration.round},
    )
    return check


@transaction.atomic
def check_items(
    *, registration_id: int, findings: Mapping[str, str], actor: User, round: int | None = None
) -> list[RegistrationCheck]:
    """
    Record the findings on several items at once.

    :param findings: item → reason why it is returned; empty where it is in order
    :raises UnableToCheck: as `check_item`
    """
    return [
        check_item(
            registration_id=registration_id,
            item=item,
            verdict=RegistrationCheck.Verdict.RETURN if reason else RegistrationCheck.Verdict.PASS,
            reason=reason,
            actor=actor,
            round=round,
        )
        for item, reason in findings.items()
    ]


def _unchecked(registration: Registration) -> list[str]:
    done = set(registration.checks.filter(round=registration.round).values_list("item", flat=True))
    return [item for item in filing.items_to_check(registration.payload) if item not in done]


@transaction.atomic
def pass_registration(
    *, registration_id: int, actor: User, round: int | None = None, findings: Mapping[str, str] | None = None
) -> Registration:
    """
    Pass a registration whose items are all in order: it becomes the firm's record, a new firm is listed at once.

    :param findings: what is still to be recorded of the items, as `check_items`
    :raises PermissionDenied: if the actor is no regulator, or belongs to the firm
    :raises UnableToCheck: if an item is unchecked or returned, or a certificate stands under another firm by now
    """
    check_items(registration_id=registration_id, findings=findings or {}, actor=actor, round=round)
    registration = _to_check(registration_id, actor, round)
    if _unchecked(registration):
        raise UnableToCheck(_("Check every item before you decide."))
    if registration.checks.filter(round=registration.round, verdict=RegistrationCheck.Verdict.RETURN).exists():
        raise UnableToCheck(_("An item has to be corrected; return the registration."))
    intermediary = Intermediary.objects.locked().select_related("organisation").get(pk=registration.intermediary_id)
    now = clock.now()
    before = records.snapshot(intermediary)
    _record(registration, intermediary, actor)
    registration.pass_check(by=actor, at=now)
    registration.version += 1
    registration.save()
    first = registration.kind == Registration.Kind.INITIAL
    if first:
        intermediary.list_at(now)
    intermediary.save()
    refresh_standing(intermediary.organisation)
    audit.record(matter=registration.audit_matter, action="pass", actor=actor, after={"round": registration.round})
    audit.record(
        matter=intermediary.audit_matter,
        action="list" if first else "change particulars",
        actor=actor,
        before=before,
        after=records.snapshot(intermediary) | {"registration": registration.number},
    )
    notices.passed(registration)
    publish(IntermediaryListed(intermediary.pk) if first else IntermediaryChanged(intermediary.pk))
    return registration


def _record(registration: Registration, intermediary: Intermediary, actor: User) -> None:
    """Write the filing into the record, read anew: a certificate may have expired, or been taken, meanwhile."""
    read = filing.read(registration.payload, records.reference_for(intermediary))
    if problems := read.problems + records.clashes(intermediary, read):
        raise UnableToCheck(
            _("The filing has a fault by now; return it: %(problem)s") % {"problem": problems[0].message}
        )
    try:
        with transaction.atomic():
            records.write(
                intermediary, read, commitment=registration.payload["commitment"], actor=actor, at=clock.now()
            )
    except IntegrityError:
        raise UnableToCheck(_("A certificate or licence of this filing stands under another intermediary.")) from None


@transaction.atomic
def return_registration(
    *, registration_id: int, actor: User, round: int | None = None, findings: Mapping[str, str] | None = None
) -> Registration:
    """
    Return a registration with the reasons at its items; the firm corrects it and files it again.

    :param findings: what is still to be recorded of the items, as `check_items`
    :raises PermissionDenied: if the actor is no regulator, or belongs to the firm
    :raises UnableToCheck: if no item is returned, or some are unchecked
    """
    check_items(registration_id=registration_id, findings=findings or {}, actor=actor, round=round)
    registration = _to_check(registration_id, actor, round)
    if _unchecked(registration):
        raise UnableToCheck(_("Check every item before you decide."))
    returned = registration.checks.filter(round=registration.round, verdict=RegistrationCheck.Verdict.RETURN)
    reasons = list(returned.values_list("reason", flat=True))
    if not reasons:
        raise UnableToCheck(_("Every item is in order; there is nothing to return."))
    intermediary = Intermediary.objects.locked().get(pk=registration.intermediary_id)
    registration.send_back(by=actor, at=clock.now())
    registration.version += 1
    registration.save()
    if registration.kind == Registration.Kind.INITIAL:
        intermediary.send_back()
        intermediary.save()
    audit.record(
        matter=registration.audit_matter,
        action="return",
        actor=actor,
        after={"round": registration.round, "reasons": reasons},
    )
    notices.returned(registration, reasons)
    return registration
