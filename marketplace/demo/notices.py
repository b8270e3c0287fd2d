"""What the market of the demo world has announced."""

from dataclasses import dataclass
from datetime import date

from cms.content.guides import blocks
from cms.models import NoticeIndexPage, NoticePage
from marketplace.core import calendar

ISSUER = ("市政务服务中心", "City Government Services Centre")


@dataclass(frozen=True)
class Announcement:
    """One notice of the demo, so many working days before today."""

    days_ago: int
    title: str
    title_en: str
    text: str
    text_en: str


ANNOUNCEMENTS = (
    Announcement(
        298,
        "网上中介超市开市",
        "The market is open",
        "从今天起，企业可以在这里发布采购需求，中介机构可以入驻和报价。入驻常年开放，不收费用。\n"
        "选取结果公示期间，任何人都能在结果页重新计算一遍。",
        "From today enterprises can post requests here, and intermediaries can register and bid. Registration is always "
        "open and free of charge.\nWhile a result is public anybody can recompute it on its page.",
    ),
    Announcement(
        180,
        "收费标准可以在线测算",
        "Fees can be worked out online",
        "有收费标准的服务事项，都能在事项页上按项目数据测算，每一步列出公式和文件依据。\n"
        "实行市场调节价的服务，算出的是参考价，不是限价。",
        "Every service with a fee standard can be worked out for a project on its page, step by step, with the formula and "
        "the document.\nWhere prices are the market's, the result is a reference and no limit.",
    ),
    Announcement(
        60,
        "征集方案评审人员",
        "Evaluators wanted for proposals",
        "“方案择优”的方案由评审库中随机抽取的人员评分，评分时看不到机构名称。\n"
        "- 本专业高级职称或注册资格\n- 与被评机构没有利害关系，有则须申报并退出\n"
        "有意者请与市政务服务中心联系。",
        "In “best proposal” the proposals are marked by evaluators drawn from a pool, who do not see the firms' names.\n"
        "- A senior title or a registration in the field\n- No tie to the firms that are marked; whoever has one declares it "
        "and steps back\nPlease contact the City Government Services Centre.",
    ),
    Announcement(
        8,
        "年底前签约和验收的提醒",
        "A reminder for contracts and acceptance before the year ends",
        "本市场的期限按工作日计算，法定节假日不计，调休上班日计入。\n"
        "新一年的放假安排公布以前，跨年的期限标为“暂定”。请尽早安排验收。",
        "Times in this market are counted in working days: statutory holidays are out, make-up workdays are in.\nUntil the "
        "holidays of the new year are published, times that reach into it are marked provisional. Please plan ahead.",
    ),
)


def publish(today: date) -> None:
    """Publish the announcements below the index of notices, where the site has one."""
    index = NoticeIndexPage.objects.first()
    if index is None:
        return
    for number, each in enumerate(ANNOUNCEMENTS, start=1):
        page = NoticePage(
            title=each.title,
            title_en=each.title_en,
            slug=f"notice-{number}",
            issued_on=calendar.working_day_before(today, each.days_ago),
            issuer=ISSUER[0],
            issuer_en=ISSUER[1],
            body=blocks(each.text),
            body_en=blocks(each.text_en),
        )
        index.add_child(instance=page)
        page.save_revision().publish()
