"""Each long form, its session ended at every step: signed in again, it is finished without typing anything twice."""

import pytest
from allauth.account.models import EmailAddress

from marketplace.accounts.models import User
from marketplace.catalogue.models import ServiceItem
from marketplace.registry.models import Registration
from marketplace.tendering.models import Objection, WorkRequest
from tests.browser import acts
from tests.browser.windows import dialog, is_told, session_ends, signs_in_again_elsewhere, signs_in_again_here
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory
from tests.factories.tendering import WorkRequestFactory, member_of
from tests.registry import filings


def can_sign_in(user):
    """By password, as after signing up."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    user.set_password(PASSWORD)
    user.save()
    return user


def somebody_as(somebody, user):
    person = somebody()
    person.user = can_sign_in(User.objects.get(pk=user.pk))
    person.is_signed_in_as(person.user)
    # Axe has looked at these pages in the tests of their own.
    person.looks = lambda **_: None
    return person


def presses_after_the_end(person, words, *, here=False):
    """The session is over when the button is pressed; the form goes through once somebody has signed in again."""
    # The page has all that it needs of the session before anybody can type.
    person.page.wait_for_load_state("networkidle")
    session_ends()
    button = person.page.get_by_role("button", name=words, exact=True).locator("visible=true").first
    button.click()
    is_told(person, "您已退出登录")
    if here:
        signs_in_again_here(person, person.user)
        person.page.wait_for_load_state("networkidle")
        person.presses(words)
    else:
        signs_in_again_elsewhere(person, person.user)
        is_told(person, "您已重新登录")
        with person.page.expect_navigation():
            dialog(person).get_by_role("button", name="现在提交").click()
    person.complaints = [line for line in person.complaints if not line.startswith(("401", "403"))]


@pytest.mark.parametrize("here", [False, True], ids=["another window", "the same window"])
def test_a_request_s_draft(somebody, market, here):
    person = somebody_as(somebody, MembershipFactory(user=UserFactory(verified=True)).user)
    item = ServiceItem.objects.get(code="HB-001")
    person.goes_to(f"/workbench/requests/new/?item={item.code}")
    person.fills(title=acts.TITLE)
    presses_after_the_end(person, "开始填写", here=here)
    person.fills(**acts.PROJECT)
    presses_after_the_end(person, "保存并继续", here=here)
    person.fills(content="现状监测、工程分析、报告书编制。", scale="总投资 3.6 亿元", service_days="40")
    presses_after_the_end(person, "保存并继续", here=here)
    person.fills(requirement_reason="与本项目的规模相适应。")
    presses_after_the_end(person, "保存并继续", here=here)
    person.fills(
        method="lowest_price", price_max="180000", signing_days="10",
        bids_close_at_0="2026-12-07", bids_close_at_1="17:00",
    )  # fmt: skip
    presses_after_the_end(person, "保存并继续", here=here)
    person.fills(contact_name="赵某", contact_phone="0519-85680001")
    if not here:
        person.fills(attachment="可行性研究报告（摘要）.pdf")
    presses_after_the_end(person, "保存并继续", here=here)

    draft = WorkRequest.objects.get()
    assert (draft.title, draft.content, draft.contact_name) == (acts.TITLE, "现状监测、工程分析、报告书编制。", "赵某")
    assert (draft.method, draft.requirement_reason) == ("lowest_price", "与本项目的规模相适应。")
    assert draft.attachments.count() == (0 if here else 1)


def test_a_registration(somebody, market):
    registration, user = filings.draft()
    person = somebody_as(somebody, user)
    person.goes_to(f"/workbench/registrations/{registration.number}/steps/particulars/")
    person.fills(legal_representative="吴某", district="天宁区", address="延陵中路 9 号", phone="0519-85680002")
    presses_after_the_end(person, "保存并继续")
    person.fills(rows__0__name="吴某", rows__0__share_percent="80")
    presses_after_the_end(person, "保存并继续")
    person.fills(authorised_person="钱某", licence="营业执照.pdf", authorisation="授权委托书.pdf")
    presses_after_the_end(person, "保存并继续")
    person.fills(
        rows__0__qualification_type="环境影响评价信用平台登记",
        rows__0__number="苏环评 2026-018",
        rows__0__issuer="生态环境部",
        rows__0__valid_from="2024-01-01",
        rows__0__valid_to="2028-05-31",
    )
    presses_after_the_end(person, "保存并继续")
    person.fills(rows__0__name="郑某", rows__0__licence_type="环境影响评价工程师", rows__0__licence_no="BH000018")
    presses_after_the_end(person, "保存并继续")
    person.fills(rows__0__item="HB-001", rows__0__pricing="按标准下浮", rows__0__amount="14", rows__0__days="35")
    presses_after_the_end(person, "保存并继续")
    person.fills(agreed=True)
    presses_after_the_end(person, "保存并继续")

    person.presses("提交登记")
    person.reads("已提交，等待主管部门核查")
    assert Registration.objects.get(pk=registration.pk).state == "filed"


def test_an_objection(somebody, market):
    work_request = WorkRequestFactory(lowest_price=True, bidders=3)
    acts.passes("2026-11-30 17:00")
    acts.passes("2026-11-30 17:02")
    loser = somebody_as(somebody, member_of(work_request.firms[0].organisation))
    loser.goes_to(f"/awards/{work_request.number}/objections/new/")
    loser.fills(ground="eligibility", statement="中选机构的资质不含本项服务。", evidence="证据.pdf")

    presses_after_the_end(loser, "提交异议")

    objection = Objection.objects.get()
    assert objection.statement == "中选机构的资质不含本项服务。"
    assert objection.evidence.count() == 1
