"""Unified social credit codes 统一社会信用代码 (GB 32100-2015), stored compact."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as InvalidNumber


def normalise(code: str) -> str:
    """
    The compact form of a code: 18 capitals and digits, however it was typed.

    :raises ValidationError: naming what is wrong: the length, a character, or the check digit
    """
    code = unicodedata.normalize("NFKC", code)
    try:
        return uscc.validate(code)
    except InvalidLength:
        length = len(uscc.compact(code))
        message = _("The code has 18 characters; this one has %(length)d.")
        raise ValidationError(message, code="length", params={"length": length}) from None
    except InvalidChecksum:
        raise ValidationError(_("The check digit does not fit; compare the last character."), code="checksum") from None
    except InvalidNumber:
        message = _("The code starts with 8 digits and has digits and capitals only, without I, O, S, V and Z.")
        raise ValidationError(message, code="format") from None


def with_check_digit(first_17: str) -> str:
    """The whole code from its first 17 characters."""
    return f"{first_17}{uscc.calc_check_digit(first_17)}"


def validate_uscc(code: str) -> None:
    """
    A model field's validator: the code is valid, and compact already.

    :raises ValidationError: where it is not; unique constraints would let a spaced code pass twice
    """
    if normalise(code) != code:
        raise ValidationError(_("The code is stored without spaces and in capitals."), code="compact")


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
