"""Numbers of the credit pages: rounded for reading, or with every digit that was worked out."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template

from credit.wording import points_text

register = template.Library()


@register.filter
def decimals(value: Decimal, places: int) -> Decimal:
    """Rounded half up to so many decimals."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@register.filter
def short(value: Decimal) -> str:
    """Without trailing zeros: 0.5, 3800."""
    return format(value.normalize(), "f")


@register.filter
def digits(value: Decimal, full: Any) -> Decimal | str:
    """Four decimals, or every digit where the page shows all."""
    return format(value, "f") if full else decimals(value, 4)


@register.filter
def points(value: int) -> str:
    """+2 or −3."""
    return points_text(int(value))
