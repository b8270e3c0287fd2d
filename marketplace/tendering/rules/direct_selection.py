"""
Direct selection (RULES, Selection methods): at what price and time a firm can be picked, and how much it may get.

The candidates are the listed offers of all firms that meet the request's conditions at the time of the pick. A bundle's
price is the sum of its items' offers, each rounded; its time is the longest of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from marketplace.core.calendar import months_after
from marketplace.core.clock import date_of
from marketplace.core.failures import Text
from marketplace.core.money import format_cny

WINDOW_MONTHS = 12


@dataclass(frozen=True)
class AwardedDirectly:
    """What a firm was awarded without a competition: CNY, and when the publicity period began."""

    price: Decimal
    started_at: datetime


def bundle_price(prices: Sequence[Decimal | None]) -> Decimal | None:
    """The price of a whole request in CNY; None where one of its items has none."""
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def fits(price: Decimal, days: int, *, price_max: Decimal | None, service_days: int | None) -> bool:
    """Whether an offer lies within the request's limits; days are working days."""
    within_price = price_max is None or price <= price_max
    return price > 0 and within_price and days <= (service_days or 0)


def limit_problem(price_max: Decimal | None, *, limit: Decimal) -> Text | None:
    """Why public money cannot be spent by direct selection at all, before anybody is picked; None where it can."""
    if price_max is None or price_max > limit:
        return _(
            "With public money direct selection is for at most %(limit)s: give a price limit no higher than that, or "
            "choose a method by rule. After two failed requests a regulator can allow more."
        ) % {"limit": format_cny(limit)}
    return None


def sum_problem(spent: Decimal, price: Decimal, *, limit: Decimal) -> Text | None:
    """Why a firm can get no more of a project's public money by direct selection; None where it can."""
    if spent + price <= limit:
        return None
    return _(
        "This firm got %(spent)s by direct selection in this project within 12 months; with %(price)s it would be more "
        "than %(limit)s."
    ) % {"spent": format_cny(spent), "price": format_cny(price), "limit": format_cny(limit)}


def spent_within_window(awards: Iterable[AwardedDirectly], today: date) -> Decimal:
    """CNY of the awards that began within 12 months before a day."""
    return sum(
        (one.price for one in awards if today < months_after(date_of(one.started_at), WINDOW_MONTHS)), Decimal(0)
    )
