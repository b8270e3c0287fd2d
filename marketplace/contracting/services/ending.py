from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock, events
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import notices, permissions
from ..choices import Party
from ..events import ContractTerminated
from ..models import Contract
from . import handover
from .locking import demand, lock_contract


class UnableToTerminate(DomainError):
    code = "unable-to-terminate-contract"


@transaction.atomic
def terminate_contract(*, contract_id: int, reason: str, actor: User) -> Contract:
    """
    End a contract as a regulator; the reason is published.

    :raises Refused: unless the actor is a regulator who belongs to neither party
    :raises UnableToTerminate: once it has ended, or without a reason
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.regulates(seat))
    demand(permissions.termination_is_open(contract), UnableToTerminate)
    if not reason.strip():
        fault = _("Give the reason.")
        raise UnableToTerminate(fault, {"reason": fault})
    end(contract, reason=reason.strip(), actor=actor)
    handover.contract_terminated(contract, reason.strip(), actor)
    return contract


def end(contract: Contract, *, reason: str, actor: User | None) -> None:
    """Mark a locked contract as terminated and tell both sides."""
    before = contract.state
    contract.terminate(at=clock.now(), reason=reason)
    contract.save()
    audit.record(
        matter=contract.audit_matter,
        action="terminated",
        actor=actor,
        before={"state": str(before)},
        after={"reason": reason},
    )
    events.publish(ContractTerminated(contract.pk))
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            "terminated",
            subject=_("Contract %(number)s has been terminated"),
            body=_("“%(title)s” ends: %(reason)s"),
            reason=reason,
        )


@transaction.atomic
def end_with_request(*, contract_id: int, reason: str) -> None:
    """End a contract that nobody has to sign any more, its request being over; safe to run again."""
    contract, _seat = lock_contract(None, pk=contract_id)
    if permissions.terms_are_open(contract):
        end(contract, reason=reason, actor=None)
