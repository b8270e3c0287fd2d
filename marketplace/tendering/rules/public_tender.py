"""
What may not be bought here (国家发展改革委令第16号, articles 2 and 5; 政府采购法 for fiscal buyers).

A project of budget or controlling state-owned money whose survey, design and supervision reach 1,000,000 CNY must go to
public tender. The owner declares the first condition; the sum is worked out over all requests of the project code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text
from marketplace.core.money import format_cny

MUST_TENDER_FROM = Decimal(1_000_000)


@dataclass(frozen=True)
class ItemFee:
    """
    One service of a purchase.

    :ivar is_tendered: whether it is survey, design or supervision
    :ivar standard: CNY; None where the document has none, or a coefficient is missing
    """

    is_tendered: bool
    standard: Decimal | None


@dataclass(frozen=True)
class Purchase:
    """What a request buys, and its price limit in CNY where there is one."""

    price_max: Decimal | None
    fees: tuple[ItemFee, ...]

    @property
    def tendered(self) -> list[ItemFee]:
        return [fee for fee in self.fees if fee.is_tendered]


def standard_of(fees: Iterable[ItemFee]) -> Decimal | None:
    """The sum of the items' standards, each rounded; None where one of them has none, or lacks a coefficient."""
    total = Decimal(0)
    for fee in fees:
        if fee.standard is None:
            return None
        total += fee.standard
    return total


def counted_amount(purchase: Purchase) -> Decimal | None:
    """
    What a request adds to its project's sum: its price limit, else the standard of its items that count.

    A limit stands for the whole request, so that a mixed one counts with all of it. None where neither is known.
    """
    if not purchase.tendered:
        return Decimal(0)
    return purchase.price_max if purchase.price_max is not None else standard_of(purchase.tendered)


def may_have_to_be_tendered(purchase: Purchase, *, public_project: bool | None) -> bool:
    """Whether the sum over the project decides."""
    return bool(purchase.tendered) and bool(public_project)


def tender_refusal(own: Purchase, others: Sequence[Purchase]) -> dict[str, Text]:
    """
    Why a purchase of a public project is refused, by field; empty where it is not.

    :param others: the project's other requests that count
    """
    amount = counted_amount(own)
    if amount is None:
        return {
            "price_max": _(
                "An item of survey, design or supervision without a complete fee standard needs a price limit."
            )
        }
    total = amount + sum((counted_amount(other) or Decimal(0) for other in others), Decimal(0))
    if total < MUST_TENDER_FROM:
        return {}
    return {
        "public_project": _(
            "Survey, design and supervision of this project add up to %(total)s. From %(limit)s on they must go to "
            "public tender (国家发展改革委令第16号, articles 2 and 5); the market cannot take this request."
        )
        % {"total": format_cny(total), "limit": format_cny(MUST_TENDER_FROM)}
    }


def procurement_refusal(own: Purchase, *, limit: Decimal) -> dict[str, Text]:
    """Why a purchase with an authority's fiscal money is refused, by field; empty where it is not."""
    amount = own.price_max if own.price_max is not None else standard_of(own.fees)
    if amount is None:
        return {"price_max": _("A purchase with fiscal money needs a price limit.")}
    if amount < limit:
        return {}
    return {
        "price_max": _(
            "Purchases with fiscal money of %(limit)s or more follow the government procurement law; the market cannot "
            "take this request."
        )
        % {"limit": format_cny(limit)}
    }
