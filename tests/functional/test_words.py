"""One English word of two meanings has the Chinese of the place where it stands."""

import pytest
from django.utils.translation import override
from django_filters import OrderingFilter

from cms.filters import RegulationFilter
from marketplace.catalogue.filters import ServiceItemFilter
from marketplace.registry.filters import IntermediaryFilter
from marketplace.tendering.choices import Method
from marketplace.tendering.filters import AwardFilter, RequestFilter

FILTERS = (AwardFilter, RequestFilter, ServiceItemFilter, IntermediaryFilter, RegulationFilter)


def orders(filters) -> dict[str, str]:
    found = [each for each in filters.base_filters.values() if isinstance(each, OrderingFilter)]
    return {key: str(label) for each in found for key, label in each.extra["choices"]}


@pytest.mark.parametrize("filters", FILTERS)
def test_no_order_of_a_list_is_named_like_a_way_of_selection(filters):
    with override("zh-hans"):
        assert set(orders(filters).values()).isdisjoint(str(label) for label in Method.labels)


def test_the_orders_of_awards_are_told_by_what_comes_first():
    with override("zh-hans"):
        assert orders(AwardFilter) == {"-newest": "最新", "-price": "价格最高", "price": "价格最低"}
        assert str(Method.LOWEST_PRICE.label) == "竞价 · 最低价"
    with override("en"):
        assert orders(AwardFilter)["price"] == "Lowest price" == str(Method.LOWEST_PRICE.label)
