from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, outbox
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import crediting, notices, permissions
from ..choices import Party
from ..models import Contract, Deliverable, Milestone
from .completing import complete_if_done
from .delivering import ACCEPTANCE_DUE
from .locking import demand, lock_contract, policy_of

#: The return that puts a milestone into dispute, and every one after it.
DISPUTED_RETURN = 3


class UnableToAnswer(DomainError):
    code = "unable-to-answer-deliverable"


@transaction.atomic
def accept_deliverable(*, deliverable_id: int, actor: User) -> Deliverable:
    """
    Accept a submission; with the last milestone's the contract is completed.

    :raises Refused: unless the actor acts for the owner
    :raises UnableToAnswer: if it has been answered already
    """
    contract, deliverable = _opened(deliverable_id, actor)
    milestone = deliverable.milestone
    deliverable.outcome = Deliverable.Outcome.ACCEPTED
    _note_answer(contract, deliverable, actor)
    milestone.accept(at=clock.now())
    milestone.save()
    notices.tell(
        contract.intermediary,
        contract,
        f"accepted:{deliverable.pk}",
        subject=_("Deliverable of contract %(number)s accepted"),
        body=_("%(owner)s has accepted “%(milestone)s”."),
        milestone=milestone.title,
    )
    complete_if_done(contract, actor)
    return deliverable


@transaction.atomic
def return_deliverable(*, deliverable_id: int, reasons: str, actor: User) -> Deliverable:
    """
    Return a submission with reasons; the third return of a milestone puts it into dispute, which a regulator decides.

    :raises Refused: unless the actor acts for the owner
    :raises UnableToAnswer: without reasons, or if it has been answered already
    """
    contract, deliverable = _opened(deliverable_id, actor)
    if not reasons.strip():
        fault = _("Say what has to be mended.")
        raise UnableToAnswer(fault, {"reasons": fault})
    milestone = deliverable.milestone
    deliverable.outcome, deliverable.reasons = Deliverable.Outcome.RETURNED, reasons.strip()
    is_disputed = _returns_of(milestone) + 1 >= DISPUTED_RETURN
    if is_disputed:
        deliverable.dispute_due_at = calendar.end_of_working_day(
            clock.today(), policy_of(contract).acceptance_decision_days
        )
        milestone.dispute()
    else:
        milestone.send_back()
    _note_answer(contract, deliverable, actor)
    milestone.save()
    notices.tell(
        contract.intermediary,
        contract,
        f"returned:{deliverable.pk}",
        at=() if is_disputed else ("contracting:deliver", contract.number, milestone.position),
        turn="" if is_disputed else f"deliver:{milestone.pk}",
        subject=_("Deliverable of contract %(number)s returned"),
        body=_("%(owner)s has returned “%(milestone)s”: %(reasons)s"),
        milestone=milestone.title,
        reasons=deliverable.reasons,
    )
    if is_disputed and deliverable.dispute_due_at:
        notices.tell_regulators(
            contract,
            f"disputed:{deliverable.pk}",
            at=("contracting_console:decide", deliverable.pk),
            turn=f"decide:{deliverable.pk}",
            subject=_("Decide the dispute in contract %(number)s"),
            body=_("“%(milestone)s” has been returned for the third time. Decide by %(until)s."),
            milestone=milestone.title,
            until=calendar.day_due(deliverable.dispute_due_at),
        )
    return deliverable


def _returns_of(milestone: Milestone) -> int:
    return milestone.deliverables.filter(outcome=Deliverable.Outcome.RETURNED).count()


def _opened(deliverable_id: int, actor: User) -> tuple[Contract, Deliverable]:
    contract, seat = lock_contract(actor, milestones__deliverables__pk=deliverable_id)
    deliverable = Deliverable.objects.select_related("milestone").get(pk=deliverable_id)
    deliverable.milestone.contract = contract
    require(permissions.acts_as(seat, Party.OWNER))
    demand(permissions.acceptance_is_open(deliverable), UnableToAnswer)
    return contract, deliverable


def _note_answer(contract: Contract, deliverable: Deliverable, actor: User) -> None:
    deliverable.answered_at, deliverable.answered_by = clock.now(), actor
    deliverable.save()
    outbox.cancel(ACCEPTANCE_DUE, str(deliverable.pk))
    for turn in (f"answer:{deliverable.pk}", f"decide:{deliverable.pk}"):
        notices.settle(contract, turn)
    if deliverable.submission == 1:
        accepted = deliverable.outcome == Deliverable.Outcome.ACCEPTED
        crediting.count_first_answer(deliverable.milestone, accepted=accepted, actor=actor)
    audit.record(
        matter=contract.audit_matter,
        action=str(deliverable.outcome),
        actor=actor,
        after={
            "milestone": deliverable.milestone.position,
            "submission": deliverable.submission,
            "reasons": deliverable.reasons,
        },
    )


@transaction.atomic
def remind_of_acceptance(*, deliverable_id: int) -> None:
    """The owner's time is over: remind it, and tell the regulators, who decide if it stays silent; due work."""
    contract, _seat = lock_contract(None, milestones__deliverables__pk=deliverable_id)
    deliverable = Deliverable.objects.select_related("milestone").get(pk=deliverable_id)
    deliverable.milestone.contract = contract
    if not permissions.decision_is_open(deliverable, clock.now()) or deliverable.reminded_at:
        return
    deliverable.reminded_at = clock.now()
    deliverable.save(update_fields=["reminded_at"])
    until = deliverable.decision_due_at(policy_of(contract).acceptance_decision_days)
    audit.record(
        matter=contract.audit_matter,
        action="owner reminded",
        actor=None,
        after={"milestone": deliverable.milestone.position, "submission": deliverable.submission},
    )
    notices.tell(
        contract.owner,
        contract,
        f"reminded:{deliverable.pk}",
        at=("contracting:deliverable-answer", contract.number, deliverable.pk),
        turn=f"answer:{deliverable.pk}",
        subject=_("Overdue: accept or return a deliverable of contract %(number)s"),
        body=_("The time for answering “%(milestone)s” is over. If you stay silent, a regulator decides by %(until)s."),
        milestone=deliverable.milestone.title,
        until=calendar.day_due(until),
    )
    notices.tell_regulators(
        contract,
        f"silent:{deliverable.pk}",
        at=("contracting_console:decide", deliverable.pk),
        turn=f"decide:{deliverable.pk}",
        subject=_("Decide an unanswered deliverable of contract %(number)s"),
        body=_("%(owner)s has not answered “%(milestone)s” in time. Decide by %(until)s."),
        milestone=deliverable.milestone.title,
        until=calendar.day_due(until),
    )
