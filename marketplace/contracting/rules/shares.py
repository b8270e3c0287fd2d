"""How a price is shared among milestones."""

from collections.abc import Sequence
from decimal import Decimal

from marketplace.core.money import round_fen

HUNDRED = Decimal(100)


def amounts(price: Decimal, percents: Sequence[Decimal]) -> list[Decimal]:
    """
    The amounts in CNY that percents of a price come to.

    Running totals are rounded half up to the fen, so that the amounts sum exactly to the price.

    :raises ValueError: unless the percents are above zero and add to exactly 100
    """
    if any(percent <= 0 for percent in percents) or sum(percents) != HUNDRED:
        raise ValueError("percents above zero that add to 100 are needed")
    found, share, before = [], Decimal(0), Decimal(0)
    for percent in percents:
        share += percent
        total = round_fen(price * share / HUNDRED)
        found.append(total - before)
        before = total
    return found
