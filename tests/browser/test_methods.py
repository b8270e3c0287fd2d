"""The methods as their people meet them: a bid from a phone to its check, a pick from the short list, evaluators."""

import json

import pytest

from tests.browser import acts
from tests.browser.people import NARROW
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of
from tests.tendering import panels

REASON = "价格相同，同类项目最多。"


@pytest.fixture
def on_a_phone(somebody):
    """A person whose window stays narrow after each look at both widths."""

    def open_for():
        person = somebody()
        looks = person.looks

        def and_back(**more):
            looks(**more)
            person.page.set_viewport_size(NARROW)

        person.looks = and_back
        person.page.set_viewport_size(NARROW)
        return person

    return open_for


def seal(person, price):
    """Look the price over and seal it; returns the receipt's file."""
    person.fills(price=price, days="30")
    person.page.get_by_role("button", name="下一步：核对").click()
    person.page.locator("[name=declaration]").check()
    person.page.get_by_role("button", name="封存并提交").locator("visible=true").click()
    person.page.get_by_role("heading", name="报价已封存").wait_for()
    person.looks(again=True)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="下载回执（JSON）").click()
    return download.value.path()


def is_verified(person, number):
    """The page that recomputes the selection is green."""
    person.goes_to(f"/awards/{number}/verify/")
    person.page.get_by_text("结果正确").wait_for()
    person.looks(again=True)


def height_of(person, heading):
    return person.page.get_by_role("heading", name=heading).bounding_box()["y"]


def test_a_bid_from_a_phone_to_its_check(on_a_phone, market):
    work_request = WorkRequestFactory(lowest_price=True, bidders=2)
    number = work_request.number
    person = on_a_phone()
    person.is_signed_in_as(member_of(bidder_for(work_request).organisation))
    person.goes_to(f"/requests/{number}/")
    person.follows("报名并报价", within="main")

    person.page.get_by_role("button", name="下一步：核对").click()
    assert person.page.evaluate("document.activeElement.name") == "price"
    seal(person, "150000")
    assert height_of(person, "报价已封存") < height_of(person, "接下来")
    person.goes_to(f"/requests/{number}/")
    person.reads("贵公司已封存 1 份，以最后一份为准。")
    person.follows("替换报价", within="main")
    person.reads("贵公司已封存 1 份")
    receipt = seal(person, "140000")
    person.goes_to("/workbench/bids/")
    person.reads("已封存 2 份", "剩 5 个工作日")

    acts.passes("2026-11-30 17:00")
    acts.passes("2026-11-30 17:02")
    person.goes_to("/workbench/bids/")
    person.reads("第 1 名", "¥140,000.00")
    is_verified(person, number)
    person.page.locator("[data-receipt]").set_input_files(receipt)
    person.page.get_by_text("您排在第 1 位。回执上的公告哈希与此相同。").wait_for()


def test_a_changed_result_is_red_on_a_phone(on_a_phone, market):
    work_request = WorkRequestFactory(lowest_price=True, bidders=2, opened=True)
    changed = json.loads(json.dumps(work_request.opening.transcript))
    changed["ranking"].reverse()
    reader = on_a_phone()
    reader.goes_to("/verify/")

    reader.fills(transcript=json.dumps(changed))
    reader.page.get_by_role("button", name="核验", exact=True).click()

    reader.page.get_by_text("核验不一致").wait_for()
    reader.looks(again=True)


def test_credit_preferred_to_the_owner_s_pick(somebody, market):
    work_request = WorkRequestFactory(credit_preferred=True, bidders=3)
    number = work_request.number
    acts.passes("2026-11-30 17:00")
    acts.passes("2026-11-30 17:02")
    owner = somebody()
    owner.is_signed_in_as(member_of(work_request.owner))
    owner.goes_to("/workbench/")
    owner.follows("选定", within="main")
    names = owner.page.locator("tbody th a").all_inner_texts()
    assert len(names) == 2

    owner.presses("选定并公布", status=422)
    owner.reads("请选择一家机构。", "请填写：理由（公开）")
    owner.page.get_by_role("radio").nth(1).check()
    owner.fills(reason=REASON)
    owner.presses("选定并公布")
    owner.presses("是，确认办理")

    stranger = somebody()
    stranger.goes_to(f"/awards/{number}/")
    stranger.reads("公示中", REASON)
    assert stranger.page.locator(".winner.is-first h2").inner_text() == names[1]
    is_verified(stranger, number)


def mark(somebody, paper, given):
    """An evaluator finds the duty, declares no tie, marks and hands in; one mark a proposal, in the order shown."""
    evaluator = somebody()
    evaluator.is_signed_in_as(panels.person(paper))
    evaluator.goes_to("/workbench/")
    evaluator.follows("评分", within="main")
    if evaluator.page.get_by_role("button", name="我声明如上，打开方案").count():
        evaluator.presses("我声明如上，打开方案")
    shown = evaluator.page.locator("input[name^=mark_]").count()
    for label in range(1, 4):
        if evaluator.page.locator(f"[name=mark_{label}]").count():
            evaluator.fills(**{f"mark_{label}": given[label - 1], f"remark_{label}": "方案完整，进度可行。"})
    evaluator.presses("核对并提交")
    evaluator.presses("提交这些评分")
    return evaluator, shown


def test_best_proposal_with_a_second_round(somebody, market):
    work_request = panels.marked()
    firms = [firm.organisation.name for firm in work_request.firms]
    acts.passes("2026-12-01 10:00")
    for paper, first in zip(panels.papers(work_request), ("95", "60", "70"), strict=True):
        evaluator, shown = mark(somebody, paper, (first, "80", "85"))
        assert shown == 3
        evaluator.reads_nothing_of(*firms, "150,000", "160,000", "170,000")

    acts.passes("2026-12-01 10:05")
    for paper in panels.papers(work_request):
        _, shown = mark(somebody, paper, ("75", "80", "85"))
        assert shown == 1

    acts.passes("2026-12-01 10:10")
    stranger = somebody()
    stranger.goes_to(f"/awards/{work_request.number}/")
    stranger.reads("公示中", *firms)
    is_verified(stranger, work_request.number)
