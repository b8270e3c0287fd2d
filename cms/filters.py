"""Filters of the index pages; the API has the same."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import RangeWidget
from wagtail.search.backends import get_search_backend

from marketplace.catalogue.models import Regulation

from .models import NoticePage, RegulationPage

#: Facets whose choices show how many documents each would leave.
COUNTED = ("status", "topic", "level")
NULLS_LAST = {"nulls_last": True}


class NewestFirst(django_filters.OrderingFilter):
    """Orders by the date from which a document applies; without one it stands last."""

    ORDERS = {
        "newest": (F("regulation__effective_on").desc(**NULLS_LAST), "-regulation__issued_year", "-pk"),
        "oldest": (F("regulation__effective_on").asc(**NULLS_LAST), "regulation__issued_year", "pk"),
        "number": ("regulation__document_no",),
    }

    def filter(self, queryset: QuerySet[RegulationPage], value: list[str] | None) -> QuerySet[RegulationPage]:
        return queryset.order_by(*self.ORDERS[value[0] if value else "newest"])


class RegulationFilter(django_filters.FilterSet):
    """Over published regulation pages."""

    q = django_filters.CharFilter(method="matching", label=_("Title, document number or words"))
    status = django_filters.MultipleChoiceFilter(
        field_name="regulation__status",
        choices=Regulation.Status.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Status"),
    )
    topic = django_filters.AllValuesMultipleFilter(
        field_name="regulation__topic", widget=forms.CheckboxSelectMultiple, label=_("Topic")
    )
    level = django_filters.MultipleChoiceFilter(
        field_name="regulation__level",
        choices=Regulation.Level.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Level"),
    )
    issuer = django_filters.AllValuesFilter(
        field_name="regulation__issuer", label=_("Issuer"), empty_label=_("Any issuer")
    )
    year = django_filters.RangeFilter(
        field_name="regulation__effective_on__year",
        widget=RangeWidget(attrs={"type": "number", "min": 1949, "max": 2100, "inputmode": "numeric"}),
        label=_("In force since (year)"),
    )
    sort = NewestFirst(
        choices=[("newest", _("Newest first")), ("oldest", _("Oldest first")), ("number", _("Document number"))],
        label=_("Order"),
    )

    class Meta:
        model = RegulationPage
        fields: list[str] = []

    def matching(self, queryset: QuerySet[RegulationPage], name: str, value: str) -> QuerySet[RegulationPage]:
        # The site-wide search backend of Wagtail cuts Chinese; its results are as many as there are documents.
        found = get_search_backend().search(value, RegulationPage, order_by_relevance=False)
        return queryset.filter(pk__in=[page.pk for page in found])

    def counts(self) -> dict[str, dict[str, int]]:
        """How many documents each choice of a facet would leave, the other facets as they are."""
        chosen = {name: set(self.data.getlist(name)) if hasattr(self.data, "getlist") else set() for name in COUNTED}
        rows = list(self._uncounted().values_list(*(f"regulation__{name}" for name in COUNTED)))
        return {
            name: dict(Counter(row[place] for row in rows if _passes(row, chosen, but=name)))
            for place, name in enumerate(COUNTED)
        }

    def _uncounted(self) -> QuerySet[RegulationPage]:
        """The documents as all filters but the counted facets leave them."""
        queryset = self.queryset.order_by()
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        for name in ("q", "issuer", "year"):
            queryset = self.filters[name].filter(queryset, cleaned.get(name))
        return queryset


def _passes(row: Iterable[Any], chosen: dict[str, set[str]], *, but: str) -> bool:
    return all(
        name == but or not chosen[name] or value in chosen[name] for name, value in zip(COUNTED, row, strict=True)
    )


class NoticeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="matching", label=_("Words"))
    issuer = django_filters.AllValuesFilter(label=_("Issuer"), empty_label=_("Any issuer"))
    year = django_filters.NumberFilter(field_name="issued_on__year", label=_("Year"), min_value=1949, max_value=2100)

    class Meta:
        model = NoticePage
        fields: list[str] = []

    def matching(self, queryset: QuerySet[NoticePage], name: str, value: str) -> QuerySet[NoticePage]:
        found = get_search_backend().search(value, NoticePage, order_by_relevance=False)
        return queryset.filter(pk__in=[page.pk for page in found])
