import unicodedata
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator

from ..failures import DomainError


class ReadOnce(ModelChoiceIterator):
    """A field's rows read once a form, however often its choices are walked: by the facets, the chips, the check."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.queryset:
            yield self.choice(row)


class SomeRows:
    """
    For a field of several rows, which are read once.

    A number too large to be a key is an unknown choice; SQLite would overflow on it.
    """

    iterator: Any = ReadOnce

    def _check_values(self, value: Any) -> Any:
        try:
            return super()._check_values(value)  # type: ignore[misc]
        except OverflowError:
            message = forms.ModelChoiceField.default_error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice") from None


class RowsField(SomeRows, forms.ModelMultipleChoiceField):
    """Several rows of a table, by their keys."""


def number_as_typed(text: str) -> str:
    """A number as people type it, in plain characters: full-width digits and thousands separators are read."""
    return unicodedata.normalize("NFKC", text).replace(",", "").strip()


class AmountField(forms.DecimalField):
    """An amount in CNY as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 2, **kwargs})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = number_as_typed(value)
        return super().to_python(value)


def add_failure(form: forms.BaseForm, failure: DomainError) -> None:
    """Show a refusal of the rules in a form: each message at its field, what has no field here above the form."""
    if not failure.field_errors:
        form.add_error(None, str(failure.message))
    for field, message in failure.field_errors.items():
        form.add_error(field if field in form.fields else None, str(message))
