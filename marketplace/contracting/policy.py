from dataclasses import dataclass

from marketplace.core.policy import Numbers


@dataclass(frozen=True)
class ContractingPolicy(Numbers):
    """The (policy) numbers of contracts, delivery and rating."""

    acceptance_days: int = 5
    payment_answer_days: int = 5
    acceptance_decision_days: int = 5
    payment_days: int = 10
    rating_days: int = 15
    rating_change_days: int = 3
