"""
Conduct events: one regulator proposes, another decides.

The rest of the course (notice and answer, appeal, revocation, repair) adds further kinds of steps to the same case.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from credit.models import ConductEvent, CreditModel, CreditRule, EventEvidence, EventStep
from credit.permissions import can_decide_event, can_propose_event
from credit.rating.windows import ONE_DAY
from marketplace.accounts.models import Organisation, User
from marketplace.accounts.notices import notify
from marketplace.core import audit, clock, files
from marketplace.core.failures import DomainError
from marketplace.core.numbers import next_number
from marketplace.core.permissions import require

from .standings import refresh_standing


class UnableToPropose(DomainError):
    """A proposal that the rules refuse."""

    code = "unable-to-propose"


class UnableToDecide(DomainError):
    """A decision that the rules refuse."""

    code = "unable-to-decide"


@transaction.atomic
def propose_event(
    *,
    subject: Organisation,
    rule: CreditRule,
    happened_on: date,
    facts: str,
    evidence: str,
    uploads: Iterable[Any] = (),
    actor: User,
) -> ConductEvent:
    """
    Propose a credit event; it is neither shown nor counted before another person has decided it.

    :param uploads: files that prove the facts
    :raises Refused: if the actor is not a regulator
    :raises UnableToPropose: with every field that is missing or impossible
    """
    require(can_propose_event(actor))
    _check_proposal(subject, happened_on, facts, evidence)
    model = CreditModel.objects.in_force_on(clock.today())
    event = ConductEvent.objects.create(
        number=next_number("XY"),
        subject=subject,
        rule=rule,
        model=model,
        direction=rule.direction,
        points=rule.points,
        validity_months=rule.validity_months,
        severity=rule.severity,
        happened_on=happened_on,
        facts=facts.strip(),
        evidence=evidence.strip(),
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    for upload in uploads:
        EventEvidence.objects.create(event=event, file=files.store(upload, actor=actor))
    _add_step(event, EventStep.Kind.PROPOSED, actor, facts)
    return event


def _check_proposal(subject: Organisation, happened_on: date, facts: str, evidence: str) -> None:
    errors = {}
    if subject.kind != Organisation.Kind.INTERMEDIARY:
        errors["subject"] = _("Credit events are about intermediaries only.")
    if happened_on > clock.today():
        errors["happened_on"] = _("The day lies in the future.")
    if not facts.strip():
        errors["facts"] = _("Say what happened.")
    if not evidence.strip():
        errors["evidence"] = _("Name the evidence.")
    if errors:
        raise UnableToPropose(_("The event cannot be proposed like this."), errors)


@transaction.atomic
def decide_event(*, event: ConductEvent, effective: bool, reason: str, actor: User) -> EventStep:
    """
    Decide a proposed event; it takes effect the calendar day after the decision, never earlier.

    :raises Refused: if the actor is not a regulator, proposed it, or it is decided already
    :raises UnableToDecide: without a reason
    """
    # The subject is locked first: a decision and a new rating must not overlook each other.
    subject = Organisation.objects.select_for_update(of=("self",)).get(pk=event.subject_id)
    event = ConductEvent.objects.with_steps().get(pk=event.pk)
    require(can_decide_event(actor, event))
    if not reason.strip():
        raise UnableToDecide(_("A decision needs its reason."), {"reason": _("Give the reason.")})
    kind = EventStep.Kind.EFFECTIVE if effective else EventStep.Kind.DISMISSED
    effective_on = clock.today() + ONE_DAY if effective else None
    try:
        step = _add_step(event, kind, actor, reason, effective_on)
    except IntegrityError as error:
        raise UnableToDecide(_("This event is decided already.")) from error
    refresh_standing(subject)
    if effective:
        _tell(event, subject, effective_on)
    return step


@transaction.atomic
def _add_step(event: ConductEvent, kind: str, actor: User, reason: str, effective_on: date | None = None) -> EventStep:
    position = EventStep.objects.filter(event=event).count() + 1
    step = EventStep.objects.create(
        event=event,
        position=position,
        kind=kind,
        actor=actor,
        proposer=event.proposed_by,
        reason=reason.strip(),
        effective_on=effective_on,
        recorded_at=clock.now(),
    )
    audit.record(
        matter=f"credit-event:{event.number}",
        action=f"event.{kind}",
        actor=actor,
        after={
            "subject": event.subject.uscc,
            "rule": event.rule.code,
            "points": event.signed_points,
            "reason": reason.strip(),
            "effective_on": str(effective_on) if effective_on else None,
        },
    )
    return step


def _tell(event: ConductEvent, subject: Organisation, effective_on: date | None) -> None:
    notify(
        organisation=subject,
        subject=_("Credit event %(number)s was decided"),
        body=_("%(rule)s: %(points)s points from %(day)s on. The reasons and the effect stand on your credit page."),
        params={
            "number": event.number,
            "rule": event.rule.code,
            "points": f"{event.signed_points:+d}".replace("-", "−"),
            "day": effective_on,
        },
        url=reverse("credit:standing", args=[subject.uscc]),
        key=f"credit-event:{event.number}:decided",
    )
