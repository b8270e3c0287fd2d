"""The list of requests in pages: the same order as sorting them all."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.tendering.filters import RequestFilter
from marketplace.tendering.models import WorkRequest
from marketplace.tendering.paging import OpenFirst
from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db
LIST = reverse("tendering:request-list")


@pytest.fixture
def requests(frozen_clock):
    """Three open ones, not closing as they were published, and two past their deadline of one moment."""
    made = []
    for days in (3, 7, 9, 8, 4):
        made.append(WorkRequestFactory(published=True, bids_close_at=clock.now() + timedelta(days=days)))
        frozen_clock.advance(minutes=1)
    WorkRequest.objects.filter(pk=made[4].pk).update(published_at=made[0].published_at)
    frozen_clock.advance(days=5)
    return made


def in_pages(per_page):
    rows = RequestFilter({}, WorkRequest.objects.public()).qs
    paginator = OpenFirst(rows, per_page)
    return [row.pk for number in paginator.page_range for row in paginator.page(number)]


@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 20])
def test_open_ones_by_deadline_then_the_latest(requests, per_page):
    first, seven, nine, eight, passed = (request.pk for request in requests)

    assert in_pages(per_page) == [seven, eight, nine, passed, first]
    assert in_pages(per_page) == [row.pk for row in RequestFilter({}, WorkRequest.objects.public()).qs]


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", [3, 2, 1, 4, 0]), ("closing", [1, 3, 2, 4, 0]), ("nonsense", [1, 3, 2, 4, 0])]
)
def test_the_page_sorts_as_it_is_asked(client, requests, sort, order):
    WorkRequest.objects.filter(pk=requests[1].pk).update(price_max=1)

    found = client.get(LIST, {"sort": sort}).context["page_obj"]

    assert [row.number for row in found] == [requests[place].number for place in order]


def test_by_price_the_highest_limit_first(client, requests):
    for place, price in enumerate([3, 5, 1, None, 4]):
        WorkRequest.objects.filter(pk=requests[place].pk).update(price_max=price)

    found = client.get(LIST, {"sort": "price"}).context["page_obj"]

    assert [row.number for row in found] == [requests[place].number for place in (1, 4, 0, 2, 3)]
