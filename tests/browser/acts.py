"""The main job as its people do it at the browser, an act a function; all words are those of the Chinese pages."""

import json
import re

from marketplace.core import clock, outbox

TITLE = "年产 2 万吨电子级环氧树脂项目环境影响报告书编制"
#: What the first page of a request's draft asks.
PROJECT = {
    "project_name": "年产 2 万吨电子级环氧树脂项目",
    "project_code": "2609-320411-89-01-000001",
    "government_investment": "False",
    "fund_fiscal": "0",
    "fund_state": "0",
    "fund_social": "100",
}


def passes(moment):
    """Time passes up to an instant in Shanghai, and the worker does what falls due."""
    clock.move(moment)
    outbox.run_due()


def sign_up_and_record_enterprise(person, *, code):
    person.goes_to("/")
    person.signs_up(name="赵某", email="owner@haishi.example")
    person.reads("您还没有加入任何单位")
    person.follows("登记企业")
    person.fills(
        uscc=code,
        name_zh="常州海市新材料有限公司",
        legal_representative="孙某",
        district="新北区",
        address="常州市新北区港区路 8 号",
        phone="0519-85680001",
        holders__0__name="孙某",
        holders__0__share_percent="70",
    )
    person.presses("登记企业")
    person.reads("常州海市新材料有限公司", "发布采购需求")


def sign_up_and_register_firm(person, *, code, name):
    """Step by step, a page each, with the licence and the letter of authorisation uploaded; then it is filed."""
    person.signs_up(name="钱某", email="bids@qinggeng.example")
    person.follows("机构入驻")
    person.fills(uscc=code, name_zh=name)
    person.presses("开始登记")
    person.fills(
        legal_representative="吴某", district="天宁区", address="常州市天宁区延陵中路 9 号", phone="0519-85680002"
    )
    person.presses("保存并继续")
    person.fills(rows__0__name="吴某", rows__0__share_percent="80")
    person.presses("保存并继续")
    person.fills(authorised_person="钱某", licence="营业执照.pdf", authorisation="授权委托书.pdf")
    person.presses("保存并继续")
    person.fills(
        rows__0__qualification_type="环境影响评价信用平台登记",
        rows__0__number="苏环评 2026-018",
        rows__0__issuer="生态环境部",
        rows__0__valid_from="2024-01-01",
        rows__0__valid_to="2028-05-31",
    )
    person.presses("保存并继续")
    person.fills(rows__0__name="郑某", rows__0__licence_type="环境影响评价工程师", rows__0__licence_no="BH000018")
    person.presses("保存并继续")
    person.fills(rows__0__item="HB-001", rows__0__pricing="按标准下浮", rows__0__amount="14", rows__0__days="35")
    person.presses("保存并继续")
    person.fills(agreed=True)
    person.presses("保存并继续")
    person.reads(name, "营业执照.pdf", "苏环评 2026-018", "BH000018")
    person.presses("提交登记")
    person.reads("已提交，等待主管部门核查")


def check_registration(regulator, *, name):
    """Item by item, in the console."""
    regulator.follows("核查入驻登记", within="main")
    regulator.reads(name, "营业执照.pdf", "苏环评 2026-018", "BH000018")
    for verdict in regulator.page.locator("input[type=radio][value=pass]").all():
        verdict.check()
    regulator.presses("全部符合，通过")
    regulator.reads("已通过，即时生效")


def find_service_and_work_out_fee(owner):
    """HB-001 from the catalogue; the answer follows what is typed, without a button."""
    owner.goes_to("/services/")
    owner.page.locator("main").get_by_role("searchbox").first.fill("环境影响报告书")
    owner.page.keyboard.press("Enter")
    owner.page.wait_for_url("**/services/?*")
    owner.follows(re.compile("环境影响报告书编制"), within="main")
    owner.fills(base="3.6", industry="化工", sensitivity="ordinary")
    owner.page.get_by_text("18.24 万元").first.wait_for()
    owner.reads("¥182,400.00", "计价格〔2002〕125号")
    owner.looks(again=True)


def post_request(owner, *, method, price, closes):
    """From the calculator's answer through the five pages to the hand-in."""
    owner.follows("带着这个结果发布需求")
    owner.fills(title=TITLE)
    owner.presses("开始填写")
    owner.fills(**PROJECT)
    owner.presses("保存并继续")
    assert owner.page.locator("[name=fee-0-base]").input_value() == "3.6"
    assert owner.page.locator("[name=fee-0-industry]").input_value() == "化工"
    owner.reads("¥182,400.00")
    owner.fills(
        content="现状监测、工程分析、报告书编制，配合技术评估，至取得批复。", scale="总投资 3.6 亿元", service_days="40"
    )
    owner.presses("保存并继续")
    owner.presses("保存并继续")  # no condition beyond what the service needs
    day, time = closes.split()
    owner.fills(method=method, price_max=price, signing_days="10", bids_close_at_0=day, bids_close_at_1=time)
    owner.presses("保存并继续")
    owner.fills(contact_name="赵某", contact_phone="0519-85680001", attachment="可行性研究报告（摘要）.pdf")
    owner.presses("保存并继续")
    owner.reads(TITLE, "¥182,400.00", "可行性研究报告（摘要）.pdf")
    owner.presses("提交审核")
    owner.reads("需求已提交，运营方一个工作日内审核")


def review_request(clerk):
    clerk.follows("审核采购需求", within="main")
    clerk.reads(TITLE, "常州海市新材料有限公司", "¥182,400.00")
    clerk.presses("发布")
    clerk.presses("是，确认办理")
    clerk.reads("已发布")


def open_request(person):
    """From the public list."""
    person.goes_to("/requests/")
    person.follows(re.compile(re.escape(TITLE)), within="main")


def ask_and_answer(asker, owner, *, asker_name):
    open_request(asker)
    asker.follows("提问")
    asker.fills(text="现状监测的采样点位由业主提供还是由编制单位布设？")
    asker.presses("公布问题")
    asker.reads("问题已公布")
    owner.goes_to("/workbench/")
    owner.follows("答复", within="main")
    owner.fills(answer="由编制单位按导则布设。")
    owner.presses("公布答复")
    owner.reads("现状监测的采样点位", "由编制单位按导则布设。")
    owner.reads_nothing_of(asker_name)


def bid(person, *, price=None):
    """Look it over, seal it, keep the receipt; in a draw there is no price to give."""
    open_request(person)
    person.reads("贵公司符合全部条件")
    person.follows("报名并报价" if price else "报名", within="main")
    if price:
        person.fills(price=price, days="35")
    person.page.get_by_role("button", name="下一步：核对").click()
    person.looks(again=True)
    person.page.locator("[name=declaration]").check()
    person.page.get_by_role("button", name="封存并提交").locator("visible=true").click()
    person.page.get_by_role("heading", name="报价已封存" if price else "报名已封存").wait_for()
    person.looks(again=True)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="下载回执（JSON）").click()
    return json.loads(download.value.path().read_text())


def read_result(person):
    """From the request to its result; returns whose name stands first."""
    open_request(person)
    person.follows("选取结果", within="main")
    return person.page.locator(".winner.is-first h2").inner_text()


def agree_on_contract(owner, winner):
    """The owner proposes, the intermediary agrees; both sign."""
    owner.goes_to("/workbench/")
    owner.follows("去提出", within="main")
    owner.fills(
        milestones__0__title="环境影响报告书（报批稿）",
        milestones__0__percent="100",
        milestones__0__due_on=owner.page.locator("[name=service_ends_on]").input_value(),
    )
    owner.presses("提出条款")
    owner.reads("条款已提出")
    winner.goes_to("/workbench/")
    winner.follows("去查看", within="main")
    winner.presses("确认条款")
    winner.reads("条款已确认")
    for person in (winner, owner):
        person.goes_to("/workbench/")
        person.follows("查看并签署", within="main")
        person.fills(confirmed=True)
        person.presses("签署本文本")
        person.reads("您已签署合同")


def deliver_and_accept(winner, owner):
    winner.goes_to("/workbench/")
    winner.follows("去提交", within="main")
    winner.fills(files="环境影响报告书（报批稿）.pdf", note="含附图附件")
    winner.presses("提交成果")
    winner.reads("成果已提交", "环境影响报告书（报批稿）.pdf")
    owner.goes_to("/workbench/")
    owner.follows("去验收", within="main")
    owner.presses("验收通过")
    owner.presses("是，确认办理")
    owner.reads("成果已验收")


def rate_and_reply(owner, winner, *, stars):
    owner.goes_to("/workbench/")
    owner.follows("去评价", within="main")
    owner.fills(**{aspect: str(number) for aspect, number in stars.items()}, comment="报告质量好，按期交付。")
    owner.presses("发布评价")
    owner.reads("评价已公开")
    winner.goes_to("/workbench/contracts/")
    winner.follows(re.compile(re.escape(TITLE)), within="main")
    winner.follows("答复", within="main")
    winner.fills(reply="感谢配合，期待再次合作。")
    winner.presses("发布答复")
    winner.reads("报告质量好，按期交付。", "感谢配合，期待再次合作。")


def read_score(person, code):
    """The score of today on the firm's credit page."""
    person.goes_to(f"/intermediaries/{code}/credit/")
    return person.page.locator(".header-score").inner_text()
