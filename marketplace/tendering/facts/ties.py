"""What ties firms to each other by what was recorded of them."""

from collections.abc import Collection
from datetime import datetime

from marketplace.accounts.models import Organisation
from marketplace.accounts.particulars import firm_facts_at
from marketplace.core import clock

from ..rules.relations import Ties, ties_of


def ties_at(organisation_ids: Collection[int], at: datetime) -> dict[int, Ties]:
    """By organisation, the ties that were on record at an instant, in a fixed number of queries."""
    return {pk: ties_of(facts) for pk, facts in firm_facts_at(organisation_ids, at).items()}


def are_related(one: Organisation, other: Organisation, *, at: datetime | None = None) -> bool:
    """Whether two firms are related on what was recorded by an instant, or by now."""
    ties = ties_at([one.pk, other.pk], at or clock.now())
    return bool(ties[one.pk].shared_with(ties[other.pk]))
