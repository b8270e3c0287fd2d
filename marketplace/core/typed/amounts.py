"""
How people write numbers (RULES, Comparing: Amounts): one reader for pages, API, command line and imports.

Pure. `static/js/amounts.js` reads the same texts alike; the worked cases of `tests/vectors` hold both to it.
"""

import re
import unicodedata
from decimal import Decimal
from enum import StrEnum

from .comparing import DASHES, visible

YUAN, WAN, YI = "元", "万元", "亿元"
#: What a number without a unit counts in a field of this unit, as a power of ten of one yuan.
POWERS = {YUAN: 0, WAN: 4, YI: 8}
#: No number of ours is written longer.
LONGEST = 80
#: What a column of the database still holds with two decimals, and more than any project has.
MOST = Decimal(10) ** 16

_SCALES = {"": 0, "万": 4, "亿": 8}
_WRITTEN = re.compile(r"([+-]?) ?(¥|CNY)? ?([+-]?) ?([0-9.,]{1,30}) ?([万亿]?) ?(元|CNY)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
#: A comma before one or two last digits; and 0,500, which is a half and no five hundred.
_DECIMAL_COMMA = re.compile(r"[0-9]*,[0-9]{1,2}|0+,[0-9]+")


class Reason(StrEnum):
    """Why a text is not read."""

    NO_AMOUNT = "not an amount"
    DECIMAL_COMMA = "a decimal comma"
    GROUPS = "separators not in groups of three"
    COMMA_AFTER_POINT = "a comma after the point"
    POINTS = "more than one point"
    UNITS = "more than one unit"
    OTHER_UNIT = "yuan in a field of another unit"
    DECIMALS = "more decimals than the field has"
    TOO_LARGE = "larger than any amount"
    BELOW_ZERO = "below zero"


class Unreadable(ValueError):
    """A text that is no number of its field; nothing is guessed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read(text: str, *, unit: str = YUAN, decimals: int = 2) -> Decimal:
    """
    The number that a text says, in the field's unit, with so many decimals.

    A unit in the text counts, so that `3000万` in a field of 亿元 is 0.3; in a field of what is no money (any other
    unit, or "") 万 and 亿 are read too, and 元 is not.

    :raises Unreadable: with the reason
    """
    sign, mark, number, scale, yuan = _parts(_plain(text))
    if sign == "-":
        raise Unreadable(Reason.BELOW_ZERO)
    number = _digits(number)
    shift = _shift(unit, scale, mark=mark, yuan=yuan)
    if len(number.partition(".")[2]) - shift > decimals:
        raise Unreadable(Reason.DECIMALS)
    value = Decimal(number).scaleb(shift)
    if value >= MOST:
        raise Unreadable(Reason.TOO_LARGE)
    return value.quantize(Decimal(1).scaleb(-decimals))


def read_percent(text: str, *, decimals: int = 2) -> Decimal:
    """
    A share in percent, with or without its sign.

    :raises Unreadable: with the reason
    """
    return read(_plain(text).removesuffix("%"), unit="%", decimals=decimals)


def _plain(text: str) -> str:
    """Full width made half, one sign for each dash, nothing that nobody sees."""
    if len(text) > LONGEST:
        raise Unreadable(Reason.NO_AMOUNT)
    return visible(unicodedata.normalize("NFKC", text)).translate(DASHES).upper()


def _parts(text: str) -> tuple[str, str, str, str, str]:
    """Sign, currency before the number, the number, its 万 or 亿, currency after it; what is not there is empty."""
    if len(re.findall("[万亿]", text)) > 1 and re.search("[0-9]", text):
        raise Unreadable(Reason.UNITS)
    found = _WRITTEN.fullmatch(text)
    if found is None or not re.search("[0-9]", found[4]) or (found[1] and found[3]):
        raise Unreadable(Reason.NO_AMOUNT)
    return found[1] or found[3], found[2] or "", found[4], found[5], found[6] or ""


def _digits(number: str) -> str:
    """The number with its point alone; separators stand in groups of three, before the point."""
    whole, point, fraction = number.partition(".")
    if "." in fraction:
        raise Unreadable(Reason.POINTS)
    if "," in fraction:
        is_decimal = "," not in whole and re.fullmatch(r"[0-9]+,[0-9]{1,2}", fraction)
        raise Unreadable(Reason.DECIMAL_COMMA if is_decimal else Reason.COMMA_AFTER_POINT)
    if "," in whole and not _GROUPED.fullmatch(whole):
        raise Unreadable(Reason.DECIMAL_COMMA if not point and _DECIMAL_COMMA.fullmatch(whole) else Reason.GROUPS)
    whole = whole.replace(",", "") or "0"
    return f"{whole}.{fraction}" if fraction else whole


def _shift(unit: str, scale: str, *, mark: str, yuan: str) -> int:
    """By which power of ten the number as written becomes one of the field's unit."""
    if unit not in POWERS:
        if mark or yuan:
            raise Unreadable(Reason.NO_AMOUNT)
        return _SCALES[scale]
    if scale or yuan:
        return _SCALES[scale] - POWERS[unit]
    if mark and unit != YUAN:
        # ¥3000 in a field of 万元: three thousand yuan, or thirty million? Asked, not guessed.
        raise Unreadable(Reason.OTHER_UNIT)
    return 0
