"""What was paid against the standard."""

from typing import Any

from ..facts.purchases import standard_of
from ..models import Award


def share_of_standard(award: Award) -> Any:
    """The award price over the sum of the items' standards, where all have one."""
    standard = standard_of(award.work_request.request_items.all())
    return award.price / standard if standard else None
