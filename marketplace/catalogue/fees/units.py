"""The units that the documents print, and what they are in CNY."""

from fractions import Fraction

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.failures import Text
from marketplace.core.money import capital_cny, format_cny
from marketplace.core.typed import reading
from marketplace.core.typed.amounts import POWERS, WAN, YI, YUAN

from .numbers import round_fen

__all__ = ["IN_CNY", "NAMES", "WAN", "YI", "YUAN", "most", "name_of", "question_about", "rate_factor"]

SQUARE_METRE = "m²"
NAMES: dict[str, Promise] = {**reading.UNITS, SQUARE_METRE: pgettext_lazy("unit", "m²")}
IN_CNY = {unit: 10**power for unit, power in POWERS.items()}

#: 100 trillion CNY, or a trillion square metres: beyond it a unit was mistaken.
MOST_CNY = Fraction(10**14)
MOST_UNITS = Fraction(10**12)
#: What a project usually comes to, in CNY, or in units of another kind; a thousand times as much is asked about.
USUAL_CNY, USUAL_UNITS = 10**8, 10**4
QUESTION_FROM = 1000


def name_of(unit: str) -> Promise | str:
    """The unit in the page's language."""
    return NAMES.get(unit, unit)


def most(unit: str) -> Fraction:
    """The largest base that is asked about in this unit."""
    return MOST_CNY / IN_CNY[unit] if unit in IN_CNY else MOST_UNITS


def question_about(base: Fraction, unit: str) -> Text | None:
    """What to ask about a base that is a thousand times the usual, as 3000 typed where 亿元 are counted; None else."""
    if base * IN_CNY.get(unit, 1) < QUESTION_FROM * (USUAL_CNY if unit in IN_CNY else USUAL_UNITS):
        return None
    number = f"{int(base):,}" if base.denominator == 1 else f"{float(base):,}"
    if unit not in IN_CNY:
        return format_lazy(
            _("{number} {unit} is a thousand times the usual. Is that what you mean?"),
            number=number,
            unit=name_of(unit),
        )
    amount = round_fen(base * IN_CNY[unit])
    return format_lazy(
        _("{number} ({unit}) is {amount}, in words {words}: a thousand times the usual. Is that what you mean?"),
        number=number,
        unit=name_of(unit),
        amount=format_cny(amount),
        words=capital_cny(amount),
    )


def rate_factor(base_unit: str, fee_unit: str) -> Fraction:
    """What a rate on the base is multiplied by to give the fee's unit: 10000 from 亿元 to 万元, 1 for areas."""
    if base_unit not in IN_CNY:
        return Fraction(1)
    return Fraction(IN_CNY[base_unit], IN_CNY[fee_unit])
