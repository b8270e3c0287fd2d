from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from ..failures import DomainError
from ..typed import reading
from ..typed.amounts import YUAN


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


class AmountField(forms.DecimalField):
    """An amount as people type it, in a unit that stands beside the number."""

    def __init__(self, *, unit: str = YUAN, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**{"max_digits": 18, "decimal_places": 2, "widget": forms.TextInput, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        if widget.is_hidden:
            return {}
        return {"inputmode": "decimal", "data-unit": reading.UNITS.get(self.unit, self.unit)}

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or value.strip() in self.empty_values:
            return super().to_python(value.strip() if isinstance(value, str) else value)
        return self.read(value)

    def read(self, value: str) -> Decimal:
        return reading.read_amount(value, unit=self.unit, decimals=self.decimal_places or 0)


class PercentField(AmountField):
    """A share in percent, with or without its sign."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"unit": "%", "max_digits": 5, **kwargs})

    def read(self, value: str) -> Decimal:
        return reading.read_percent(value, decimals=self.decimal_places or 0)


class PhoneField(forms.CharField):
    """A telephone number, stored in one way of writing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "type": "tel"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return reading.read_phone(text) if text else ""


class DayField(forms.DateField):
    """A day, picked or typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or value.strip() in self.empty_values:
            return super().to_python(value.strip() if isinstance(value, str) else value)
        return reading.read_day(value)


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day in Asia/Shanghai."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": _("Date")},  # type: ignore[dict-item]
            time_attrs={"type": "time", "aria-label": _("Time")},  # type: ignore[dict-item]
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )
        super().__init__(**{"widget": widget, **kwargs})
        day = DayField()
        day.required = self.fields[0].required
        self.fields = (day, *self.fields[1:])


class NameField(forms.CharField):
    """A name, stored and shown without what nobody sees; one that has no key for comparing is refused."""

    def __init__(self, *, person: bool = False, **kwargs: Any) -> None:
        self.person = person
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return reading.read_name(text, person=self.person) if text else ""


def add_failure(form: forms.BaseForm, failure: DomainError) -> None:
    """Show a refusal of the rules in a form: each message at its field, what has no field here above the form."""
    if not failure.field_errors:
        form.add_error(None, str(failure.message))
    for field, message in failure.field_errors.items():
        form.add_error(field if field in form.fields else None, str(message))
