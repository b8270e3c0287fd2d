"""Filters that several apps' lists share."""

import django_filters

from .forms import SomeRows


class RowsField(SomeRows, django_filters.fields.ModelMultipleChoiceField):
    pass


class RowsFilter(django_filters.ModelMultipleChoiceFilter):
    """A choice among rows of a table."""

    field_class = RowsField
