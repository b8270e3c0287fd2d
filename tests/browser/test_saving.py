"""A draft is saved while somebody types: in one window, beside another, and across a session's end."""

import pytest

from marketplace.core import clock
from marketplace.registry.models import Registration
from marketplace.tendering.models import WorkRequest
from tests.browser.windows import asked_before_leaving, is_told, session_ends, signs_in_again_elsewhere
from tests.factories.accounts import UserFactory
from tests.factories.tendering import WorkRequestFactory
from tests.registry import filings


@pytest.fixture
def draft(market):
    return WorkRequestFactory()


@pytest.fixture
def owner(somebody, draft):
    from marketplace.accounts.services import add_member

    person = somebody()
    person.user = UserFactory(verified=True)
    add_member(organisation=draft.owner, user=person.user, role="administrator")
    person.is_signed_in_as(person.user)
    person.goes_to(f"/workbench/requests/{draft.number}/edit/project/")
    return person


def says(person, words):
    person.page.locator("[data-save-state]").get_by_text(words).wait_for()


def title_of(draft):
    return WorkRequest.objects.get(pk=draft.pk).title


class TestTyping:
    def test_is_saved_and_said(self, owner, draft):
        owner.reads("边填边保存")
        clock.move("2026-11-23 14:02")

        owner.fills(title="边填边保存的标题")
        says(owner, "已保存 14:02。")
        owner.looks(again=True)

        assert title_of(draft) == "边填边保存的标题"
        with asked_before_leaving(owner) as asked:
            owner.follows("工作台")
        assert asked == []

    def test_goes_on_to_the_next_page_without_a_quarrel_with_itself(self, owner, draft):
        owner.fills(title="第一次")
        says(owner, "已保存")
        clock.move("2026-11-23 14:02")
        owner.fills(title="第二次")

        owner.presses("保存并继续")

        assert title_of(draft) == "第二次"

    def test_what_cannot_be_read_is_named(self, owner, draft):
        owner.fills(title="其余已保存", fund_social="一百")

        says(owner, "以下尚未保存")

        assert title_of(draft) == "其余已保存"

    def test_is_kept_from_overwriting_another_window(self, owner, draft):
        second = owner.context.new_page()
        second.goto(owner.page.url)
        second.locator("[name=title]").fill("另一窗口的标题")
        second.get_by_text("已保存").wait_for()
        clock.move("2026-11-23 14:02")
        second.locator("[name=title]").fill("另一窗口的新标题")
        second.get_by_text("已保存 14:02").wait_for()

        owner.fills(title="这里的标题")
        says(owner, "另一个窗口于 14:02 保存过")
        assert title_of(draft) == "另一窗口的新标题"
        owner.complaints.clear()
        owner.page.get_by_role("button", name="保存并继续").first.click()
        owner.page.get_by_role("cell", name="另一窗口的新标题").wait_for()
        owner.looks(again=True)
        assert owner.page.locator("[name=title]").input_value() == "这里的标题"
        owner.presses("保存并继续")

        assert title_of(draft) == "这里的标题"

    def test_after_the_sessions_end_goes_on_once_signed_in_again(self, owner, draft):
        session_ends()

        owner.fills(title="登录之后")
        is_told(owner, "您已退出登录")
        signs_in_again_elsewhere(owner, owner.user)
        owner.page.locator("dialog[open]").get_by_role("button", name="现在提交").click()
        says(owner, "已保存")

        assert title_of(draft) == "登录之后"
        owner.complaints.clear()


class TestWithoutScript:
    def test_nothing_is_promised(self, market, chromium, draft):
        context = chromium.new_context(locale="zh-CN", base_url=market, java_script_enabled=False)
        page = context.new_page()
        from django.test import Client

        from tests.factories.tendering import member_of

        client = Client()
        client.force_login(member_of(draft.owner))
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": market}])

        page.goto(f"/workbench/requests/{draft.number}/edit/project/")

        assert not page.get_by_text("边填边保存").is_visible()
        context.close()


class TestARegistration:
    def test_keeps_the_row_that_is_half_typed(self, somebody, market):
        registration, user = filings.draft()
        person = somebody()
        person.is_signed_in_as(user)
        person.goes_to(f"/workbench/registrations/{registration.number}/steps/holders/")

        person.fills(rows__0__name="王某")
        says(person, "已保存")
        person.fills(rows__0__share_percent="六")
        person.page.wait_for_timeout(2500)
        person.presses("再加一行")

        rows = Registration.objects.get(pk=registration.pk).payload["holders"]["rows"]
        assert [(row["name"], row["share_percent"]) for row in rows] == [("王某", "六")]
