"""Exact numbers of the calculator: read strictly, computed as fractions, printed as the documents print them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from .errors import UnableToCalculate

#: 9 integer digits more than any printed row needs, and as many decimals as one square metre in 100 million.
NUMBER = re.compile(r"(-?)([0-9]{1,30})(?:\.([0-9]{1,30}))?")
MAX_DECIMALS = 8
SHOWN_DECIMALS = 6
FEN = Decimal("0.01")


def read_number(value: object, field: str, *, most: Fraction) -> Fraction:
    """
    A number above 0 as the asker gave it.

    :raises UnableToCalculate: where it is no plain number, not above 0, above `most`, or finer than 8 decimals
    """
    match = NUMBER.fullmatch(_text_of(value))
    if match is None:
        raise UnableToCalculate(field, "not-a-number", _("Give a number in digits, such as 3.6."))
    sign, _whole, decimals = match.groups()
    number = Fraction(match[0])
    if sign or number == 0:
        raise UnableToCalculate(field, "not-positive", _("Give a number above 0."))
    if number > most:
        raise UnableToCalculate(field, "too-large", _("This number is larger than any project; check the unit."))
    if decimals and len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise UnableToCalculate(field, "too-precise", _("Give at most 8 decimals."))
    return number


def _text_of(value: object) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        # JSON numbers: their shortest decimal form is what was typed.
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and value.adjusted() < 40 else ""
    return str(value).strip()[:80]


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
