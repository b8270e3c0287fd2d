"""Codes with a form of their own: unified social credit codes 统一社会信用代码, and codes of projects 项目代码."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc

from .comparing import ForeignLetter, key_of

LENGTH = 18
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
#: GB 32100-2015 with its amendment and maintenance tables: the registering department, and its kinds of bodies.
KINDS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
#: GB/T 2260: the first two digits of the provinces' division codes.
_REGIONS = {"1": "12345", "2": "123", "3": "1234567", "4": "123456", "5": "01234", "6": "12345", "7": "1", "8": "12"}
PROVINCES = frozenset(f"{region}{second}" for region, seconds in _REGIONS.items() for second in seconds)
NATIONAL = "100000"
#: GB 11714-1997: the weights of an organisation code's eight characters.
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: Year, or year and month, then division, industry, type, number.
PROJECT_CODE = re.compile(r"(?:(?:19|20)[0-9]{2}|[0-9]{2}(?:0[1-9]|1[0-2]))-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}")


def normalise(code: str) -> str:
    """
    The compact form of a unified social credit code: 18 capitals and digits, however it was typed.

    It is its own key for comparing.

    :raises ValidationError: its `code` is what is wrong: `letter`, `length`, `format`, `resident`, `kind`, `division`,
        `organisation` or `checksum`
    """
    # Written in groups, with hyphens or spaces between them.
    code = _key(code).replace("-", "")
    if len(code) != LENGTH:
        message = _("The code has 18 characters; this one has %(length)d.")
        raise ValidationError(message, code="length", params={"length": len(code)})
    if not ALPHABET.issuperset(code) or not code[2:8].isdigit():
        message = _(
            "The code has digits and capitals only, without I, O, S, V and Z; its third to eighth character are digits."
        )
        raise ValidationError(message, code="format")
    if _is_resident_number(code):
        raise ValidationError(
            _("This is the number of a resident's identity card, which is not stored here. Enter the firm's code."),
            code="resident",
        )
    if code[1] not in KINDS.get(code[0], ""):
        message = _("No body has a code that begins with %(start)s; compare the first two characters.")
        raise ValidationError(message, code="kind", params={"start": code[:2]})
    if code[2:4] not in PROVINCES and code[2:8] != NATIONAL:
        message = _("No division has the code %(division)s; compare the third to eighth character.")
        raise ValidationError(message, code="division", params={"division": code[2:8]})
    if code[16] != organisation_digit(code[8:16]):
        message = _("The check digit of the organisation does not fit; compare the ninth to seventeenth character.")
        raise ValidationError(message, code="organisation")
    if code[17] != uscc.calc_check_digit(code[:17]):
        raise ValidationError(_("The check digit does not fit; compare the last character."), code="checksum")
    return code


def _key(text: str) -> str:
    try:
        return key_of(text)
    except ForeignLetter as failure:
        raise foreign_letter(failure) from None


def foreign_letter(failure: ForeignLetter) -> ValidationError:
    """The refusal in words: such a letter often looks like a Latin one."""
    message = _("“%(letter)s” is neither a Latin letter nor a Chinese character; type it again on your keyboard.")
    return ValidationError(message, code="letter", params={"letter": failure.letter})


def _is_resident_number(code: str) -> bool:
    """Whether it is formally the number of a resident's identity card (GB 11643-1999), born 1900 to 2099."""
    if not code[:17].isdigit() or code[:2] not in PROVINCES or not "1900" <= code[6:10] <= "2099":
        return False
    try:
        date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return False
    return code[17] == ric.calc_check_digit(code)


def organisation_digit(first_8: str) -> str:
    """The check digit of an organisation code's first eight characters (GB 11714-1997)."""
    rest = 11 - sum(int(character, 36) * weight for character, weight in zip(first_8, WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def with_check_digits(first_16: str) -> str:
    """The whole code from its first 16 characters: the organisation's check digit, then the code's own."""
    first_17 = f"{first_16}{organisation_digit(first_16[8:])}"
    return f"{first_17}{uscc.calc_check_digit(first_17)}"


def validate_uscc(code: str) -> None:
    """
    A model field's validator: the code is valid, and compact already.

    :raises ValidationError: where it is not; unique constraints would let a spaced code pass twice
    """
    if normalise(code) != code:
        raise ValidationError(_("The code is stored without spaces and in capitals."), code="compact")


def normalise_project_code(code: str) -> str:
    """
    The national form of a project's code, 24 characters, however it was typed: `2101-320411-04-01-123456`.

    :raises ValidationError: where it has another form (`project-code`), or a letter of another script (`letter`)
    """
    code = _key(code)
    if not PROJECT_CODE.fullmatch(code):
        message = _(
            "A project code has 24 characters, as 2101-320411-04-01-123456: year (or year and month), division, "
            "industry, type and number."
        )
        raise ValidationError(message, code="project-code")
    return code


class USCCField(forms.CharField):
    """Takes a code with spaces or in small letters and gives the compact one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unified social credit code"))
        # Longer than a code, so that one typed in groups fits.
        super().__init__(**{"max_length": 40, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        return normalise(code) if code else ""


class ProjectCodeField(forms.CharField):
    """Takes a project's code however it is typed and gives its national form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        return normalise_project_code(code) if code else ""
