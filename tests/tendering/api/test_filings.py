"""Filing by programs: sealed or in the clear, withdrawn, looked up; and what a stranger gets."""

import base64

import pytest
from django.core.cache import cache

from marketplace.tendering.announcing import receipts
from marketplace.tendering.announcing.receipts import BidReceipt
from marketplace.tendering.api.filings import FilingThrottle
from marketplace.tendering.models import Bid
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids
from tests.tendering.services.filing.test_sealed_filing import sealed
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(lowest_price=True, published=True)


@pytest.fixture
def firm(work_request, client):
    firm = bidder_for(work_request)
    client.force_login(member_of(firm.organisation))
    return firm


def address(work_request):
    return f"/api/v1/work-requests/{work_request.number}/bids/"


def post(client, work_request, **values):
    return client.post(
        address(work_request), values, content_type="application/json", headers={"accept-language": "en"}
    )


def base64_of(box):
    return base64.b64encode(box.ciphertext).decode()


class TestPost:
    def test_a_sealed_bid_gives_its_receipt(self, client, work_request, firm):
        box = sealed(work_request, firm)

        answer = post(client, work_request, sealed=base64_of(box))

        assert answer.status_code == 201
        assert answer.json()["sha256"] == box.sha256 == Bid.objects.get().sha256
        assert receipts.is_genuine(BidReceipt(**answer.json()))

    def test_a_body_nested_deeper_than_the_parser_goes_is_refused(self, client, work_request, firm):
        answer = client.post(address(work_request), "[" * 60_000, content_type="application/json")

        assert (answer.status_code, answer.json()["type"]) == (400, "urn:mingxuan:problem:parse_error")
        assert not Bid.objects.exists()

    def test_sent_twice_is_one_filing(self, client, work_request, firm):
        box = sealed(work_request, firm)

        first, second = (post(client, work_request, sealed=base64_of(box)) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert Bid.objects.count() == 1

    def test_in_the_clear_it_is_sealed_on_arrival(self, client, work_request, firm):
        answer = post(client, work_request, days=20, price="150000.00")

        assert answer.status_code == 201
        assert len(answer.json()["nonce"]) == len(answer.json()["salt"]) == 64
        row = open_bids(work_request).opened_bids.get()
        assert (str(row.price), row.days, row.nonce) == ("150000.00", 20, answer.json()["nonce"])

    @pytest.mark.parametrize("in_the_clear", [True, False])
    def test_a_withdrawal(self, client, work_request, firm, in_the_clear):
        post(client, work_request, days=20, price="150000.00")
        box = sealed(work_request, firm, days=None, price=None)

        answer = post(client, work_request, withdraw=True, **({} if in_the_clear else {"sealed": base64_of(box)}))

        assert answer.status_code == 201
        assert [row.fate for row in open_bids(work_request).opened_bids.order_by("filing")] == ["replaced", "withdrawn"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"sealed": "???"}, "sealed"),
            ({"sealed": base64.b64encode(b"short").decode()}, "sealed"),
            ({"days": 0, "price": "1.00"}, "days"),
            ({"days": 3, "price": "1.001"}, "price"),
            ({"days": 3, "price": "NaN"}, "price"),
        ],
    )
    def test_what_is_malformed_is_refused_at_its_field(self, client, work_request, firm, values, field):
        with nothing_changes():
            answer = post(client, work_request, **values)

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert set(answer.json()["errors"]) == {field}

    def test_sealed_and_clear_together_are_refused(self, client, work_request, firm):
        with nothing_changes():
            answer = post(client, work_request, sealed=base64_of(sealed(work_request, firm)), price="150000.00")

        assert answer.status_code == 400

    def test_outside_the_limits_is_a_problem_at_its_field(self, client, work_request, firm):
        with nothing_changes():
            answer = post(client, work_request, days=20, price="180000.01")

        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:mingxuan:problem:unable-to-bid"
        assert set(answer.json()["errors"]) == {"price"}

    @pytest.mark.parametrize("in_the_clear", [True, False])
    def test_read_of_another_version_is_refused(self, client, work_request, firm, in_the_clear):
        box = base64_of(sealed(work_request, firm))
        values = {"days": 20, "price": "150000.00"} if in_the_clear else {"sealed": box}

        with nothing_changes():
            answer = post(client, work_request, announcement_hash="0" * 64, **values)

        assert answer.status_code == 409
        assert post(client, work_request, announcement_hash=work_request.announcement_hash, **values).status_code == 201

    def test_after_the_deadline_is_a_problem(self, client, work_request, firm, frozen_clock):
        box = sealed(work_request, firm)
        frozen_clock.move_to(work_request.bids_close_at)

        with nothing_changes():
            answer = post(client, work_request, sealed=base64_of(box))

        assert answer.status_code == 409
        assert "deadline" in answer.json()["title"]

    def test_an_unpublished_request_is_not_there(self, client, firm):
        assert post(client, WorkRequestFactory(), days=1, price="1.00").status_code == 404

    def test_anonymous_and_other_people_are_refused(self, client, work_request):
        assert post(client, work_request, days=20, price="150000.00").status_code == 401

        client.force_login(MembershipFactory().user)
        assert post(client, work_request, days=20, price="150000.00").status_code == 403
        assert not Bid.objects.exists()

    def test_too_many_are_turned_away_and_the_cache_names_nobody(self, client, work_request, firm, monkeypatch):
        cache.clear()
        kept = []
        real = cache.set
        monkeypatch.setattr(FilingThrottle.cache, "set", lambda key, *more: kept.append(key) or real(key, *more))
        monkeypatch.setattr(FilingThrottle, "rate", "2/min")

        codes = [post(client, work_request, days=20, price="150000.00").status_code for _ in range(3)]

        assert codes == [201, 201, 429]
        person = str(member_of(firm.organisation).pk)
        assert [key.split("-")[0] for key in kept] == ["filing"] * 2
        assert all(len(key) == len("filing-") + 64 and not key.endswith(person * 2) for key in kept)


class TestGet:
    def test_gives_ones_own_filings_with_their_receipts(self, client, work_request, firm):
        given = [post(client, work_request, sealed=base64_of(sealed(work_request, firm))).json() for _ in range(2)]

        answer = client.get(address(work_request))

        assert answer.json() == [{"number": number, "receipt": receipt} for number, receipt in enumerate(given)]

    def test_another_firm_sees_none_of_them(self, client, work_request, firm):
        post(client, work_request, days=20, price="150000.00")
        client.force_login(member_of(bidder_for(work_request).organisation))

        assert client.get(address(work_request)).json() == []


def test_the_schema_describes_it(client):
    content = client.get("/api/v1/schema/").content.decode()

    assert "/api/v1/work-requests/{number}/bids/:" in content
    assert "operationId: filings_create" in content
