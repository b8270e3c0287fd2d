from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock, outbox
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import crediting, notices, permissions
from ..choices import Party
from ..models import Contract, Deliverable
from .completing import complete_if_done
from .delivering import ACCEPTANCE_DUE
from .locking import demand, lock_contract


class UnableToDecide(DomainError):
    code = "unable-to-decide-deliverable"


@transaction.atomic
def decide_deliverable(*, deliverable_id: int, accepted: bool, reasons: str, actor: User) -> Deliverable:
    """
    Decide as a regulator, in the place of a silent owner or between the parties after a third return.

    Accepted: the milestone is done. Returned: the intermediary mends it and submits again.

    :raises Refused: unless the actor is a regulator who belongs to neither party
    :raises UnableToDecide: without reasons, while the owner's time still runs, or once it is answered
    """
    contract, seat = lock_contract(actor, milestones__deliverables__pk=deliverable_id)
    deliverable = Deliverable.objects.select_related("milestone").get(pk=deliverable_id)
    deliverable.milestone.contract = contract
    require(permissions.regulates(seat))
    demand(permissions.decision_is_open(deliverable, clock.now()), UnableToDecide)
    if not reasons.strip():
        fault = _("Give the reasons of the decision.")
        raise UnableToDecide(fault, {"reasons": fault})
    was_silent = deliverable.is_pending
    _note_decision(deliverable, accepted, reasons.strip(), actor)
    if was_silent and deliverable.submission == 1:
        crediting.count_first_answer(deliverable.milestone, accepted=accepted, actor=actor)
    if accepted:
        deliverable.milestone.accept(at=clock.now())
    else:
        deliverable.milestone.send_back()
    deliverable.milestone.save()
    audit.record(
        matter=contract.audit_matter,
        action=f"decided: {deliverable.decision}",
        actor=actor,
        after={
            "milestone": deliverable.milestone.position,
            "submission": deliverable.submission,
            "reasons": deliverable.decision_reasons,
        },
    )
    _tell(contract, deliverable)
    if accepted:
        complete_if_done(contract, actor)
    return deliverable


def _note_decision(deliverable: Deliverable, accepted: bool, reasons: str, actor: User) -> None:
    outcome = Deliverable.Outcome.ACCEPTED if accepted else Deliverable.Outcome.RETURNED
    now = clock.now()
    if deliverable.is_pending:
        deliverable.outcome, deliverable.answered_at, deliverable.answered_by = outcome, now, actor
        deliverable.reasons = "" if accepted else reasons
        outbox.cancel(ACCEPTANCE_DUE, str(deliverable.pk))
    deliverable.decision, deliverable.decision_reasons = outcome, reasons
    deliverable.decided_at, deliverable.decided_by = now, actor
    deliverable.save()


def _tell(contract: Contract, deliverable: Deliverable) -> None:
    for turn in (f"answer:{deliverable.pk}", f"decide:{deliverable.pk}"):
        notices.settle(contract, turn)
    accepted = deliverable.decision == Deliverable.Outcome.ACCEPTED
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            f"decided:{deliverable.pk}",
            subject=_("A regulator has decided about contract %(number)s"),
            body=(
                _("“%(milestone)s” counts as accepted: %(reasons)s")
                if accepted
                else _("“%(milestone)s” is to be mended and submitted again: %(reasons)s")
            ),
            milestone=deliverable.milestone.title,
            reasons=deliverable.decision_reasons,
        )
