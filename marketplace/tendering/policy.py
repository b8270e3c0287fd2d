from dataclasses import dataclass
from decimal import Decimal

from marketplace.core.policy import Numbers


@dataclass(frozen=True)
class TenderingPolicy(Numbers):
    """The (policy) numbers of requests and selections."""

    review_before_publication: bool = True
    review_days: int = 1
    bid_period_days: int = 3
    questions_per_firm: int = 5
    answer_days: int = 1
    substance_changes: int = 2
    owner_pick_days: int = 2
    public_value: bool = False
    public_value_minutes: int = 10
    public_value_days: int = 5
    marking_days: int = 3
    publicity_days: int = 3
    objection_decision_days: int = 5
    award_notice_days: int = 1
    contract_days: int = 10
    publish_bidder_names: bool = True
    origin_decision_days: int = 3
    origin_open_days: int = 5
    direct_limit_cny: Decimal = Decimal("50000.00")
    fiscal_procurement_limit_cny: Decimal = Decimal("1000000.00")
