"""
What people type, read by one function for each kind of thing, on pages, in the API, on the command line and in imports.

Each raises Django's `ValidationError` with the reason in words. Codes are read by `identifiers`.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import amounts
from .amounts import YUAN, Reason, Unreadable
from .comparing import DASHES, ForeignLetter, key_of, visible
from .identifiers import foreign_letter

#: Units as forms show them and as answers name them.
UNITS: dict[str, Promise] = {
    amounts.YUAN: pgettext_lazy("unit", "CNY"),
    amounts.WAN: pgettext_lazy("unit", "10,000 CNY"),
    amounts.YI: pgettext_lazy("unit", "100 million CNY"),
}
#: Why an amount is not read, in words; that of `DECIMALS` depends on the field.
AMOUNT_REASONS: dict[Reason, str | Promise] = {
    Reason.NO_AMOUNT: _("Enter a number, such as 182400.00 or 18.24万."),
    Reason.DECIMAL_COMMA: _("A comma parts thousands; write decimals after a point, such as 3.6."),
    Reason.GROUPS: _("Commas stand between groups of three digits, such as 1,360,000; or leave them out."),
    Reason.COMMA_AFTER_POINT: _("No comma stands after the point; write 1,360.50."),
    Reason.POINTS: _("Write one point only, before the decimals."),
    Reason.UNITS: _("Write one unit only: 万 or 亿."),
    Reason.OTHER_UNIT: _("Say which unit you mean: write 元, 万元 or 亿元 after the number."),
    Reason.TOO_LARGE: _("This number is larger than any amount; check the unit."),
    Reason.BELOW_ZERO: _("Enter a number that is not below zero."),
}

_PHONE = re.compile(r"[+(]?[0-9][0-9()\- ]{5,38}")
_EXTENSION = re.compile(r" ?(转|EXT\.?|X) ?([0-9]{1,6})$")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


def read_amount(text: str, *, unit: str = YUAN, decimals: int = 2) -> Decimal:
    """
    An amount in the field's unit (`amounts.read`).

    :raises ValidationError: its `code` is the reason's name in small letters
    """
    try:
        return amounts.read(text, unit=unit, decimals=decimals)
    except Unreadable as failure:
        raise amount_error(failure, unit=unit, decimals=decimals) from None


def read_percent(text: str, *, decimals: int = 2) -> Decimal:
    """
    A share in percent, from 0 to 100, with or without its sign.

    :raises ValidationError: where it is no number, or above 100
    """
    try:
        share = amounts.read_percent(text, decimals=decimals)
    except Unreadable as failure:
        if failure.reason is Reason.NO_AMOUNT:
            raise ValidationError(_("Enter a share in percent, such as 25 or 33.5."), code="no_amount") from None
        raise amount_error(failure, unit="%", decimals=decimals) from None
    if share > 100:
        raise ValidationError(_("Enter a share of at most 100 percent."), code="above_100")
    return share


def amount_error(failure: Unreadable, *, unit: str, decimals: int) -> ValidationError:
    """A reader's refusal in words; the unit is named."""
    code = failure.reason.name.lower()
    if failure.reason is Reason.DECIMALS:
        of_unit, plain = (
            _("Write at most %(decimals)d decimals of %(unit)s."),
            _("Write at most %(decimals)d decimals."),
        )
        params = {"decimals": decimals, "unit": UNITS.get(unit, unit)}
        return ValidationError(of_unit if unit else plain, code=code, params=params)
    return ValidationError(str(AMOUNT_REASONS[failure.reason]), code=code)


def read_phone(text: str) -> str:
    """
    A telephone number as it is stored: half width, with plain hyphens, an extension after 转 as `-802`.

    :raises ValidationError: where it has other characters, or fewer than 7 or more than 20 digits
    """
    number = visible(unicodedata.normalize("NFKC", text)).translate(DASHES)
    number = _EXTENSION.sub(r"-\2", number.upper())
    number = re.sub(r" ?- ?", "-", number)
    digits = sum(character.isdigit() for character in number)
    if not _PHONE.fullmatch(number) or not 7 <= digits <= 20:
        raise ValidationError(_("Enter a telephone number, such as 0519-85680000."), code="phone")
    return number


def read_day(text: str) -> date:
    """
    A day, however its parts are parted: 2026-11-30, 2026/11/30, 2026.11.30, 2026年11月30日, 20261130.

    :raises ValidationError: where it is no day of the calendar
    """
    plain = re.sub(r"\s", "", visible(unicodedata.normalize("NFKC", text)).translate(DASHES))
    found = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) for part in found.groups() if part is not None)
        return date(year, month, day)
    except ValueError:
        raise ValidationError(_("Enter the date as 2026-11-30."), code="day") from None


def read_name(text: str, *, person: bool = False) -> str:
    """
    A name as it is stored and shown: what was typed, without what nobody sees.

    :raises ValidationError: where a letter is neither Latin nor Chinese (`letter`), so that it has no key
    """
    name = visible(text)
    try:
        key_of(name, person=person)
    except ForeignLetter as failure:
        raise foreign_letter(failure) from None
    return name
