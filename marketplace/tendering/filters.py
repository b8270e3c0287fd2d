import django_filters
from django import forms
from django.db.models import Case, DateTimeField, F, Q, QuerySet, When
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import District
from marketplace.catalogue.models.items import Category
from marketplace.core import clock
from marketplace.core.matching import contains
from marketplace.core.web.filters import MoneyRangeFilter, RowsFilter
from marketplace.registry.models import Intermediary

from .choices import Grade, Method
from .facts.fitting import Fit, fit_of
from .models import WorkRequest
from .paging import is_open
from .states import CONTRACT_AND_SERVICE, IN_PUBLICITY, STANDS_STILL, AwardState, Status

#: What a visitor calls the states of a request, and the states themselves.
STAGES = {
    "open": (pgettext_lazy("request stage", "Open for bids"), (Status.PUBLISHED,)),
    "selecting": (pgettext_lazy("request stage", "Opening and selection"), (Status.SELECTING,)),
    "publicity": (pgettext_lazy("request stage", "In publicity"), (Status.PUBLICITY,)),
    "awarded": (pgettext_lazy("request stage", "Awarded"), (Status.AWARDED,)),
    "service": (pgettext_lazy("request stage", "Contract and service"), CONTRACT_AND_SERVICE),
    "completed": (pgettext_lazy("request stage", "Completed"), (Status.COMPLETED,)),
    "ended": (pgettext_lazy("request stage", "Failed or ended"), STANDS_STILL),
}


class RequestOrdering(django_filters.OrderingFilter):
    """Open ones by deadline first, then the latest; or by date of publication, or by price limit."""

    def filter(self, qs: QuerySet, value: list[str] | None) -> QuerySet:
        order = (value or ["closing"])[0]
        if order == "newest":
            return qs.order_by("-published_at", "-pk")
        if order == "price":
            return qs.order_by(F("price_max").desc(nulls_last=True), "-pk")
        return qs.alias(is_open=is_open()).order_by("-is_open", *_closing_order(), "-pk")


def _closing_order() -> tuple:
    still_open = Case(When(is_open(), then=F("bids_close_at")), output_field=DateTimeField())
    return (still_open.asc(nulls_last=True), F("published_at").desc(nulls_last=True))


class RequestFilter(django_filters.FilterSet):
    """The filters of public requests, shared by the list and the API."""

    q = django_filters.CharFilter(method="filter_text", label=_("Title, number or owner"))
    fits = django_filters.MultipleChoiceFilter(
        choices=[("me", _("Fits my company"))],
        method="filter_fits",
        label=_("For my company"),
        help_text=_("Requests that your company offers all services of and meets every condition of, now."),
        widget=forms.CheckboxSelectMultiple,
    )
    stage = django_filters.MultipleChoiceFilter(
        choices=[(name, label) for name, (label, _states) in STAGES.items()],
        method="filter_stage",
        label=_("Stage"),
        widget=forms.CheckboxSelectMultiple,
    )
    category = django_filters.MultipleChoiceFilter(
        choices=Category.choices,
        field_name="items__category",
        label=_("Field of service"),
        widget=forms.CheckboxSelectMultiple,
        distinct=True,
    )
    item = django_filters.CharFilter(field_name="items__code", label=_("Service item"), distinct=True)
    method = django_filters.MultipleChoiceFilter(
        choices=[(method.value, method.label) for method in Method],
        label=_("Selection method"),
        widget=forms.CheckboxSelectMultiple,
    )
    min_grade = django_filters.MultipleChoiceFilter(
        choices=Grade.choices, label=_("Lowest credit grade"), widget=forms.CheckboxSelectMultiple
    )
    district = RowsFilter(
        queryset=District.objects.exclude(parent=None),
        field_name="owner__district",
        label=_("Owner's district"),
        widget=forms.CheckboxSelectMultiple,
    )
    price_max = MoneyRangeFilter(label=_("Price limit (CNY)"))
    sort = RequestOrdering(
        choices=[
            ("closing", _("Closing first")),
            ("newest", _("Newest")),
            ("price", _("Highest limit")),
        ],
        label=_("Sort"),
        null_label=None,
        empty_label=None,
    )

    class Meta:
        model = WorkRequest
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, *, request: HttpRequest | None = None, prefix=None) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)

    @cached_property
    def firm(self) -> Intermediary | None:
        """The firm that the reader acts for."""
        return getattr(getattr(self.request, "organisation", None), "intermediary", None)

    @cached_property
    def fit(self) -> Fit:
        """What fits that firm now."""
        return fit_of(self.firm, at=clock.now())

    def filter_fits(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        return queryset.filter(pk__in=self.fit.requests) if value else queryset

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            queryset = queryset.filter(
                contains(word, "title", "number", "project_name", "owner__name_zh", "owner__name_en")
            )
        return queryset

    def filter_stage(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        now = clock.now()
        wanted = Q()
        for stage in value:
            condition = Q(status__in=STAGES[stage][1])
            # A deadline that has passed ends the bidding, whether or not the opening has run yet.
            if stage == "open":
                condition &= Q(bids_open_until__gt=now)
            elif stage == "selecting":
                condition |= Q(status=Status.PUBLISHED, bids_open_until__lte=now)
            wanted |= condition
        return queryset.filter(wanted)


class AwardFilter(django_filters.FilterSet):
    """The filters of selections whose result is public."""

    q = django_filters.CharFilter(method="filter_text", label=_("Title, number, owner or winner"))
    item = django_filters.CharFilter(field_name="work_request__items__code", label=_("Service item"), distinct=True)
    category = django_filters.MultipleChoiceFilter(
        choices=Category.choices,
        field_name="work_request__items__category",
        label=_("Field of service"),
        widget=forms.CheckboxSelectMultiple,
        distinct=True,
    )
    method = django_filters.MultipleChoiceFilter(
        choices=[(method.value, method.label) for method in Method],
        field_name="work_request__method",
        label=_("Selection method"),
        widget=forms.CheckboxSelectMultiple,
    )
    stage = django_filters.MultipleChoiceFilter(
        choices=[
            ("publicity", pgettext_lazy("request stage", "In publicity")),
            ("confirmed", pgettext_lazy("request stage", "Awarded")),
        ],
        method="filter_stage",
        label=_("Stage"),
        widget=forms.CheckboxSelectMultiple,
    )
    price = MoneyRangeFilter(label=_("Award price (CNY)"))
    sort = django_filters.OrderingFilter(
        fields=[("publicity_started_at", "newest"), ("price", "price")],
        choices=[
            ("-newest", _("Newest")),
            ("-price", pgettext_lazy("order", "Highest price")),
            ("price", pgettext_lazy("order", "Lowest price")),
        ],
        label=_("Sort"),
        null_label=None,
        empty_label=None,
    )

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            queryset = queryset.filter(
                contains(
                    word,
                    "work_request__title",
                    "work_request__number",
                    "work_request__owner__name_zh",
                    "intermediary__organisation__name_zh",
                )
            )
        return queryset

    def filter_stage(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        states = {"publicity": IN_PUBLICITY, "confirmed": (AwardState.CONFIRMED,)}
        return queryset.filter(state__in=[state for stage in value for state in states[stage]])
