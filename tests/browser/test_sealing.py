"""Sealing in the browser: what leaves it, and that PyNaCl opens it; with script and without, in both languages."""

import base64
import hashlib
import json
import re
from decimal import Decimal

import pytest
from django.conf import settings
from nacl.public import PrivateKey, SealedBox

from marketplace.core import money
from marketplace.custody import sealing
from marketplace.tendering.announcing import receipts
from marketplace.tendering.announcing.receipts import BidReceipt
from marketplace.tendering.models import Bid, SealedProposal
from marketplace.tendering.sealing import proposals
from marketplace.tendering.sealing.bids import read_bid
from tests.browser.people import NARROW, WIDE, Person
from tests.core.typed.test_amounts import CASES, MORE
from tests.factories.credit import CreditModelFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids

WORDS = {
    "zh-CN": {
        "look": "下一步：核对",
        "edit": "返回",
        "seal": "封存并提交",
        "sealed": "报价已封存",
        "withdraw": "撤回报价",
        "withdrawn": "撤回已封存",
        "download": "下载回执（JSON）",
    },
    "en-US": {
        "look": "Look it over",
        "edit": "Back",
        "seal": "Seal and submit",
        "sealed": "The bid is sealed",
        "withdraw": "Withdraw the bid",
        "withdrawn": "The withdrawal is sealed",
        "download": "Download the receipt (JSON)",
    },
}
PRICE, TYPED = "156864.50", "１５６,864.5"


@pytest.fixture
def work_request(market):
    CreditModelFactory()
    return WorkRequestFactory(lowest_price=True, published=True)


def bidder(somebody, work_request, locale="zh-CN", size=WIDE):
    """A firm's person at a window that keeps what it sends."""
    firm = bidder_for(work_request)
    person = somebody(locale)
    person.page.set_viewport_size(size)
    person.firm, person.words, person.sent = firm, WORDS[locale], []
    person.is_signed_in_as(member_of(firm.organisation))
    person.page.on("request", lambda request: person.sent.append(request.post_data_buffer or b""))
    return person


def address(work_request, locale, page="bid/"):
    return f"{'/en' if locale == 'en-US' else ''}/requests/{work_request.number}/{page}"


def presses(person, words):
    person.page.get_by_role("button", name=words, exact=True).locator("visible=true").click()


def download(person):
    with person.page.expect_download() as found:
        person.page.get_by_role("link", name=person.words["download"]).click()
    return json.loads(found.value.path().read_text())


def unsealed(work_request, row):
    """By PyNaCl alone: the outer box with the operator's key, the inner with the regulator's."""
    plain = bytes(row.ciphertext)
    for side in ("operator", "regulator"):
        deposit = work_request.deposits.get(side=side)
        plain = SealedBox(PrivateKey(sealing.unwrap(side, bytes(deposit.wrapped_key)))).decrypt(plain)
    return plain


def file(person, work_request, locale="zh-CN"):
    person.goes_to(address(work_request, locale))
    person.fills(price=TYPED, days="30")
    presses(person, person.words["look"])
    person.page.locator("[name=declaration]").check()
    presses(person, person.words["seal"])
    person.page.get_by_role("heading", name=person.words["sealed"]).wait_for()


class TestABid:
    @pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
    @pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
    def test_is_sealed_here_and_opens_there(self, somebody, work_request, locale, size):
        person = bidder(somebody, work_request, locale, size)

        file(person, work_request, locale)
        receipt = download(person)

        row = Bid.objects.get()
        plain = unsealed(work_request, row)
        assert len(plain) == 4096
        assert plain.rstrip(b" ") == json.dumps(
            {
                "days": 30, "nonce": receipt["nonce"], "price": PRICE, "proposal": None, "request": work_request.number,
                "salt": receipt["salt"], "uscc": person.firm.uscc, "version": 1,
            },
            separators=(",", ":"),
        ).encode()  # fmt: skip
        assert receipt["sha256"] == row.sha256
        assert receipts.is_genuine(BidReceipt(**receipt))

    def test_leaves_the_browser_as_ciphertext_only(self, somebody, work_request):
        person = bidder(somebody, work_request)

        file(person, work_request)
        receipt = download(person)

        sent = b"".join(person.sent)
        assert base64.b64encode(bytes(Bid.objects.get().ciphertext)) in sent
        for telling in (PRICE, "156864", "156,864", TYPED, receipt["nonce"], receipt["salt"]):
            assert telling.encode() not in sent
            assert base64.b64encode(telling.encode())[:-4] not in sent

    def test_is_looked_over_before(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price=TYPED, days="30")

        presses(person, person.words["look"])
        person.looks(again=True)

        person.reads("¥156,864.50", "壹拾伍万陆仟捌佰陆拾肆元伍角整", "30 个工作日", "在您的浏览器中完成")
        presses(person, person.words["edit"])
        assert person.page.locator("[name=price]").input_value() == TYPED

    @pytest.mark.parametrize(
        ("price", "days", "words"),
        [
            ("180000.01", "30", "¥180,000.00"),
            ("0", "30", "大于零"),
            ("1.001", "30", "大于零"),
            ("150000", "36", "1 到 35"),
        ],
    )
    def test_outside_the_limits_stays_at_its_field(self, somebody, work_request, price, days, words):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price=price, days=days)

        presses(person, person.words["look"])

        assert words in person.page.locator(".field-error:visible").inner_text()
        assert not person.page.locator("[data-seal]").is_visible()
        assert not any(person.sent)

    def test_without_the_declaration_sends_nothing(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price=TYPED, days="30")
        presses(person, person.words["look"])

        presses(person, person.words["seal"])

        person.reads("请先确认声明")
        assert not any(person.sent)

    def test_pressed_again_after_a_broken_line_is_stored_once(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price=TYPED, days="30")
        presses(person, person.words["look"])
        person.page.locator("[name=declaration]").check()
        lose_the_first_answer(person)

        presses(person, person.words["seal"])
        person.page.get_by_text("无法连接服务器").wait_for()
        presses(person, person.words["seal"])
        person.page.get_by_role("heading", name=person.words["sealed"]).wait_for()

        assert Bid.objects.count() == 1
        person.complaints.clear()

    def test_refused_by_the_server_says_why(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))
        person.fills(price=TYPED, days="30")
        presses(person, person.words["look"])
        person.page.locator("[name=declaration]").check()
        person.firm.qualifications.all().delete()

        presses(person, person.words["seal"])
        person.page.locator("[data-failure]").wait_for()

        person.reads("没有有效资质")
        assert not Bid.objects.exists()
        assert [line.split(":")[0] for line in person.complaints] == ["409"]
        person.complaints.clear()


def lose_the_first_answer(person):
    """The server stores the filing, but its answer never comes."""
    lost = []

    def once(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.fallback()

    person.page.route("**/bid/sealed/", once)


class TestAWithdrawal:
    @pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
    def test_is_sealed_in_the_browser_too(self, somebody, work_request, locale):
        person = bidder(somebody, work_request, locale)
        file(person, work_request, locale)

        person.goes_to(address(work_request, locale, "bid/withdraw/"))
        presses(person, person.words["withdraw"])
        person.page.get_by_role("heading", name=person.words["withdrawn"]).wait_for()

        first, second = Bid.objects.all()
        assert len(first.ciphertext) == len(second.ciphertext)
        bid = read_bid(json.loads(unsealed(work_request, second)))
        assert bid.is_withdrawal
        assert [row.fate for row in open_bids(work_request).opened_bids.order_by("filing")] == ["replaced", "withdrawn"]


class TestAProposal:
    def test_is_encrypted_in_the_browser_and_opens_with_the_key_in_the_bid(self, somebody, market):
        CreditModelFactory()
        contest = WorkRequestFactory(
            method="best_proposal",
            published=True,
            parameters={
                "weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10},
                "evaluators": 3,
                "pool": [1, 2, 3, 4, 5],
            },
        )
        person = bidder(somebody, contest)
        person.goes_to(address(contest, "zh-CN"))
        content = b"%PDF-1.7\n" + b"secret method " * 5000
        person.fills(price=TYPED, days="30")
        person.page.locator("[name=proposal]").set_input_files(
            {"name": "技术方案.pdf", "mimeType": "application/pdf", "buffer": content}
        )

        presses(person, person.words["look"])
        person.reads("技术方案.pdf")
        person.page.locator("[name=declaration]").check()
        presses(person, person.words["seal"])
        person.page.get_by_role("heading", name=person.words["sealed"]).wait_for()

        bid = read_bid(json.loads(unsealed(contest, Bid.objects.get())))
        stored = SealedProposal.objects.get(sha256=bid.proposal["sha256"])
        assert stored.size == 131072 + 40
        with stored.file.open("rb") as box:
            opened = proposals.open_file(box.read(), bid.proposal["key"])
        assert (opened.name, opened.content) == ("技术方案.pdf", content)
        assert b"secret method" not in b"".join(person.sent)


class TestWithoutScript:
    def test_it_is_sealed_on_arrival_and_the_page_says_so(self, market, chromium, work_request):
        context = chromium.new_context(locale="zh-CN", base_url=market, java_script_enabled=False)
        person = Person(context)
        person.looks = lambda **_: None
        firm = bidder_for(work_request)
        person.is_signed_in_as(member_of(firm.organisation))

        person.goes_to(address(work_request, "zh-CN"))
        person.reads("您的浏览器没有运行脚本")
        person.fills(price=TYPED, days="30")
        person.presses("下一步：核对")
        person.reads("在服务器上完成")
        person.page.locator("[name=declaration]").check()
        person.presses("封存并提交")

        person.reads("报价已封存")
        bid = read_bid(json.loads(unsealed(work_request, Bid.objects.get())))
        assert (bid.price, bid.days) == (PRICE, 30)
        assert person.complaints == []
        context.close()


class TestAmounts:
    AMOUNTS = (
        "0.01", "0.10", "1.00", "1.05", "10.00", "100000.00", "100050.00", "182400.00", "1000000.10", "10000000.00",
        "100000001.00", "1020030405.06", "9999999999999999.99", "1000000000000.00", "10010000.00", "20000.02",
    )  # fmt: skip

    def test_read_like_the_servers(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))

        found = person.page.evaluate(
            """async (amounts) => {
                const {capitalCny, formatCny, readFen} = await import("/static/js/amounts.js");
                return amounts.map(each => [formatCny(readFen(each)), capitalCny(readFen(each))]);
            }""",
            list(self.AMOUNTS),
        )

        assert found == [[money.format_cny(Decimal(each)), money.capital_cny(Decimal(each))] for each in self.AMOUNTS]

    def test_texts_are_read_or_refused_as_the_server_does(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))

        found = person.page.evaluate(
            """async (texts) => {
                const {plainCny, readAmount} = await import("/static/js/amounts.js");
                return texts.map(readAmount).map(({fen, reason}) => [fen === null ? null : plainCny(fen), reason]);
            }""",
            [text for text, _value, _reason in CASES + MORE],
        )

        assert found == [[value, reason] for _text, value, reason in CASES + MORE]

    def test_a_comma_for_a_point_is_named_before_anything_is_sealed(self, somebody, work_request):
        person = bidder(somebody, work_request)
        person.goes_to(address(work_request, "zh-CN"))

        person.page.get_by_label("报价").first.fill("1568,5")
        person.page.get_by_role("button", name=person.words["look"]).click()

        person.page.get_by_text("小数请写在小数点之后").first.wait_for()
        assert not any(b"sealed" in body for body in person.sent)


def test_the_vendored_files_are_those_that_are_written_down():
    page = (settings.BASE_DIR / "docs/vendored.md").read_text()
    listed = dict(re.findall(r"^\| `(\S+\.js)` \| `([0-9a-f]{64})` \|$", page, re.MULTILINE))

    assert len(listed) == 3
    for name, digest in listed.items():
        assert hashlib.sha256((settings.BASE_DIR / "static/vendor" / name).read_bytes()).hexdigest() == digest
