"""Numbers of the calculator as the asker gives them, read strictly and exactly."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text
from marketplace.core.typed import amounts
from marketplace.core.typed.amounts import Reason, Unreadable
from marketplace.core.typed.reading import amount_error

from .errors import UnableToCalculate

#: As many as one yuan in 100 million.
MAX_DECIMALS = 8
#: Refusals that callers know by a name of the calculator's own; every other goes by the reader's.
CODES = {
    Reason.NO_AMOUNT: "not-a-number",
    Reason.BELOW_ZERO: "not-positive",
    Reason.TOO_LARGE: "too-large",
    Reason.DECIMALS: "too-precise",
}


def read_number(value: object, field: str, *, most: Fraction, unit: str = "") -> Fraction:
    """
    A number above 0 as the asker gave it, in the unit that the document counts in.

    :raises UnableToCalculate: where it is no number, not above 0, above `most`, or finer than 8 decimals
    """
    text = _text_of(value)
    try:
        number = Fraction(amounts.read(text, unit=unit, decimals=MAX_DECIMALS))
    except Unreadable as failure:
        code = CODES.get(failure.reason) or failure.reason.name.lower().replace("_", "-")
        raise UnableToCalculate(field, code, _words_of(failure, unit)) from None
    if number == 0:
        raise UnableToCalculate(field, "not-positive", _("Give a number above 0."))
    if number > most:
        raise UnableToCalculate(field, "too-large", _("This number is larger than any project; check the unit."))
    return number


def _words_of(failure: Unreadable, unit: str) -> Text:
    own: dict[Reason, Text] = {
        Reason.NO_AMOUNT: _("Give a number in digits, such as 3.6."),
        Reason.BELOW_ZERO: _("Give a number above 0."),
        Reason.TOO_LARGE: _("This number is larger than any project; check the unit."),
    }
    return own.get(failure.reason) or amount_error(failure, unit=unit, decimals=MAX_DECIMALS).messages[0]


def _text_of(value: object) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        # JSON numbers: their shortest decimal form is what was typed.
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        # Computed, not typed: zeros at its end say nothing.
        return format(value.normalize(), "f") if value.is_finite() and value.adjusted() < 40 else ""
    return str(value)
