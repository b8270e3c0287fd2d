"""The units that the documents print, and what they are in CNY."""

from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

YUAN, WAN, YI, SQUARE_METRE = "元", "万元", "亿元", "m²"

NAMES: dict[str, Promise] = {
    YUAN: pgettext_lazy("unit", "CNY"),
    WAN: pgettext_lazy("unit", "10,000 CNY"),
    YI: pgettext_lazy("unit", "100 million CNY"),
    SQUARE_METRE: pgettext_lazy("unit", "m²"),
}
IN_CNY = {YUAN: 1, WAN: 10**4, YI: 10**8}

#: 100 trillion CNY, or a trillion square metres: beyond it a unit was mistaken.
MOST_CNY = Fraction(10**14)
MOST_UNITS = Fraction(10**12)


def name_of(unit: str) -> Promise | str:
    """The unit in the page's language."""
    return NAMES.get(unit, unit)


def most(unit: str) -> Fraction:
    """The largest base that is asked about in this unit."""
    return MOST_CNY / IN_CNY[unit] if unit in IN_CNY else MOST_UNITS


def rate_factor(base_unit: str, fee_unit: str) -> Fraction:
    """What a rate on the base is multiplied by to give the fee's unit: 10000 from 亿元 to 万元, 1 for areas."""
    if base_unit not in IN_CNY:
        return Fraction(1)
    return Fraction(IN_CNY[base_unit], IN_CNY[fee_unit])
