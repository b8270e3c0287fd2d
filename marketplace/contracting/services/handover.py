"""What a contract tells its request: every step of the request's own states goes through tendering's services."""

from marketplace.accounts.models import User

from ..models import Contract


def contract_signed(contract: Contract, actor: User) -> None:
    """Both have signed."""


def service_started(contract: Contract) -> None:
    """The first day of the service has come."""


def contract_completed(contract: Contract, actor: User) -> None:
    """The last deliverable was accepted."""


def award_lost(contract: Contract) -> None:
    """The intermediary did not sign: next in rank."""


def owner_defaulted(contract: Contract) -> None:
    """The owner did not sign: no posting of that project within 90 days."""


def contract_terminated(contract: Contract, actor: User) -> None:
    """A regulator ended the contract."""
