"""Filters that several apps' lists share."""

from typing import Any

import django_filters

from .forms import AmountField, SomeRows


class RowsField(SomeRows, django_filters.fields.ModelMultipleChoiceField):
    pass


class RowsFilter(django_filters.ModelMultipleChoiceFilter):
    """A choice among rows of a table."""

    field_class = RowsField


class MoneyRangeField(django_filters.fields.RangeField):
    """From and to in CNY, read as amounts are everywhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((AmountField(), AmountField()), *args, **kwargs)


class MoneyRangeFilter(django_filters.RangeFilter):
    """A range of amounts; one that no amount can have is refused at its field."""

    field_class = MoneyRangeField
