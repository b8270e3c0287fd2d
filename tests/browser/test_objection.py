"""A bidder objects, a regulator decides in the console, and the next in rank moves up."""

from marketplace.accounts.services import add_member
from tests.browser import acts
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.tendering import WorkRequestFactory, member_of

REASONS = "证书的专业范围不含本项服务，异议成立。"


def official(somebody):
    user = UserFactory()
    add_member(organisation=OrganisationFactory(authority=True), user=user, role="handler")
    person = somebody()
    person.is_signed_in_as(user)
    return person


def test_upheld_moves_the_next_up(somebody, market):
    work_request = WorkRequestFactory(lowest_price=True, bidders=3)
    number = work_request.number
    acts.passes("2026-11-30 17:00")
    acts.passes("2026-11-30 17:02")
    loser = somebody()
    loser.is_signed_in_as(member_of(work_request.firms[0].organisation))
    loser.goes_to(f"/awards/{number}/")
    first, second, _third = (each.locator("a").first.inner_text() for each in loser.page.locator(".winner").all())
    loser.follows("提出异议")

    loser.presses("提交异议", status=422)
    loser.reads("请填写：异议理由")
    loser.fills(ground="eligibility", statement="中选机构的资质不含本项服务。")
    loser.presses("提交异议")
    loser.reads("异议已收到，公示期暂停，等待决定。", "因异议公示暂停")

    regulator = official(somebody)
    regulator.goes_to("/console/requests/")
    regulator.follows("作出决定")
    regulator.reads(first, "中选机构的资质不含本项服务。")
    regulator.page.get_by_label("成立：由下一名递补").check()
    regulator.fills(reasons=REASONS)
    regulator.presses("决定并公布")
    regulator.presses("是，确认办理")
    regulator.goes_to(f"/console/requests/{number}/void/")
    regulator.reads("需求到此终止，已作的选取不再有效。此操作不能撤销。")

    stranger = somebody()
    stranger.goes_to(f"/awards/{number}/")
    assert stranger.page.locator(".winner h2").first.inner_text() == second
    stranger.reads(f"此前中选：{first}", REASONS, "剩 3 个工作日")
