"""Nothing typed is lost with the session: warned before its end, and after it everything is still there."""

import re
import time

import pytest
from allauth.account.models import EmailAddress

from marketplace.accounts import sessions
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.tendering.models import Bid
from tests.browser.people import Person
from tests.browser.test_sealing import address, bidder, download, presses, unsealed
from tests.browser.windows import (
    asked_before_leaving,
    dialog,
    is_kept,
    is_told,
    session_ends,
    session_of,
    sign_in,
    signs_in_again_elsewhere,
    signs_in_again_here,
)
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory
from tests.factories.credit import CreditModelFactory
from tests.factories.tendering import WorkRequestFactory

PROFILE = "/workbench/me/"


@pytest.fixture
def member(market):
    return MembershipFactory(user=UserFactory(verified=True)).user


@pytest.fixture
def person(somebody, member):
    found = somebody()
    found.is_signed_in_as(member)
    found.goes_to(PROFILE)
    return found


def name_of(member):
    return User.objects.get(pk=member.pk).name


def kept_in(page):
    return page.evaluate("JSON.stringify(sessionStorage)")


class TestAFormSentAfterTheEnd:
    def test_goes_through_after_signing_in_in_another_window(self, person, member):
        person.fills(name="改过的名字")
        session_ends()

        presses(person, "保存")
        is_told(person, "您已退出登录")
        person.looks(again=True)
        signs_in_again_elsewhere(person, member)
        is_told(person, "您已重新登录")
        person.presses("现在提交")

        assert name_of(member) == "改过的名字"
        assert "typed" not in kept_in(person.page)

    def test_is_filled_in_again_after_signing_in_in_the_same_window(self, person, member):
        person.fills(name="改过的名字", language="en")
        session_ends()

        presses(person, "保存")
        signs_in_again_here(person, member)
        person.page.get_by_text("已重新填入").wait_for()
        person.looks(again=True)

        assert person.page.locator("[name=name]").input_value() == "改过的名字"
        assert person.page.locator("[name=language][value=en]").is_checked()
        person.presses("保存")
        assert name_of(member) == "改过的名字"

    def test_keeps_the_chosen_file_where_the_page_stays_open(self, person, member):
        before = name_of(member)
        person.fills(name="改过的名字")
        session_ends()

        presses(person, "保存")
        dialog(person).get_by_role("button", name="返回页面").click()

        assert person.page.locator("[name=name]").input_value() == "改过的名字"
        assert name_of(member) == before

    def test_of_somebody_else_is_not_sent_in_their_name(self, person, member):
        other = MembershipFactory(user=UserFactory(verified=True)).user
        before = name_of(other)
        person.fills(name="改过的名字")
        is_kept(person)
        session_ends()
        person.is_signed_in_as(other)

        presses(person, "保存")

        is_told(person, f"现在登录的是 {other}")
        assert name_of(other) == before

    def test_is_not_offered_to_somebody_else(self, person, member):
        other = MembershipFactory(user=UserFactory(verified=True)).user
        person.fills(name="改过的名字")
        is_kept(person)
        session_ends()
        person.is_signed_in_as(other)

        person.goes_to(PROFILE)
        person.page.wait_for_load_state("networkidle")

        assert person.page.locator(".typed-notice").count() == 0
        assert person.page.locator("[name=name]").input_value() == other.name


class TestWhatIsTyped:
    def test_is_offered_again_where_the_page_was_loaded_anew(self, person):
        person.fills(name="改过的名字")
        is_kept(person)

        with asked_before_leaving(person, stays=False) as asked:
            person.page.goto(PROFILE)
        assert asked == ["beforeunload"]
        person.page.get_by_role("button", name="重新填入").click()

        assert person.page.locator("[name=name]").input_value() == "改过的名字"

    def test_can_be_forgotten(self, person, member):
        person.fills(name="改过的名字")
        is_kept(person)
        with asked_before_leaving(person, stays=False):
            person.page.goto(PROFILE)

        person.page.get_by_role("button", name="不再保留").click()

        assert "typed" not in kept_in(person.page)
        assert person.page.locator("[name=name]").input_value() == name_of(member)

    def test_lies_nowhere_in_the_clear(self, person):
        person.fills(name="SecretName")
        is_kept(person)

        assert "SecretName" not in kept_in(person.page)

    def test_warns_before_the_page_is_left(self, person):
        person.page.locator("[name=name]").press_sequentially("改")

        with asked_before_leaving(person) as asked:
            person.page.get_by_role("link", name="工作台", exact=True).first.click()

        assert asked == ["beforeunload"]
        assert PROFILE in person.page.url

    def test_and_saved_warns_of_nothing(self, person):
        person.page.locator("[name=name]").press_sequentially("改")

        with asked_before_leaving(person) as asked:
            person.presses("保存")
            person.follows("工作台")

        assert asked == []

    def test_and_taken_back_warns_of_nothing(self, person, member):
        person.fills(name="另一个")
        person.fills(name=member.name)

        with asked_before_leaving(person) as asked:
            person.follows("工作台")

        assert asked == []


def ends_in(person, seconds):
    """On the server, this person's session has so long to go."""
    session = session_of(person)
    session[sessions.ENDS] = session[sessions.ENDS] - session.get_expiry_age() + seconds
    session.save()


class TestBeforeTheEnd:
    @pytest.fixture
    def person(self, somebody, member):
        found = somebody()
        found.page.clock.install()
        found.is_signed_in_as(member)
        found.goes_to(PROFILE)
        return found

    def test_it_warns_and_lets_one_stay(self, person):
        ends_in(person, 500)

        person.page.clock.fast_forward("02:06:00")
        assert re.search(r"您将于 \d\d:\d\d 退出登录", dialog(person).inner_text())
        dialog(person).get_by_role("button", name="保持登录").click()
        person.page.locator("dialog[open]").wait_for(state="hidden")

        assert session_of(person)[sessions.ENDS] > time.time() + 7000

    def test_staying_in_one_window_is_staying_in_all(self, person, member):
        second = person.context.new_page()
        second.clock.install()
        second.goto(PROFILE)
        ends_in(person, 500)
        person.page.clock.fast_forward("02:06:00")
        second.clock.fast_forward("02:06:00")
        second.locator("dialog[open]").wait_for()

        dialog(person).get_by_role("button", name="保持登录").click()

        second.locator("dialog[open]").wait_for(state="hidden")

    def test_after_it_the_page_says_so_by_itself(self, person):
        session_ends()

        person.page.clock.fast_forward("02:16:00")

        is_told(person, "您已退出登录")


class TestTheBid:
    @pytest.fixture
    def work_request(self, market):
        CreditModelFactory()
        return WorkRequestFactory(lowest_price=True, published=True)

    @pytest.fixture
    def firm(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.user = User.objects.get(memberships__organisation=person.firm.organisation)
        confirm(person.user)
        person.is_signed_in_as(person.user)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price="156864.5", days="30")
        return person

    def look_over(self, person):
        presses(person, person.words["look"])
        person.page.locator("[name=declaration]").check()

    def test_is_sealed_and_filed_two_minutes_before_the_deadline_after_signing_in_again(self, firm, work_request):
        clock.move("2026-11-30 16:58")
        self.look_over(firm)
        session_ends()

        presses(firm, firm.words["seal"])
        signs_in_again_elsewhere(firm, firm.user)
        dialog(firm).get_by_role("button", name="现在提交").click()
        firm.page.get_by_role("heading", name=firm.words["sealed"]).wait_for()

        row = Bid.objects.get()
        assert download(firm)["sha256"] == row.sha256
        assert b'"price":"156864.50"' in unsealed(work_request, row)
        assert b"156864" not in b"".join(firm.sent)
        assert "typed" not in kept_in(firm.page)

    def test_is_typed_once_also_where_one_signs_in_in_the_same_window(self, firm, work_request):
        self.look_over(firm)
        session_ends()

        presses(firm, firm.words["seal"])
        signs_in_again_here(firm, firm.user)
        firm.page.get_by_text("已重新填入").wait_for()
        assert firm.page.locator("[name=price]").input_value() == "156864.5"
        self.look_over(firm)
        presses(firm, firm.words["seal"])
        firm.page.get_by_role("heading", name=firm.words["sealed"]).wait_for()

        assert b'"price":"156864.50"' in unsealed(work_request, Bid.objects.get())
        assert b"156864" not in b"".join(firm.sent)

    def test_waits_in_the_window_sealed(self, firm):
        is_kept(firm)

        kept = kept_in(firm.page)

        assert "156864" not in kept
        assert kept.count("box") == 1

    def test_of_a_token_from_before_another_sign_in_goes_through(self, firm):
        """Sign-ins in other windows give every older page an old token: the page fetches the new one."""
        self.look_over(firm)
        session_ends()
        window = firm.context.new_page()
        window.goto("/accounts/login/?next=/session/again/")
        sign_in(window, firm.user)
        window.get_by_role("heading", name="您已重新登录").wait_for()

        presses(firm, firm.words["seal"])
        firm.page.get_by_role("heading", name=firm.words["sealed"]).wait_for()

        assert Bid.objects.count() == 1


def confirm(user):
    """They can sign in by password."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    user.set_password(PASSWORD)
    user.save()


class TestWithoutScript:
    def test_the_form_waits_in_the_answer_until_one_has_signed_in(self, market, chromium, member):
        context = chromium.new_context(locale="zh-CN", base_url=market, java_script_enabled=False)
        person = Person(context)
        person.looks = lambda **_: None
        person.is_signed_in_as(member)
        person.goes_to(PROFILE)
        person.fills(name="改过的名字")
        session_ends()

        person.page.get_by_role("button", name="保存", exact=True).click()
        assert "您已退出登录，内容没有丢失" in person.text()
        with person.context.expect_page() as opened:
            person.page.get_by_role("link", name="重新登录（新窗口）").click()
        sign_in(opened.value, member)
        opened.value.get_by_role("heading", name="您已重新登录").wait_for()
        person.page.get_by_role("button", name="现在提交").click()
        assert "请再提交一次" in person.text()
        person.presses("现在提交")

        assert name_of(member) == "改过的名字"
        context.close()
