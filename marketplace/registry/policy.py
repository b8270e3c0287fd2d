from dataclasses import dataclass

from marketplace.core.policy import Numbers


@dataclass(frozen=True)
class RegistryPolicy(Numbers):
    """The (policy) numbers of registration."""

    registration_check_days: int = 2
    suspension_decision_days: int = 2
