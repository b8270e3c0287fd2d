"""Each method's parameters on the draft, words on the request's page, and working on the result's."""

import re
from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.tendering.choices import Method
from marketplace.tendering.rules import parameters
from tests.factories.accounts import OrganisationFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Monday, 23 November 2026, 10:00; addresses without a language's part."""
    with translation.override("zh-hans"):
        yield


class TestParameters:
    @pytest.mark.parametrize(
        ("lists", "fields"),
        [
            ({"long": 6, "short": 2}, set()),
            ({"long": 1, "short": 1}, set()),
            ({"long": 100, "short": 100}, set()),
            ({"long": 2, "short": 3}, {"short"}),
            ({"long": 0, "short": 0}, {"long", "short"}),
            ({"long": 101, "short": 1}, {"long"}),
            ({"long": "6", "short": 2.0}, {"long", "short"}),
            ({"long": True, "short": 1}, {"long"}),
            ({}, {"long", "short"}),
        ],
    )
    def test_a_short_list_is_no_longer_than_the_long_one_and_holds_one_at_least(self, lists, fields):
        assert set(parameters.problems_of(Method.CREDIT_PREFERRED, lists)) == fields

    def test_only_what_the_method_announces_is_kept(self):
        values = {"long": 6, "short": 2, "weights": {}}

        assert parameters.of_method(Method.CREDIT_PREFERRED, values) == {"long": 6, "short": 2}
        assert parameters.of_method(Method.LOWEST_PRICE, values) == {}


class TestDraft:
    def send(self, client, draft, **values):
        sent = {"method": draft.method, "price_max": "180000", "signing_days": "10"}
        sent |= {"bids_close_at_0": "2026-12-01", "bids_close_at_1": "17:00", "edited_at": draft.edited_at.isoformat()}
        client.force_login(member_of(draft.owner))
        answer = client.post(f"/en/workbench/requests/{draft.number}/edit/selection/", sent | values)
        draft.refresh_from_db()
        return answer

    def test_the_lists_of_credit_preferred_are_saved_and_announced(self, client):
        draft = WorkRequestFactory()

        self.send(client, draft, method="credit_preferred", long="6", short="2")

        assert (draft.method, draft.parameters) == ("credit_preferred", {"long": 6, "short": 2})

    def test_a_short_list_longer_than_the_long_one_stands_at_its_field(self, client):
        draft = WorkRequestFactory()

        answer = self.send(client, draft, method="credit_preferred", long="2", short="6")

        assert "The short list is no longer than the long list." in answer.context["form"].errors["short"]
        assert draft.method == "random_draw"

    def test_another_method_forgets_the_lists(self, client):
        draft = WorkRequestFactory(credit_preferred=True)

        self.send(client, draft, method="benchmark_price", long="6", short="2", price_min="120000")

        assert (draft.method, draft.parameters, draft.price_min) == ("benchmark_price", {}, Decimal("120000.00"))

    def test_a_lowest_price_left_over_from_another_method_is_dropped(self, client):
        draft = WorkRequestFactory(lowest_price=True, price_min=Decimal(120_000))

        self.send(client, draft, method="random_draw", price_min="120000")

        assert (draft.method, draft.price_min) == ("random_draw", None)

    def test_an_authority_is_offered_no_method_with_a_pick(self, client):
        draft = WorkRequestFactory(owner=OrganisationFactory(authority=True))

        answer = self.send(client, draft, method="credit_preferred", long="2", short="1")

        offered = {value for value, _ in answer.context["form"].fields["method"].choices}
        assert offered.isdisjoint({"direct", "credit_preferred"})
        assert draft.method == "random_draw"

    def test_the_announcement_holds_the_parameters_alone(self):
        work_request = WorkRequestFactory(credit_preferred=True, published=True)

        assert work_request.announcement["method"] == "credit_preferred"
        assert work_request.announcement["parameters"] == {"long": 4, "short": 2}
        assert work_request.announcement["limits"]["fewest_bids"] == 2


class TestRequestPage:
    def words(self, client, work_request):
        return client.get(f"/en/requests/{work_request.number}/").content.decode()

    def test_benchmark_price_is_explained(self, client):
        content = self.words(client, WorkRequestFactory(benchmark_price=True, published=True))

        assert "Of six or more bids exactly one lowest and one highest are left out" in content
        assert "95, 96, 97 or 98" in content

    def test_credit_preferred_is_explained_with_its_numbers(self, client):
        content = self.words(client, WorkRequestFactory(credit_preferred=True, published=True))

        assert "The 4 highest scores make the long list" in content
        assert "the first 2 are the short list" in content
        assert "picks one of the short list within 2 working days" in content
        assert "With fewer than 2 bids that count the request fails." in content

    def test_a_firm_of_grade_c_sees_why_it_cannot_bid(self, client):
        work_request = WorkRequestFactory(credit_preferred=True, published=True)

        assert work_request.needed_grade == "B"
        assert WorkRequestFactory(credit_preferred=True, min_grade="AA").needed_grade == "AA"
        assert WorkRequestFactory(credit_preferred=True, min_grade="C").needed_grade == "B"
        assert WorkRequestFactory(min_grade="").needed_grade == ""

    def test_a_bid_for_credit_preferred_promises_a_time_and_names_no_price(self, client):
        work_request = WorkRequestFactory(credit_preferred=True, published=True)
        client.force_login(member_of(bidder_for(work_request).organisation))

        answer = client.get(f"/requests/{work_request.number}/bid/")

        assert set(answer.context["form"].fields) == {"days"}


class TestBenchmarkResult:
    @pytest.fixture
    def work_request(self):
        """Six bids between 150,000 and 175,000, the highest twice."""
        work_request = WorkRequestFactory(benchmark_price=True, published=True)
        for price in (150_000, 155_000, 160_000, 165_000, 175_000, 175_000):
            bid(work_request, bidder_for(work_request), price=Decimal(price))
        open_bids(work_request)
        return work_request

    def test_the_benchmark_is_the_drawn_share_of_the_mean_of_the_rest(self, work_request):
        record = work_request.opening.transcript

        # 155,000, 160,000, 165,000 and 175,000 remain: 163,750 on average.
        expected = {95: "155562.50", 96: "157200.00", 97: "158837.50", 98: "160475.00"}[record["coefficient"]]
        (step,) = [step for step in record["working"] if step["step"] == "benchmark"]
        assert step == {"step": "benchmark", "sum": "655000.00", "bids": 4, "value": expected}
        assert len(record["ranking"]) == 4

    def test_the_page_prints_the_working(self, work_request, client):
        record = work_request.opening.transcript
        trimmed = [step["id"] for step in record["working"] if step["step"] == "trimmed"]

        content = client.get(f"/en/awards/{work_request.number}/").content.decode()

        assert f"The coefficient drawn: {record['coefficient']} %" in content
        assert "¥655,000.00 ÷ 4" in content
        assert len(re.findall(r"Left out of the mean\s*</td>", content)) == len(trimmed) == 2

    def test_who_was_left_out_is_in_neither_ranking_nor_reserves(self, work_request):
        record = work_request.opening.transcript
        trimmed = {step["id"] for step in record["working"] if step["step"] == "trimmed"}

        assert trimmed.isdisjoint(record["ranking"])
        assert trimmed.isdisjoint(record["reserves"])
        assert {row["id"] for row in record["candidates"]} == trimmed | set(record["ranking"])


class TestReserves:
    def test_the_page_names_the_two_after_the_present_winner(self, client):
        from marketplace.tendering import services

        work_request = WorkRequestFactory(lowest_price=True, bidders=4, opened=True)
        ranked = [row.intermediary.name for row in work_request.opening.opened_bids.ranked()]
        services.pass_award_on(award_id=work_request.awards.get().pk, reason="放弃中选")

        bids = client.get(f"/awards/{work_request.number}/").context["bids"]

        reserves = {each.next_reserve: each.intermediary.name for each in bids if each.next_reserve}
        assert reserves == {1: ranked[2], 2: ranked[3]}


class TestCreditPreferredBid:
    def test_the_look_over_shows_fixed_price_and_promised_time(self, client):
        work_request = WorkRequestFactory(credit_preferred=True, published=True)
        client.force_login(member_of(bidder_for(work_request).organisation))

        content = client.post(f"/en/requests/{work_request.number}/bid/", {"days": "28"}).content.decode()

        assert "¥180,000.00" in content
        assert "28 working days" in content

    def test_it_is_sealed_with_its_days_and_no_price(self, client):
        work_request = WorkRequestFactory(credit_preferred=True, published=True)
        firms = [bidder_for(work_request), bidder_for(work_request)]
        for firm, days in zip(firms, ("28", "30"), strict=True):
            client.force_login(member_of(firm.organisation))
            sent = {"days": days, "declaration": "on"}
            client.post(f"/en/requests/{work_request.number}/bid/seal/", sent)

        opening = open_bids(work_request)

        listed = {row["id"]: (row["days"], row["price"]) for row in opening.frozen["candidates"]}
        assert listed == {firms[0].uscc: (28, None), firms[1].uscc: (30, None)}
