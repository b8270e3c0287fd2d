from datetime import date
from decimal import Decimal

import pytest

from marketplace.tendering.models import RequestItem
from marketplace.tendering.presentation import service_page
from marketplace.tendering.presentation.service_page import Axis, Paid
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.credit import CurrentStandingFactory
from tests.factories.registry import OfferFactory, QualificationFactory
from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db
HB_001 = {"base": "3.6", "industry": "化工", "sensitivity": "ordinary"}


@pytest.fixture
def item(frozen_clock):
    return ServiceItemFactory(code="HB-001")


def text_of(response):
    return response.content.decode()


class TestFirms:
    def test_stand_by_price_each_on_the_axis(self, item):
        dear = OfferFactory(item=item, amount=Decimal("14.00"))
        cheap = OfferFactory(item=item, amount=Decimal("25.00"))

        prices = service_page.prices_of(item, {})

        assert [line.firm for line in prices.lines] == [cheap.intermediary, dear.intermediary]
        assert [(line.dot.x, line.dot.text, line.dot.is_outside) for line in prices.lines] == [
            ("8.33%", "75.0%", True),
            ("26.67%", "86.0%", False),
        ]
        assert prices.axis.band == ("16.67%", "66.67%")

    def test_prices_are_converted_to_the_visitors_project(self, item):
        OfferFactory(item=item, amount=Decimal("14.00"))

        [line] = service_page.prices_of(item, HB_001).lines

        assert line.words == "¥156,864.00"

    def test_beyond_the_axis_a_triangle_stands_at_its_end(self, item):
        OfferFactory(item=item, amount=Decimal("40.00"))

        [line] = service_page.prices_of(item, {}).lines

        assert (line.dot.end, line.dot.x, line.dot.text) == ("low", "0.00%", "60.0%")

    def test_without_a_standard_the_axis_is_in_yuan(self, frozen_clock):
        item = ServiceItemFactory(without_standard=True)
        OfferFactory(item=item, fixed=True)
        OfferFactory(item=item, per_unit=True)

        prices = service_page.prices_of(item, {})

        assert (prices.axis.low, prices.axis.high, prices.axis.band) == (0, 200000, None)
        assert [(line.words, line.dot and line.dot.x) for line in prices.lines] == [
            ("¥156,864.00", "78.43%"),
            ("¥1.36 / m²", None),
        ]

    def test_who_cannot_bid_is_named_and_not_listed(self, item):
        kept_out = OfferFactory(item=item).intermediary
        CurrentStandingFactory(organisation=kept_out.organisation, restricted=True)

        prices = service_page.prices_of(item, {})

        assert (prices.lines, prices.kept_out) == ([], [kept_out])

    def test_a_qualification_that_ends_soon_is_told(self, item):
        offer = OfferFactory(item=item)
        QualificationFactory(
            intermediary=offer.intermediary, qualification_type=item.qualification_type, valid_to=date(2026, 12, 10)
        )

        [line] = service_page.prices_of(item, {}).lines

        assert line.expires_on == date(2026, 12, 10)

    def test_where_nobody_offers_it_the_page_says_so(self, item, client):
        page = text_of(client.get("/en/services/HB-001/"))

        assert "Nobody offers this service here yet" in page
        assert "also without an offer here" in page
        assert "Nothing was awarded for this service alone yet." in page
        assert "No request for this service takes bids at the moment." in page

    def test_the_sections_take_few_queries_however_many_firms(self, item, client, django_assert_max_num_queries):
        for _ in range(4):
            OfferFactory(item=item)

        with django_assert_max_num_queries(12):
            page = text_of(client.get("/en/services/HB-001/"))

        assert page.count("5 working days") == 4


class TestAwards:
    @pytest.fixture
    def awarded(self, item):
        """The lowest of three prices, 177,000, against a standard of 200,000."""
        work_request = WorkRequestFactory(items=[item], lowest_price=True, bidders=3, awarded=True)
        RequestItem.objects.update(standard_fee=Decimal("200000.00"))
        return work_request

    def test_what_was_paid_stands_against_the_standard(self, awarded, item, client):
        [paid] = service_page.paid_lately(item)

        assert (paid.number, paid.value, paid.words) == (awarded.number, Decimal("88.5"), "88.5%")
        page = text_of(client.get("/en/services/HB-001/"))
        assert "¥177,000.00" in page
        assert "88.5%" in page
        assert "1 award, a dot each" in page

    def test_a_bundle_is_no_price_of_one_service(self, item):
        WorkRequestFactory(items=[item, ServiceItemFactory()], lowest_price=True, bidders=3, awarded=True)

        assert service_page.paid_lately(item) == []

    def test_after_a_year_it_is_no_recent_price(self, awarded, item, frozen_clock):
        frozen_clock.advance(days=380)

        assert service_page.paid_lately(item) == []
        assert service_page.awards_of(item).count() == 1


class TestStrip:
    def paid(self, *values):
        return [Paid(f"MX-{n}", date(2026, 11, 1), Decimal(value)) for n, value in enumerate(values)]

    def test_five_prices_have_a_median(self):
        axis = Axis(Decimal(70), Decimal(130), is_ratio=True)

        strip = service_page._strip(self.paid(80, 90, 85, 100, 86), axis)

        assert (strip.middle.text, strip.middle.x) == ("86.0%", "26.67%")

    def test_four_have_none(self):
        axis = Axis(Decimal(70), Decimal(130), is_ratio=True)

        assert service_page._strip(self.paid(80, 90, 85, 100), axis).middle is None


class TestRunningRequests:
    def test_those_that_take_bids_stand_on_the_page(self, item, client):
        work_request = WorkRequestFactory(items=[item], published=True)

        page = text_of(client.get("/en/services/HB-001/"))

        assert f'href="/en/requests/{work_request.number}/"' in page

    def test_a_draft_does_not(self, item, client):
        WorkRequestFactory(items=[item], title="还没有公布的需求")

        assert "还没有公布的需求" not in text_of(client.get("/en/services/HB-001/"))


class TestBeforePosting:
    def test_a_draft_says_that_a_service_is_voluntary(self, client, frozen_clock):
        draft = WorkRequestFactory(items=[ServiceItemFactory(voluntary=True)])
        client.force_login(draft.created_by)

        for address in (
            f"/en/workbench/requests/{draft.number}/edit/service/",
            f"/en/workbench/requests/{draft.number}/",
        ):
            assert "This service is voluntary, not a condition of an approval." in text_of(client.get(address)), address
