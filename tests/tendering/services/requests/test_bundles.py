"""Bundles: several services bought as one, with a base of their own, and parts that may be subcontracted."""

from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.tendering import services
from marketplace.tendering.facts import bidders
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.services import ItemLine, UnableToEdit
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import QualificationFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def items():
    return [ServiceItemFactory(), ServiceItemFactory()]


class TestItems:
    def test_a_part_may_be_named_for_subcontracting(self, items):
        draft = WorkRequestFactory(items=items)

        services.set_items(
            request_id=draft.pk,
            lines=[ItemLine(items[0]), ItemLine(items[1], may_subcontract=True)],
            actor=draft.created_by,
        )

        named = {row.item_id: row.may_subcontract for row in draft.request_items.all()}
        assert named == {items[0].pk: False, items[1].pk: True}

    def test_not_everything_may_be_passed_on(self, items):
        draft = WorkRequestFactory(items=items)

        for lines in (
            [ItemLine(item, may_subcontract=True) for item in items],
            [ItemLine(items[0], may_subcontract=True)],
        ):
            with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
                services.set_items(request_id=draft.pk, lines=lines, actor=draft.created_by)
            assert set(refusal.value.field_errors) == {"items"}

    def test_reposting_keeps_it(self, items):
        old = WorkRequestFactory(items=items, public_money=True, bidders=1)
        old.request_items.filter(item=items[1]).update(may_subcontract=True)
        open_bids(old)

        new = services.repost_request(request_id=old.pk, actor=old.created_by)

        assert new.request_items.get(item=items[1]).may_subcontract


class TestBidding:
    def test_the_bidder_alone_holds_the_qualifications_of_all_services(self, items):
        work_request = WorkRequestFactory(items=items, published=True)
        firm = bidder_for(work_request)
        firm.qualifications.filter(qualification_type=items[1].qualification_type).update(
            withdrawn_at="2026-11-01T00:00Z"
        )

        conditions = bidders.problems_of(firm, work_request, at=work_request.published_at)

        assert [condition.code for condition in conditions] == ["qualifications"]
        QualificationFactory(intermediary=firm, qualification_type=items[1].qualification_type)
        assert bidders.problems_of(firm, work_request, at=work_request.published_at) == []

    def test_it_names_one_total(self, items):
        work_request = WorkRequestFactory(items=items, lowest_price=True, published=True)
        bid(work_request, bidder_for(work_request), price=Decimal("150000"))

        (candidate,) = open_bids(work_request).frozen["candidates"]

        assert candidate["price"] == "150000.00"


class TestPages:
    def send(self, client, draft, button="", **sent):
        client.force_login(member_of(draft.owner))
        values = {"content": draft.content, "service_days": "35", "edited_at": draft.edited_at.isoformat()}
        answer = client.post(f"/workbench/requests/{draft.number}/edit/service/{button}", values | sent)
        draft.refresh_from_db()
        return answer

    def test_a_further_service_is_added_and_the_page_stays(self, client):
        draft, other = WorkRequestFactory(), ServiceItemFactory()

        answer = self.send(client, draft, "stay/", add_item=other.code)

        assert answer.url == f"/workbench/requests/{draft.number}/edit/service/"
        assert draft.request_items.filter(item=other).exists()

    def test_parts_are_named_and_taken_out(self, client, items):
        draft = WorkRequestFactory(items=items)
        self.send(client, draft, **{"subcontract-1": "on"})
        named = [row.may_subcontract for row in draft.request_items.all()]

        self.send(client, draft, **{"remove-0": "on", "subcontract-1": "on"})

        assert named == [False, True]
        # A single service is nothing to pass on.
        assert [(row.item, row.may_subcontract) for row in draft.request_items.all()] == [(items[1], False)]

    def test_the_requests_page_says_what_may_be_subcontracted(self, client, items):
        work_request = WorkRequestFactory(items=items)
        work_request.request_items.filter(item=items[1]).update(may_subcontract=True)
        from marketplace.core import clock
        from marketplace.tendering.services.requests import publishing

        publishing._publish(work_request, TenderingPolicy.current(), clock.now(), work_request.created_by)

        content = client.get(f"/en/requests/{work_request.number}/").content.decode()

        assert content.count("may be subcontracted") == 1
        assert "one bidder holds all qualifications" in content
