"""The filters of the public list, shared by its page and the API."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credit.rating import Grade
from marketplace.accounts.models import District
from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.core.matching import contains
from marketplace.core.typed.comparing import folded

from .models import Intermediary, Offer, Qualification, Registration
from .models.particulars import EXPIRING_DAYS
from .offer_prices import Project, percent_of_standard, project_of
from .states import LISTED_FOR_CHECKS

VALIDITIES = (
    ("valid", pgettext_lazy("qualification", "Valid")),
    ("expiring", pgettext_lazy("qualification", "Expires within 30 days")),
    ("expired", pgettext_lazy("qualification", "Expired")),
)
COMPLETED = (
    ("10", _("10 or more")),
    ("3", _("3 to 9")),
    ("0", _("Fewer than 3 (provisional grade)")),
)
COMPLETED_RANGES = {"10": (10, 10**6), "3": (3, 9), "0": (0, 2)}
SORTS = (
    ("score", _("Credit score")),
    ("price", pgettext_lazy("offer", "Price")),
    ("days", _("Promised time")),
    ("completed", _("Completed contracts")),
)


class PercentRangeWidget(django_filters.widgets.RangeWidget):
    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "data-unit": "%"})


class IntermediaryFilter(django_filters.FilterSet):
    """
    Filters over the firms on the list.

    Service, price and days are conditions on one and the same offer; the state of qualifications is that of what the
    chosen services need, else of any. `narrowed(without=…)` leaves some out, for the counts behind the choices.
    """

    q = django_filters.CharFilter(label=_("Name or code"))
    service = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("facet", "Service"), widget=forms.CheckboxSelectMultiple
    )
    grade = django_filters.MultipleChoiceFilter(
        label=_("Credit grade"),
        choices=[(grade.value, grade.value) for grade in Grade],
        widget=forms.CheckboxSelectMultiple,
    )
    validity = django_filters.MultipleChoiceFilter(
        label=_("Qualification"), choices=VALIDITIES, widget=forms.CheckboxSelectMultiple
    )
    price = django_filters.RangeFilter(label=_("Price ÷ reference price"), widget=PercentRangeWidget())
    days = django_filters.NumberFilter(
        label=_("Promised time, at most"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput({"inputmode": "numeric", "class": "number", "data-unit": _("working days")}),
    )
    district = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("firm", "District"), widget=forms.CheckboxSelectMultiple
    )
    completed = django_filters.MultipleChoiceFilter(
        label=_("Completed contracts"), choices=COMPLETED, widget=forms.CheckboxSelectMultiple
    )
    sort = django_filters.ChoiceFilter(label=_("Sort"), choices=SORTS, empty_label=None)

    class Meta:
        model = Intermediary
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["service"].extra["choices"] = [(item.code, item.name) for item in self.items]
        self.filters["district"].extra["choices"] = [
            (district.pk, district.name) for district in District.objects.filter(parent__isnull=False)
        ]

    @cached_property
    def items(self) -> list[ServiceItem]:
        """All services that can be chosen, by name."""
        return list(ServiceItem.objects.open().only("code", "name_zh", "name_en"))

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What is asked for; what cannot be read counts as not asked."""
        self.form.full_clean()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}

    @cached_property
    def chosen_items(self) -> list[ServiceItem]:
        chosen = [item.pk for item in self.items if item.code in self.chosen.get("service", ())]
        whole = ServiceItem.objects.open().select_related("fee_schedule", "qualification_type")
        return list(whole.filter(pk__in=chosen)) if chosen else []

    @cached_property
    def project(self) -> Project | None:
        """The visitor's project, where exactly one service is chosen."""
        if len(self.chosen_items) != 1:
            return None
        return project_of(self.chosen_items[0], {name: self.data.get(name) for name in self.data})

    @property
    def qs(self) -> QuerySet:
        if not hasattr(self, "_qs"):
            self._qs = self.ordered(self.narrowed())
        return self._qs

    def narrowed(self, without: Collection[str] = ()) -> QuerySet:
        """The firms that meet every condition but those left out."""
        asked = {name: value for name, value in self.chosen.items() if name not in without}
        firms = self.queryset
        if "q" in asked:
            text = asked["q"].strip()
            firms = firms.filter(
                contains(text, "organisation__name_zh", "organisation__name_en")
                | Q(organisation__uscc__startswith=folded(text))
            )
        if "grade" in asked:
            firms = firms.filter(organisation__standing__grade__in=asked["grade"])
        if "district" in asked:
            firms = firms.filter(organisation__district__in=asked["district"])
        if "completed" in asked:
            within = Q()
            for name in asked["completed"]:
                within |= completed_within(name)
            firms = firms.filter(within)
        if asked.keys() & {"service", "price", "days"}:
            firms = firms.filter(Exists(self.offers(asked).filter(intermediary=OuterRef("pk"))))
        if "validity" in asked:
            firms = firms.filter(
                Exists(self.qualifications(asked["validity"], asked).filter(intermediary=OuterRef("pk")))
            )
        return firms

    def offers(self, asked: dict[str, Any] | None = None) -> QuerySet:
        """The offers that meet the conditions on offers."""
        asked = self.chosen if asked is None else asked
        offers = Offer.objects.all()
        if "service" in asked:
            offers = offers.filter(item__in=[item.pk for item in self.chosen_items])
        if "days" in asked:
            offers = offers.filter(days__lte=asked["days"])
        if "price" in asked:
            offers = offers.annotate(percent=percent_of_standard(self.project))
            if asked["price"].start is not None:
                offers = offers.filter(percent__gte=asked["price"].start)
            if asked["price"].stop is not None:
                offers = offers.filter(percent__lte=asked["price"].stop)
        return offers

    def qualifications(self, validities: Collection[str], asked: dict[str, Any] | None = None) -> QuerySet:
        """The certificates in one of these states, of the kinds that the chosen services need."""
        asked, within = self.chosen if asked is None else asked, Q()
        for name in validities:
            within |= validity_is(name)
        rows = Qualification.objects.current().filter(within)
        needed = (item.demanded_type for item in (self.chosen_items if "service" in asked else ()))
        kinds = {kind.pk for kind in needed if kind is not None}
        return rows.filter(qualification_type__in=kinds) if kinds else rows

    def words_of(self, name: str) -> str:
        """What is chosen of a filter, in the words of its choices."""
        value, field = self.chosen[name], self.form.fields[name]
        if isinstance(value, slice):
            ends = ["" if end is None else f"{end.normalize():f}" for end in (value.start, value.stop)]
            return f"{field.label} {'–'.join(ends)}%"
        if isinstance(value, list):
            labels = {str(key): str(label) for key, label in field.choices}
            return " / ".join(str(labels.get(each, each)) for each in value)
        return f"{field.label} {value}"

    def offer_most_first(self, counts: Mapping[str, int]) -> None:
        """Put the services that most firms offer on top of the choices."""
        field = self.form.fields["service"]
        field.choices = sorted(field.choices, key=lambda choice: -counts.get(choice[0], 0))

    def ordered(self, firms: QuerySet) -> QuerySet:
        """By what is asked, the best first; what cannot be compared stands last, equals in order of registration."""
        sort = self.chosen.get("sort", "score")
        if sort in ("price", "days"):
            own = self.offers().filter(intermediary=OuterRef("pk")).order_by().values("intermediary")
            if sort == "price":
                least = own.annotate(percent=percent_of_standard(self.project)).annotate(least=Min("percent"))
            else:
                least = own.annotate(least=Min("days"))
            return firms.annotate(least=Subquery(least.values("least")[:1])).order_by(
                F("least").asc(nulls_last=True), "pk"
            )
        if sort == "completed":
            return firms.order_by(F("organisation__standing__completed_contracts").desc(nulls_last=True), "pk")
        return firms.order_by(F("organisation__standing__score").desc(nulls_last=True), "pk")


def validity_is(name: str) -> Q:
    """The condition on a certificate, of a type that exists, that it is valid, expiring or expired today."""
    today = clock.today()
    soon = today + timedelta(days=EXPIRING_DAYS)
    exists = Q(qualification_type__ended_on=None) | Q(qualification_type__ended_on__gte=today)
    return (
        exists
        & {
            "valid": Q(valid_from__lte=today, valid_to__gt=soon),
            "expiring": Q(valid_from__lte=today, valid_to__gte=today, valid_to__lte=soon),
            "expired": Q(valid_to__lt=today),
        }[name]
    )


def completed_within(name: str) -> Q:
    low, high = COMPLETED_RANGES[name]
    within = Q(organisation__standing__completed_contracts__range=(low, high))
    return within | Q(organisation__standing__isnull=True) if low == 0 else within


class RegistrationFilter(django_filters.FilterSet):
    """The console's list; what waits for a check comes first, the nearest deadline on top."""

    q = django_filters.CharFilter(label=_("Number, name or code"), method="search")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[(one.value, one.label) for one in LISTED_FOR_CHECKS], empty_label=_("All states")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Registration.Kind, empty_label=_("All kinds"))
    district = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("firm", "District"),
        field_name="intermediary__organisation__district",
        queryset=District.objects.filter(parent__isnull=False),
        empty_label=_("All districts"),
    )

    class Meta:
        model = Registration
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(
            Q(number__icontains=value)
            | Q(intermediary__organisation__name_zh__icontains=value)
            | Q(intermediary__organisation__uscc__istartswith="".join(value.split()))
        )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        waiting = Case(When(state=Registration.State.FILED, then=0), default=1, output_field=IntegerField())
        due_at = Case(When(state=Registration.State.FILED, then=F("due_at")), output_field=DateTimeField())
        return super().filter_queryset(queryset).order_by(waiting, due_at, "-filed_at", "-pk")
