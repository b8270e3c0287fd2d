"""Filters that several apps' lists share."""

from typing import Any

import django_filters
from django import forms

from .forms import SomeRows


class RowsField(SomeRows, django_filters.fields.ModelMultipleChoiceField):
    pass


class RowsFilter(django_filters.ModelMultipleChoiceFilter):
    """A choice among rows of a table."""

    field_class = RowsField


class MoneyRangeField(django_filters.fields.RangeField):
    """From and to in CNY, as exact as money is kept: 16 digits and two decimals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ends = tuple(forms.DecimalField(max_digits=18, decimal_places=2) for _end in ("from", "to"))
        super().__init__(ends, *args, **kwargs)


class MoneyRangeFilter(django_filters.RangeFilter):
    """A range of amounts; one that no amount can have is refused at its field."""

    field_class = MoneyRangeField
