"""What a phone, a sheet of paper and forced colours make of the pages."""

import re

import pytest

from tests.browser.people import NARROW
from tests.browser.test_sealing import address, bidder, file
from tests.factories.contracting import ContractFactory, owner_of
from tests.factories.credit import CreditModelFactory
from tests.factories.tendering import WorkRequestFactory

PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def work_request(market):
    CreditModelFactory()
    return WorkRequestFactory(lowest_price=True, published=True)


def top_of(person, words):
    return person.page.get_by_text(words, exact=True).locator("visible=true").first.bounding_box()["y"]


class TestOnAPhone:
    def test_conditions_and_hotline_come_first(self, somebody, work_request):
        visitor = somebody()
        visitor.page.set_viewport_size(NARROW)
        visitor.goes_to(work_request.get_absolute_url())
        visitor.page.set_viewport_size(NARROW)

        assert top_of(visitor, "12345 热线") < 36
        assert top_of(visitor, "登录后报名") < top_of(visitor, "资格条件") < top_of(visitor, "项目与服务")
        assert top_of(visitor, "项目与服务") < top_of(visitor, "联系方式")

    def test_a_firm_reads_whether_it_can_bid_first(self, somebody, work_request):
        person = bidder(somebody, work_request, size=NARROW)
        person.goes_to(work_request.get_absolute_url())
        person.page.set_viewport_size(NARROW)

        assert top_of(person, "贵公司符合全部条件") < top_of(person, "项目与服务") < top_of(person, "资格条件")

    def test_no_mark_breaks_inside_its_words(self, somebody, work_request):
        visitor = somebody()
        for page in ("/", "/regulations/", work_request.get_absolute_url(), "/components/"):
            visitor.goes_to(page)
            visitor.page.set_viewport_size(NARROW)

            boxes = [tag.bounding_box() for tag in visitor.page.locator(".tag >> visible=true").all()]

            assert boxes
            assert [box for box in boxes if box["height"] > 30 and box["width"] < 200] == []

    def test_what_a_price_comes_to_stands_below_it(self, somebody, work_request):
        work_request.request_items.update(standard_fee="182400.00")
        person = bidder(somebody, work_request, size=NARROW)
        person.goes_to(address(work_request, "zh-CN"))
        person.page.set_viewport_size(NARROW)
        shown = person.page.locator("[data-price-shown]")
        assert not shown.is_visible()
        sent = len(person.sent)

        person.fills(price="156,864")

        field, box = person.page.locator("[name=price]").bounding_box(), shown.bounding_box()
        assert 0 < box["y"] - field["y"] < 150
        assert shown.locator("[data-capital]").inner_text() == "壹拾伍万陆仟捌佰陆拾肆元整"
        assert len(person.sent) == sent


class TestOnPaper:
    def sheets(self, person):
        return len(PAGE.findall(person.page.pdf(prefer_css_page_size=True)))

    def test_a_receipt_is_one_sheet(self, somebody, work_request):
        person = bidder(somebody, work_request)
        file(person, work_request)

        assert self.sheets(person) == 1

    def test_a_notice_and_a_contract_are_two_at_most(self, somebody, market):
        CreditModelFactory()
        contract = ContractFactory(agreed=True)
        owner = somebody()
        owner.is_signed_in_as(owner_of(contract))
        for page in (f"/awards/{contract.award.work_request.number}/", f"/contracts/{contract.number}/text/"):
            owner.goes_to(page)

            assert self.sheets(owner) <= 2, page


def test_forced_colours_draw_with_the_readers_own(somebody, market):
    reader = somebody()
    reader.page.emulate_media(forced_colors="active", color_scheme="dark")
    reader.page.goto("/components/")
    text = reader.page.evaluate("getComputedStyle(document.body).color")

    def colours(selector, prop):
        script = f"(all) => [...new Set(all.map((each) => getComputedStyle(each).{prop}))]"
        return reader.page.eval_on_selector_all(selector, script)

    assert colours(".waterfall .wf-up, .waterfall .wf-down", "fill") == [text]
    assert "0px" not in colours(".grade-letter", "borderTopWidth")
    assert colours(".clock-sign.icon", "color") == [text]
