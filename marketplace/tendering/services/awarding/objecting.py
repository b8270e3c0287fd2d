"""Objections in a publicity period: they stop its clock once, and are decided together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation, User
from marketplace.core import audit, calendar, clock, files, outbox
from marketplace.core.events import publish
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary

from ... import events, notices, permissions
from ...failures import joined
from ...models import Award, Objection, ObjectionEvidence, WorkRequest
from ...policy import TenderingPolicy
from ...rules import deadlines
from .publicity import locked_award, schedule_confirmation, turn_of_next

OVERDUE = "tendering.objections_overdue"
MOST_EVIDENCE = 5
REMEDIES = ("next", "void")


class UnableToObject(DomainError):
    code = "unable-to-object"


class UnableToDecide(DomainError):
    code = "unable-to-decide"


@transaction.atomic
def submit_objection(
    *,
    award_id: int,
    intermediary: Intermediary,
    ground: str,
    statement: str,
    actor: User,
    evidence: Sequence[UploadedFile] = (),
) -> Objection:
    """
    Object to a result within its publicity period, on stated grounds.

    The first objection stops the clock; the award waits for the decision.

    :raises Refused: outside the period, by one who did not bid, or a second time
    :raises UnableToObject: without ground or statement, or with evidence that cannot be taken
    """
    work_request, award = locked_award(award_id)
    require(permissions.can_object(actor, award, intermediary))
    _check_objection(ground, statement, evidence)
    now = clock.now()
    first = award.objections.pending().order_by("submitted_at").first()
    rules = TenderingPolicy.of(work_request.policy_version)
    regulators = notices.regulators_of(work_request)
    objection = Objection.objects.create(
        award=award,
        objector=intermediary,
        submitted_by=actor,
        submitted_at=now,
        ground=ground,
        statement=statement.strip(),
        regulator=first.regulator if first else (regulators[0] if regulators else None),
        first_regulator=first.first_regulator if first else None,
        escalated_at=first.escalated_at if first else None,
        due_at=(
            first.due_at if first else calendar.end_of_working_day(clock.date_of(now), rules.objection_decision_days)
        ),
    )
    _store_evidence(objection, evidence, actor)
    if award.state == Award.State.PUBLICITY and award.stopped_at is None:
        award.stop(at=now, days_left=deadlines.days_left(now, award.publicity_ends_at, working_days=calendar.current()))
        award.save()
    if first is None:
        schedule_overdue(award, objection.due_at)
    audit.record(
        matter=work_request.audit_matter,
        action="objection.submitted",
        actor=actor,
        after={"uscc": intermediary.uscc, "ground": ground, "clock": award.state},
    )
    received: dict[str, Any] = {
        "subject": _("%(number)s: an objection was received"),
        "body": _("%(title)s: the award waits until a regulator has decided, by %(day)s."),
        "day": calendar.day_due(objection.due_at),
    }
    parties = [work_request.owner, award.intermediary.organisation]
    notices.tell(parties, work_request, occasion=f"objection:{objection.pk}", at=_result_of(work_request), **received)
    if objection.regulator:
        _ask(work_request, [objection.regulator], f"objection:{objection.pk}", **received)
    return objection


@transaction.atomic
def decide_objections(*, award_id: int, upheld: bool, reasons: str, actor: User, remedy: str = "next") -> Award | None:
    """
    Decide all objections of a publicity period together.

    Rejected: the time that was left runs on. Upheld: the next in rank, or the request is voided.

    :param remedy: "next" or "void", where upheld
    :returns: the award that is live afterwards, if one is
    :raises Refused: if nothing waits, or the actor is no regulator, acts for a party, or is overdue
    :raises UnableToDecide: without reasons, or with an unknown remedy
    """
    work_request, award = locked_award(award_id)
    require(permissions.can_decide_objections(actor, award))
    errors: dict[str, Text] = {}
    if not reasons.strip():
        errors["reasons"] = _("Give the reasons; they are published.")
    if upheld and remedy not in REMEDIES:
        errors["remedy"] = _("Choose what follows.")
    if errors:
        raise UnableToDecide(joined(list(errors.values())), errors)
    now = clock.now()
    outcome = Objection.Outcome.UPHELD if upheld else Objection.Outcome.REJECTED
    pending = list(award.objections.pending().select_related("objector__organisation"))
    award.objections.pending().update(outcome=outcome, decided_at=now, decided_by=actor, reasons=reasons.strip())
    for one in pending:
        outbox.cancel(OVERDUE, _overdue_key(award, one.due_at))
    audit.record(
        matter=work_request.audit_matter,
        action="objections.decided",
        actor=actor,
        after={"outcome": str(outcome), "remedy": remedy if upheld else None, "reasons": reasons.strip()},
    )
    notices.settle(work_request, "objections")
    notices.tell(
        [work_request.owner, award.intermediary.organisation, *(one.objector.organisation for one in pending)],
        work_request,
        occasion=f"objections_decided:{award.rank}:{pending[0].pk}",
        at=_result_of(work_request),
        subject=_("%(number)s: the objections were decided"),
        body=_("%(title)s: %(reasons)s"),
        reasons=reasons.strip(),
    )
    if not upheld:
        return _run_on(award)
    award.overturn(at=now, reason=reasons.strip()[:400])
    award.save()
    if remedy == "next":
        following = turn_of_next(work_request)
        publish(events.AwardPassedOn(award.pk, following.pk if following else None))
        return following
    _void(work_request, reasons.strip())
    return None


@transaction.atomic
def escalate_objections(*, award_id: int) -> None:
    """Give overdue objections to a second regulator, with a time of its own; the award waits. Safe to call again."""
    work_request, award = locked_award(award_id)
    pending = list(award.objections.pending().select_related("regulator"))
    now = clock.now()
    if not pending or min(one.due_at for one in pending) > now or work_request.status == WorkRequest.Status.SUSPENDED:
        return
    first = pending[0].first_regulator or pending[0].regulator
    second = _second_regulator(work_request, first)
    rules = TenderingPolicy.of(work_request.policy_version)
    due_at = calendar.end_of_working_day(clock.date_of(now), rules.objection_decision_days)
    award.objections.pending().update(
        regulator=second or first, first_regulator=first if second else None, due_at=due_at, escalated_at=now
    )
    audit.record(
        matter=work_request.audit_matter,
        action="objections.escalated",
        actor=None,
        before={"regulator": str(first) if first else None},
        after={"regulator": str(second or first), "due_at": due_at.isoformat()},
    )
    told = [one for one in (first, second) if one is not None]
    _ask(
        work_request,
        told,
        f"objections_overdue:{award.rank}:{due_at.isoformat()}",
        subject=_("%(number)s: the decision about an objection is overdue"),
        body=_("%(title)s: a second regulator decides by %(day)s."),
        day=calendar.day_due(due_at),
    )
    schedule_overdue(award, due_at)


def _ask(work_request: WorkRequest, regulators: list[Organisation], occasion: str, **words: Any) -> None:
    """Tell regulators that objections wait for their decision."""
    at = notices.page("tendering_console:objections", work_request.number)
    notices.tell(regulators, work_request, occasion=occasion, at=at, turn="objections", **words)


def _result_of(work_request: WorkRequest) -> str:
    return notices.page("tendering:award-detail", work_request.number)


def _overdue_key(award: Award, due_at: datetime) -> str:
    # Each time limit is work of its own: a handler must not move the row that it is being run from.
    return f"{award.number}:{due_at.isoformat()}"


def _second_regulator(work_request: WorkRequest, first: Organisation | None) -> Organisation | None:
    others = Organisation.objects.authorities().filter(memberships__is_active=True).exclude(pk=work_request.owner_id)
    if first is not None:
        others = others.exclude(pk=first.pk)
    return others.order_by("pk").distinct().first()


def _check_objection(ground: str, statement: str, evidence: Sequence[UploadedFile]) -> None:
    errors: dict[str, Text] = {}
    if ground not in Objection.Ground.values:
        errors["ground"] = _("Choose a ground.")
    if not statement.strip():
        errors["statement"] = _("State what is wrong, and why.")
    elif len(statement) > 8000:
        errors["statement"] = _("At most %(most)d characters.") % {"most": 8000}
    if len(evidence) > MOST_EVIDENCE:
        errors["evidence"] = _("At most %(most)d files can be attached.") % {"most": MOST_EVIDENCE}
    for upload in evidence:
        try:
            files.check(upload)
        except ValidationError as error:
            errors["evidence"] = joined(error.messages)
    if errors:
        raise UnableToObject(joined(list(errors.values())), errors)


def _store_evidence(objection: Objection, evidence: Sequence[UploadedFile], actor: User) -> None:
    for upload in evidence:
        ObjectionEvidence.objects.create(objection=objection, file=files.store(upload, actor=actor))


def schedule_overdue(award: Award, due_at: datetime) -> None:
    outbox.schedule(OVERDUE, _overdue_key(award, due_at), due_at, {"award_id": award.pk})


def _run_on(award: Award) -> Award:
    now = clock.now()
    if award.state == Award.State.STOPPED:
        # From the day after: the days left are counted from today's date on.
        award.run_on(until=calendar.end_of_working_day(clock.date_of(now), award.days_left_when_stopped or 0))
        award.save()
    schedule_confirmation(award, not_before=now)
    return award


def _void(work_request: WorkRequest, reason: str) -> None:
    work_request.void(at=clock.now(), reason=reason)
    work_request.save()
    notices.tell(
        [*notices.bidders_of(work_request), work_request.owner],
        work_request,
        occasion="voided",
        subject=_("%(number)s was voided"),
        body=_("%(title)s: %(reason)s"),
        reason=reason,
    )
    publish(events.RequestEnded(work_request.pk))
