"""How every operation begins: the contract's row locked, whatever the operation is about."""

from typing import Any

from marketplace.accounts.models import User
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision

from ..models import Contract
from ..permissions import Seat, seat_of
from ..policy import ContractingPolicy


def lock_contract(actor: User | None, **lookup: Any) -> tuple[Contract, Seat]:
    """
    The contract, locked until the transaction ends, and the actor's seat in it.

    :param lookup: names the contract by itself or by what belongs to it, such as `milestones__pk=1`
    :raises Contract.DoesNotExist: if there is none
    """
    contract_id = Contract.objects.values_list("pk", flat=True).get(**lookup)
    # Two people pressing at once queue here; the second one then sees what the first one did.
    contract = (
        Contract.objects.locked().select_related("owner", "intermediary", "award__work_request").get(pk=contract_id)
    )
    return contract, seat_of(actor, contract) if actor else Seat(None, frozenset(), False)


def demand(decision: Decision, failure: type[DomainError]) -> None:
    """
    Go on only where the contract is at the right point.

    :raises DomainError: the named failure, with the decision's reason
    """
    if not decision:
        raise failure(decision.reason)


def policy_of(contract: Contract) -> ContractingPolicy:
    """The version that the request was published under."""
    return ContractingPolicy.of(contract.policy_version)
