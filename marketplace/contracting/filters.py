import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Contract
from .states import ContractState


class ContractFilter(django_filters.FilterSet):
    """The contracts of one organisation, by state, and by words of number, title or the other side."""

    q = django_filters.CharFilter(method="search", label=_("Search"))
    state = django_filters.MultipleChoiceFilter(choices=ContractState, label=_("State"))

    class Meta:
        model = Contract
        fields = ("q", "state")

    def search(self, contracts: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return contracts.filter(
            Q(number__icontains=words)
            | Q(title__icontains=words)
            | Q(owner__name_zh__icontains=words)
            | Q(intermediary__name_zh__icontains=words)
            | Q(award__work_request__number__icontains=words)
        )
