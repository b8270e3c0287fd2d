"""Exact numbers of the calculator: computed as fractions, printed as the documents print them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

SHOWN_DECIMALS = 6


def to_decimal(number: Fraction, places: int) -> Decimal:
    """Rounded half up to so many places, from the exact value."""
    scaled = number * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places)


def round_fen(amount: Fraction) -> Decimal:
    """An amount above 0 rounded half up to the fen."""
    return to_decimal(amount, 2)


def is_exact(number: Fraction, places: int = SHOWN_DECIMALS) -> bool:
    """Whether so many decimals print the number to its end."""
    return (10**places) % number.denominator == 0


def plain(number: Fraction, least: int = 0) -> str:
    """As printed: at least `least` decimals, no further zeros, and ≈ where six decimals do not end it."""
    text = format(to_decimal(number, SHOWN_DECIMALS), "f")
    whole, decimals = text.split(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    mark = "" if is_exact(number) else "≈ "
    return mark + (f"{whole}.{decimals}" if decimals else whole)


def percent(rate: Fraction) -> str:
    """A rate in percent: 0.0055 is 0.55%."""
    return f"{plain(rate * 100)}%"


def quantize(number: Fraction) -> Decimal:
    """For storage beside the text: six decimals."""
    return to_decimal(number, SHOWN_DECIMALS).quantize(Decimal(10) ** -SHOWN_DECIMALS, ROUND_HALF_UP)
