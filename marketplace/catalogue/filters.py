from collections import Counter
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.core.web.filters import RowsFilter

from .models import ApprovalStage, Category, ServiceItem
from .states import ItemStatus
from .synonyms import spellings_of

#: A service's column that each facet counts by.
FACETS = {
    "stage": "approval_stage",
    "category": "category",
    "authority": "authority_id",
    "status": "status",
    "self_made": "self_made",
    "paid_by": "paid_by",
    "standard": "fee_schedule_id",
}
STANDARD_CHOICES = [("yes", _("With a published fee standard")), ("no", _("Without one"))]


class ItemOrdering(django_filters.OrderingFilter):
    """In the catalogue's order, by standard time, or by name; what has no time comes last."""

    def filter(self, qs: QuerySet, value: list[str] | None) -> QuerySet:
        match (value or ["catalogue"])[0]:
            case "days":
                return qs.order_by(F("standard_days").asc(nulls_last=True), "position", "pk")
            case "name":
                return qs.order_by("name_zh", "pk")
        return qs.order_by("position", "pk")


class ServiceItemFilter(django_filters.FilterSet):
    """The filters of service items, shared by the list and the API."""

    q = django_filters.CharFilter(method="filter_text", label=_("Name, code or approval matter"))
    stage = django_filters.MultipleChoiceFilter(
        field_name="approval_stage",
        choices=ApprovalStage.choices,
        label=_("Approval stage"),
        widget=forms.CheckboxSelectMultiple,
    )
    category = django_filters.MultipleChoiceFilter(
        choices=Category.choices, label=_("Field"), widget=forms.CheckboxSelectMultiple
    )
    authority = RowsFilter(
        queryset=Organisation.objects.filter(
            kind=Organisation.Kind.AUTHORITY, pk__in=ServiceItem.objects.values("authority")
        ),
        label=_("Authority"),
        widget=forms.CheckboxSelectMultiple,
    )
    status = django_filters.MultipleChoiceFilter(
        choices=ItemStatus.choices, label=_("Legal position"), widget=forms.CheckboxSelectMultiple
    )
    self_made = django_filters.MultipleChoiceFilter(
        choices=ServiceItem.SelfMade.choices, label=_("May be done by oneself"), widget=forms.CheckboxSelectMultiple
    )
    paid_by = django_filters.MultipleChoiceFilter(
        choices=ServiceItem.PaidBy.choices, label=_("Who pays"), widget=forms.CheckboxSelectMultiple
    )
    standard = django_filters.MultipleChoiceFilter(
        choices=STANDARD_CHOICES,
        label=_("Fee standard"),
        method="filter_standard",
        widget=forms.CheckboxSelectMultiple,
    )
    sort = ItemOrdering(
        choices=[
            ("catalogue", pgettext_lazy("order", "Catalogue")),
            ("days", _("Standard time")),
            ("name", _("Name")),
        ],
        label=_("Sort"),
    )

    class Meta:
        model = ServiceItem
        fields: list[str] = []

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            found = Q()
            for spelling in spellings_of(word):
                for field in ("code", "name_zh", "name_en", "matter__name_zh", "matter__name_en", "deliverable_zh"):
                    found |= Q(**{f"{field}__icontains": spelling})
            queryset = queryset.filter(found)
        return queryset

    def filter_standard(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        if len(value) == 1:
            return queryset.filter(fee_schedule__isnull=value[0] == "no")
        return queryset

    def facet_counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many services each choice would give beside the choices of the other facets, in one query."""
        chosen = {name: {str(getattr(value, "pk", value)) for value in self._chosen(name)} for name in FACETS}
        text = self.form.cleaned_data.get("q") if self.form.is_valid() else ""
        queryset = self.filter_text(self.queryset, "q", text) if text else self.queryset
        counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        for row in queryset.order_by().values_list(*FACETS.values()):
            values = dict(zip(FACETS, row, strict=True))
            values["standard"] = "no" if values["standard"] is None else "yes"
            missed = [name for name in FACETS if chosen[name] and str(values[name]) not in chosen[name]]
            # Missing one facet's choice alone, a row is what that facet's other choices would give.
            for name in FACETS if not missed else missed if len(missed) == 1 else ():
                counts[name][str(values[name])] += 1
        return counts

    def _chosen(self, name: str) -> list[Any]:
        return list(self.form.cleaned_data.get(name) or []) if self.form.is_valid() else []
