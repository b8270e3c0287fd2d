"""Filters of the index pages; the API has the same."""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import RangeWidget
from wagtail.search.backends import get_search_backend

from marketplace.catalogue.models import Regulation

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

    def filter(self, queryset: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        return queryset.order_by(*self.ORDERS[value[0] if value else "newest"])


@dataclass(frozen=True)
class Facts:
    """What the facets need of a document; the field names are the filters'."""

    page_id: int
    status: str
    topic: str
    level: str
    issuer: str
    topic_en: str
    issuer_en: str
    effective_on: date | None


class RegulationFilter(django_filters.FilterSet):
    """Over published regulation pages; one query tells every facet its choices and their numbers."""

    q = django_filters.CharFilter(method="matching", label=_("Title, document number or words"))
    status = django_filters.MultipleChoiceFilter(
        field_name="status_today",
        choices=Regulation.Status.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Status"),
    )
    topic = django_filters.MultipleChoiceFilter(
        field_name="regulation__topic", widget=forms.CheckboxSelectMultiple, label=_("Topic")
    )
    level = django_filters.MultipleChoiceFilter(
        field_name="regulation__level",
        choices=Regulation.Level.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Level"),
    )
    issuer = django_filters.ChoiceFilter(
        field_name="regulation__issuer", label=_("Issuer"), empty_label=_("Any issuer")
    )
    year = django_filters.RangeFilter(
        field_name="regulation__effective_on__year",
        fields=(forms.IntegerField(min_value=1, max_value=9999), forms.IntegerField(min_value=1, max_value=9999)),
        widget=RangeWidget(attrs={"type": "number", "min": 1949, "max": 2100, "inputmode": "numeric"}),
        label=_("In force since (year)"),
    )
    sort = NewestFirst(
        choices=[("newest", _("Newest first")), ("oldest", _("Oldest first")), ("number", _("Document number"))],
        label=_("Order"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["topic"].extra["choices"] = self._choices("topic")
        self.filters["issuer"].extra["choices"] = self._choices("issuer")

    @cached_property
    def facts(self) -> list[Facts]:
        names = [f"regulation__{field.name}" for field in fields(Facts)][2:]
        return [Facts(*row) for row in self.queryset.order_by("pk").values_list("pk", "status_today", *names)]

    def _choices(self, name: str) -> list[tuple[str, str]]:
        english = (get_language() or "").startswith("en")
        labels = {
            getattr(one, name): (english and getattr(one, f"{name}_en")) or getattr(one, name) for one in self.facts
        }
        return sorted(labels.items())

    @cached_property
    def _found(self) -> set[int] | None:
        """Ids of the pages that match what was typed; None when nothing was."""
        text = self.form.cleaned_data.get("q", "") if self.form.is_valid() else ""
        if not text:
            return None
        # The site-wide search backend of Wagtail cuts Chinese; its results are as many as there are documents.
        return {page.pk for page in get_search_backend().search(text, self.queryset.model, order_by_relevance=False)}

    def matching(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset if self._found is None else queryset.filter(pk__in=self._found)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many documents each choice of a facet would leave, the other filters as they are."""
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        within = [one for one in self.facts if self._within(one, cleaned)]
        return {
            name: dict(Counter(getattr(one, name) for one in within if _passes(one, cleaned, but=name)))
            for name in COUNTED
        }

    def _within(self, one: Facts, cleaned: dict[str, Any]) -> bool:
        """Whether the filters without numbers beside them let a document through."""
        year, issuer = cleaned.get("year"), cleaned.get("issuer")
        if self._found is not None and one.page_id not in self._found:
            return False
        if issuer and one.issuer != issuer:
            return False
        if not year:
            return True
        low, high = year.start or 0, year.stop or 9999
        return one.effective_on is not None and low <= one.effective_on.year <= high


def _passes(one: Facts, cleaned: dict[str, Any], *, but: str) -> bool:
    return all(name == but or not cleaned.get(name) or getattr(one, name) in cleaned[name] for name in COUNTED)


class NoticeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="matching", label=_("Words"))
    issuer = django_filters.AllValuesFilter(label=_("Issuer"), empty_label=_("Any issuer"))
    year = django_filters.NumberFilter(field_name="issued_on__year", label=_("Year"), min_value=1949, max_value=2100)

    def matching(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = get_search_backend().search(value, queryset.model, order_by_relevance=False)
        return queryset.filter(pk__in=[page.pk for page in found])
