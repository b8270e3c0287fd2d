from dataclasses import dataclass

from marketplace.core.events import Event


@dataclass(frozen=True)
class ContractSigned(Event):
    """Both sides have signed the same text."""

    contract_id: int


@dataclass(frozen=True)
class ContractLapsed(Event):
    """The intermediary did not sign in time, and its award passes on."""

    contract_id: int


@dataclass(frozen=True)
class ContractCompleted(Event):
    """The last deliverable was accepted."""

    contract_id: int


@dataclass(frozen=True)
class ContractTerminated(Event):
    """A regulator ended the contract."""

    contract_id: int


@dataclass(frozen=True)
class ContractRated(Event):
    """The owner rated the contract, or changed its rating."""

    contract_id: int
