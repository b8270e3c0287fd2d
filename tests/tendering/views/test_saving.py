"""A draft saves itself while somebody types, and never over what another window saved."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.core import clock
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Monday, 23 November 2026, 10:00."""


@pytest.fixture
def draft():
    return WorkRequestFactory()


@pytest.fixture
def owner(client, draft):
    client.force_login(member_of(draft.owner))
    return client


def address(draft, page, part="typed"):
    return reverse(f"tendering:draft-{part}", args=[draft.number, page])


def project(draft, **changes):
    """What the first page of the draft holds."""
    return {
        "title": draft.title,
        "project_name": draft.project_name,
        "project_code": draft.project_code,
        "government_investment": "False",
        "fund_fiscal": "0",
        "fund_state": "0",
        "fund_social": "100",
        "edited_at": draft.edited_at.isoformat(),
    } | changes


class TestAsTyped:
    def test_is_saved_with_the_time_and_the_page_s_new_stamp(self, owner, draft):
        clock.move("2026-11-23 14:02")

        answer = owner.post(address(draft, "project"), project(draft, title="改过的标题")).json()

        draft.refresh_from_db()
        assert draft.title == "改过的标题"
        assert answer == {"fields": {"edited_at": draft.edited_at.isoformat()}, "saved_at": "14:02", "unread": []}

    def test_what_cannot_be_read_yet_is_named_and_the_rest_is_saved(self, owner, draft):
        answer = owner.post(address(draft, "project"), project(draft, title="改过的标题", fund_social="一百")).json()

        before = draft.fund_social
        draft.refresh_from_db()
        assert (draft.title, draft.fund_social) == ("改过的标题", before)
        assert len(answer["unread"]) == 1

    def test_what_contradicts_itself_is_named_and_the_rest_is_saved(self, owner, draft):
        answer = owner.post(address(draft, "project"), project(draft, title="改过的标题", fund_social="60")).json()

        before = draft.fund_social
        draft.refresh_from_db()
        assert (draft.title, draft.fund_social) == ("改过的标题", before)
        assert answer["unread"]

    def test_each_save_carries_the_stamp_on(self, owner, draft):
        first = owner.post(address(draft, "project"), project(draft, title="一")).json()
        clock.move("2026-11-23 14:03")

        second = owner.post(address(draft, "project"), project(draft, title="二") | first["fields"])

        draft.refresh_from_db()
        assert second.status_code == 200
        assert draft.title == "二"

    def test_a_service_is_neither_added_nor_taken_out(self, owner, draft):
        codes = list(draft.items.values_list("code", flat=True))
        sent = {"content": "报告书编制", "edited_at": draft.edited_at.isoformat(), "remove-0": "on"}

        answer = owner.post(address(draft, "service"), sent).json()

        draft.refresh_from_db()
        assert draft.content == "报告书编制"
        assert list(draft.items.values_list("code", flat=True)) == codes
        assert "保存并留在本页" in answer["unread"][0]

    def test_price_and_method_are_saved_as_far_as_they_go(self, owner, draft):
        sent = {"method": "lowest_price", "price_max": "15万", "price_min": "x", "signing_days": "10"}

        answer = owner.post(address(draft, "selection"), sent | {"edited_at": draft.edited_at.isoformat()}).json()

        draft.refresh_from_db()
        assert (draft.method, draft.price_max) == ("lowest_price", Decimal(150_000))
        assert answer["unread"]

    def test_others_may_not(self, client, draft):
        client.force_login(MembershipFactory().user)

        assert client.post(address(draft, "project"), project(draft)).status_code == 404


class TestAnotherWindow:
    def test_is_not_overwritten_by_what_is_typed_here(self, owner, draft):
        clock.move("2026-11-23 14:02")
        owner.post(address(draft, "project"), project(draft, title="另一窗口"))

        answer = owner.post(address(draft, "project"), project(draft, title="这里"))

        draft.refresh_from_db()
        assert answer.status_code == 409
        assert answer.json()["is_elsewhere"]
        assert "14:02" in answer.json()["detail"]
        assert draft.title == "另一窗口"

    def test_both_are_shown_and_what_was_typed_stays(self, owner, draft):
        clock.move("2026-11-23 14:02")
        owner.post(address(draft, "project"), project(draft, title="另一窗口"))

        page = owner.post(address(draft, "project", "page"), project(draft, title="这里"))

        assert page.status_code == 409
        assert [tuple(each) for each in page.context["elsewhere"]] == [("标题", "另一窗口", "这里")]
        assert page.context["form"]["title"].value() == "这里"
        draft.refresh_from_db()
        assert draft.title == "另一窗口"

    def test_is_replaced_by_saving_once_more(self, owner, draft):
        clock.move("2026-11-23 14:02")
        owner.post(address(draft, "project"), project(draft, title="另一窗口"))
        page = owner.post(address(draft, "project", "page"), project(draft, title="这里"))

        stamp = page.context["form"]["edited_at"].value()
        owner.post(address(draft, "project", "page"), project(draft, title="这里", edited_at=stamp))

        draft.refresh_from_db()
        assert draft.title == "这里"
