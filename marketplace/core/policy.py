"""The market's (policy) numbers: defaults here, versions in the table, the version kept by each matter."""

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from . import clock
from .models import MarketPolicy


@dataclass(frozen=True)
class Policy:
    """One version; "days" are working days, money is CNY."""

    version: str = "2026.1"
    registration_check_days: int = 2
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
    contract_filing_days: int = 5
    acceptance_days: int = 5
    acceptance_decision_days: int = 5
    rating_days: int = 15
    rating_change_days: int = 3
    notice_days: int = 5
    publish_bidder_names: bool = True
    direct_limit_cny: Decimal = Decimal("50000.00")
    fiscal_procurement_limit_cny: Decimal = Decimal("1000000.00")


def _from_row(row: MarketPolicy) -> Policy:
    known = {field.name: field.type for field in fields(Policy)}
    values: dict[str, Any] = {
        name: Decimal(value) if known[name] is Decimal else value for name, value in row.values.items() if name in known
    }
    return replace(Policy(), **values, version=row.version)


def current() -> Policy:
    """The version in force today."""
    row = MarketPolicy.objects.filter(effective_on__lte=clock.today()).order_by("-effective_on").first()
    return _from_row(row) if row else Policy()


def version(name: str) -> Policy:
    """
    A version by its name, as a matter keeps it.

    :raises MarketPolicy.DoesNotExist: if there is none of that name
    """
    row = MarketPolicy.objects.filter(version=name).first()
    if row is None and name == Policy.version:
        return Policy()
    return _from_row(row or MarketPolicy.objects.get(version=name))
