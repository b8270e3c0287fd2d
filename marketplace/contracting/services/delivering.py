from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, files, outbox
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import crediting, notices, permissions
from ..choices import Party
from ..models import Deliverable, DeliverableFile, Extension
from ..states import MilestoneState
from .locking import demand, lock_contract, policy_of
from .signing import DELIVERY_DUE

ACCEPTANCE_DUE = "contracting.acceptance_due"
MOST_FILES = 10


class UnableToDeliver(DomainError):
    code = "unable-to-deliver"


class UnableToExtend(DomainError):
    code = "unable-to-extend"


@transaction.atomic
def submit_deliverable(
    *, milestone_id: int, files_: Sequence[UploadedFile], actor: User, note: str = ""
) -> Deliverable:
    """
    Submit the work of a milestone; the owner answers within the policy's days.

    :param files_: one to ten uploads, each kept with its SHA-256
    :raises Refused: unless the actor acts for the intermediary
    :raises UnableToDeliver: if the milestone is not to be delivered now, or a file is not acceptable
    """
    contract, seat = lock_contract(actor, milestones__pk=milestone_id)
    milestone = contract.milestones.get(pk=milestone_id)
    milestone.contract = contract
    require(permissions.acts_as(seat, Party.INTERMEDIARY))
    demand(permissions.delivery_is_open(milestone), UnableToDeliver)
    if not 1 <= len(files_) <= MOST_FILES:
        fault = _("Choose one to %(most)d files.") % {"most": MOST_FILES}
        raise UnableToDeliver(fault, {"files": fault})
    now = clock.now()
    submission = milestone.deliverables.count() + 1
    deliverable = Deliverable.objects.create(
        milestone=milestone,
        submission=submission,
        note=note.strip(),
        submitted_by=actor,
        submitted_at=now,
        answer_due_at=calendar.end_of_working_day(clock.date_of(now), policy_of(contract).acceptance_days),
    )
    stored = [_store(upload, actor) for upload in files_]
    DeliverableFile.objects.bulk_create(DeliverableFile(deliverable=deliverable, file=each) for each in stored)
    milestone.submit()
    milestone.save()
    outbox.schedule(ACCEPTANCE_DUE, str(deliverable.pk), deliverable.answer_due_at)
    if submission == 1:
        outbox.cancel(DELIVERY_DUE, str(milestone.pk))
        crediting.count_delivery(milestone, kept=now < milestone.due_at, actor=actor)
    audit.record(
        matter=contract.audit_matter,
        action="delivered",
        actor=actor,
        after={
            "milestone": milestone.position,
            "submission": submission,
            "files": [{"name": each.name, "sha256": each.sha256} for each in stored],
        },
    )
    notices.settle(contract, f"deliver:{milestone.pk}")
    notices.tell(
        contract.owner,
        contract,
        f"delivered:{deliverable.pk}",
        at=("contracting:deliverable-answer", contract.number, deliverable.pk),
        turn=f"answer:{deliverable.pk}",
        subject=_("Accept or return a deliverable of contract %(number)s"),
        body=_("%(intermediary)s has submitted “%(milestone)s”. Answer by %(until)s."),
        milestone=milestone.title,
        until=calendar.day_due(deliverable.answer_due_at),
    )
    return deliverable


def _store(upload: UploadedFile, actor: User) -> files.StoredFile:
    try:
        return files.store(upload, actor=actor)
    except ValidationError as fault:
        raise UnableToDeliver(fault.messages[0], {"files": f"{upload.name}: {fault.messages[0]}"}) from fault


@transaction.atomic
def extend_milestone(*, milestone_id: int, due_on: date, reason: str, actor: User) -> Extension:
    """
    Grant a later delivery date before the present one is over.

    :raises Refused: unless the actor acts for the owner
    :raises UnableToExtend: once it is over or something was submitted, or with a date that is not later
    """
    contract, seat = lock_contract(actor, milestones__pk=milestone_id)
    milestone = contract.milestones.get(pk=milestone_id)
    milestone.contract = contract
    require(permissions.acts_as(seat, Party.OWNER))
    demand(permissions.extension_is_open(milestone, clock.now()), UnableToExtend)
    errors = {}
    if due_on <= milestone.due_on:
        errors["due_on"] = _("The new date lies after the present one.")
    if not reason.strip():
        errors["reason"] = _("Give the reason.")
    if errors:
        raise UnableToExtend(_("The date cannot be moved like this."), errors)
    extension = Extension.objects.create(
        milestone=milestone,
        due_on_before=milestone.due_on,
        due_on=due_on,
        reason=reason.strip(),
        granted_by=actor,
        granted_at=clock.now(),
    )
    milestone.due_on = due_on
    milestone.save(update_fields=["due_on"])
    if contract.service_ends_on < due_on:
        contract.service_ends_on = due_on
        contract.save(update_fields=["service_ends_on"])
    outbox.schedule(DELIVERY_DUE, str(milestone.pk), milestone.due_at)
    audit.record(
        matter=contract.audit_matter,
        action="delivery date moved",
        actor=actor,
        before={"milestone": milestone.position, "due_on": extension.due_on_before.isoformat()},
        after={"due_on": due_on.isoformat(), "reason": extension.reason},
    )
    notices.tell(
        contract.intermediary,
        contract,
        f"extended:{extension.pk}",
        subject=_("Later delivery date in contract %(number)s"),
        body=_("%(owner)s has moved the date of “%(milestone)s” to %(until)s."),
        milestone=milestone.title,
        until=due_on.isoformat(),
    )
    return extension


@transaction.atomic
def note_late_delivery(*, milestone_id: int) -> None:
    """Record that nothing was submitted by the delivery date; due work, safe to run again."""
    contract, _seat = lock_contract(None, milestones__pk=milestone_id)
    milestone = contract.milestones.get(pk=milestone_id)
    milestone.contract = contract
    is_late = milestone.state == MilestoneState.AHEAD and clock.now() >= milestone.due_at
    if not is_late or not permissions.in_service(contract):
        return
    crediting.count_delivery(milestone, kept=False)
    audit.record(
        matter=contract.audit_matter,
        action="delivery overdue",
        actor=None,
        after={"milestone": milestone.position, "due_on": milestone.due_on.isoformat()},
    )
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            f"late:{milestone.pk}",
            subject=_("A deliverable of contract %(number)s is overdue"),
            body=_("“%(milestone)s” was to be delivered by %(until)s."),
            milestone=milestone.title,
            until=milestone.due_on.isoformat(),
        )
