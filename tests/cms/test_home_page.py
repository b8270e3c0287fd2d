from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.tendering.models import RequestItem, WorkRequest
from marketplace.tendering.presentation.market_figures import figures, place
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.cms import regulation_page, site
from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db

MOST_QUERIES = 20


def home(client, language=""):
    return client.get(f"/{language}").content.decode()


class TestHomePage:
    @pytest.fixture(autouse=True)
    def _site(self, frozen_clock):
        site()

    def test_an_empty_market_says_what_to_do_next(self, client):
        page = home(client)

        assert "现在没有接受报名的需求" in page
        assert "还没有选取" in page

    def test_services_stand_under_their_stage_with_the_number_of_all(self, client):
        for _ in range(6):
            ServiceItemFactory(approval_stage="design")

        page = home(client)

        assert "工程建设许可" in page
        assert 'href="/services/?stage=design"' in page
        assert "全部 6 项服务" in page

    def test_what_closes_next_comes_first_and_no_bid_shows(self, client, frozen_clock):
        later = WorkRequestFactory(published=True, title="晚截止的需求")
        sooner = WorkRequestFactory(
            bidders=2, title="早截止的需求", bids_close_at=later.bids_close_at - timedelta(days=1)
        )

        page = home(client)

        assert page.index("早截止的需求") < page.index("晚截止的需求")
        assert "截止前不显示" in page
        assert all(firm.organisation.name_zh not in page for firm in sooner.firms)

    def test_the_commitments_shown_are_those_of_the_latest_announcement(self, client):
        work_request = WorkRequestFactory(published=True)

        commitment = WorkRequest.objects.get(pk=work_request.pk).announcement["commitments"]["operator"]
        assert f"{commitment[:8]}…{commitment[-4:]}" in home(client)

    def test_an_award_leads_to_the_page_where_it_is_checked(self, client):
        work_request = WorkRequestFactory(bidders=3, awarded=True)

        page = home(client)

        assert f'href="/awards/{work_request.number}/"' in page
        assert "可核验" in page
        assert work_request.opening.transcript["seed"][:8] in page

    def test_a_regulation_shows_its_status(self, client):
        regulation_page()

        assert "现行有效" in home(client)

    def test_in_english(self, client):
        WorkRequestFactory(published=True)

        page = home(client, "en/")

        assert "Requests closing soon" in page
        assert "How fairness is kept" in page
        assert "截止前" not in page

    def test_the_number_of_queries_is_fixed(self, client):
        for _ in range(3):
            WorkRequestFactory(published=True)
        for _ in range(2):
            WorkRequestFactory(bidders=3, awarded=True)
        regulation_page()
        home(client)  # fills what is kept for minutes: the site's root, the figures

        with CaptureQueriesContext(connection) as few:
            home(client)
        for _ in range(3):
            WorkRequestFactory(published=True)
        with CaptureQueriesContext(connection) as more:
            home(client)

        assert len(few) <= MOST_QUERIES
        assert len(more) == len(few)


class TestFigures:
    @pytest.fixture(autouse=True)
    def _clock(self, frozen_clock):
        self.clock = frozen_clock

    def test_of_a_market_without_selections_there_are_none(self):
        found = figures()

        assert (found.selections, found.days, found.ratio, found.recomputable) == (0, None, None, None)

    def test_medians_come_from_the_selections_of_the_year(self):
        for _ in range(2):
            WorkRequestFactory(bidders=3, awarded=True)
        RequestItem.objects.update(standard_fee=Decimal(200_000))

        found = figures()

        assert found.selections == 2
        assert found.days == 5
        assert found.ratio == Decimal("0.9")
        assert found.recomputable == 1

    def test_a_service_is_drawn_only_with_enough_prices(self):
        item = ServiceItemFactory()
        for _ in range(2):
            WorkRequestFactory(bidders=3, awarded=True, items=[item])
        RequestItem.objects.update(standard_fee=Decimal(200_000))

        assert figures().prices == []

    @pytest.mark.parametrize(("ratio", "percent"), [("0.5", 0), ("0.8", 50), ("1.1", 100), ("1.6", 100), ("0.1", 0)])
    def test_the_axis_is_clamped(self, ratio, percent):
        assert place(Decimal(ratio)) == percent
