import re
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, open_bids

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(frozen_clock):
    work_request = WorkRequestFactory(lowest_price=True, published=True)
    firms = [bidder_for(work_request) for _ in range(3)]
    for number, firm in enumerate(firms):
        bid(work_request, firm, price=Decimal(100_000 + number))
    open_bids(work_request)
    return work_request


def test_a_bid_records_that_its_grade_was_provisional(opened):
    assert set(opened.opening.opened_bids.values_list("provisional", flat=True)) == {True}


def test_the_award_shows_no_provisional_grade_as_settled(opened, client):
    html = client.get(reverse("tendering:award-detail", args=[opened.number])).content.decode()

    grades = re.findall(r'class="(grade grade-[^"]*)"', html)
    assert len(grades) >= 4  # the winner's and the rows of the ranking
    assert [grade for grade in grades if "grade-provisional" not in grade] == []
