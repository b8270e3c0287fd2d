"""An evaluator of no organisation marks proposals blind, on a phone and at a desk, in Chinese."""

from decimal import Decimal

from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.tendering.models import Paper
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, open_bids
from tests.tendering.panels import fill, papers, person


def marked(bids=2):
    """A request over a real service whose three evaluators have just been drawn."""
    EvaluatorFactory.create_batch(4)
    work_request = WorkRequestFactory(
        best_proposal=True, published=True, items=[ServiceItem.objects.get(code="HB-001")]
    )
    work_request.firms = [bidder_for(work_request) for _ in range(bids)]
    for number, firm in enumerate(work_request.firms):
        bid(work_request, firm, price=Decimal(150_000 + number), days=20)
    open_bids(work_request)
    return work_request


def test_marks_from_the_workbench_to_the_published_result(somebody):
    work_request = marked()
    first, *others = papers(work_request)
    clock.move("2026-12-01 10:00")
    evaluator = somebody()
    evaluator.is_signed_in_as(person(first))

    evaluator.goes_to("/workbench/")
    evaluator.looks()
    evaluator.page.click("ol.duties a")
    evaluator.looks()
    evaluator.presses("我声明如上，打开方案")
    evaluator.looks()
    evaluator.fills(mark_1="101", mark_2="八十")
    evaluator.presses("核对并提交", status=422)
    assert evaluator.page.locator(".error-summary li").all_inner_texts() == [
        "方案 1：评分须为 0 至 100 的整数。",
        "方案 2：评分须为 0 至 100 的整数。",
    ]
    evaluator.looks(again=True)
    evaluator.fills(mark_1="85", mark_2="70", remark_1="措施可行。", remark_2="依据不足。")
    evaluator.presses("核对并提交")
    evaluator.looks()
    evaluator.presses("提交这些评分")
    evaluator.looks()

    assert Paper.objects.get(pk=first.pk).handed_in_at is not None
    evaluator.goes_to(f"/awards/{work_request.number}/")
    evaluator.looks()
    assert work_request.firms[0].organisation.name_zh not in evaluator.page.content()
    for paper in others:
        fill(paper, dict.fromkeys((firm.uscc for firm in work_request.firms), 80))
    evaluator.goes_to(f"/awards/{work_request.number}/")
    evaluator.looks(again=True)
    assert work_request.firms[0].organisation.name_zh in evaluator.page.content()
    assert evaluator.page.locator("h2", has_text="评分与总分").count() == 1
