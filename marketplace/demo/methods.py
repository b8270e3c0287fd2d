"""One story a selection method, and what may happen after a selection, for everybody who looks around the demo world."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.core import calendar, clock
from marketplace.tendering import services as tendering
from marketplace.tendering.facts.listed_offers import candidates_of
from marketplace.tendering.models import Paper, WorkRequest

from . import evaluators
from .firms import Firm, pdf
from .projects import Cast, at, eligible, fresh
from .stage import Act

WEIGHTS = {"price": 30, "time": 10, "proposal": 45, "credit": 15}


@dataclass(frozen=True)
class Show:
    """
    A request that shows something.

    :param back: working days before today on which it is published; its bids close four working days later
    :param then: how it goes on after the opening; empty where the market goes on by itself
    """

    number: int
    title: str
    item: str
    method: str
    back: int
    parameters: dict[str, Any] = field(default_factory=dict)
    owner: int = 0
    most: int = 8
    then: str = ""
    #: What makes a bundle of it.
    also: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        return (self.item, *self.also)


SHOWS = (
    Show(
        0,
        "动力电池极片项目环境影响报告书编制",
        "HB-001",
        "best_proposal",
        5,
        {"weights": WEIGHTS, "evaluators": 5},
        then="half_marked",
    ),
    Show(
        1,
        "新材料产业园水土保持方案编制",
        "SL-002",
        "best_proposal",
        16,
        {"weights": WEIGHTS, "evaluators": 3},
        3,
        then="marked",
    ),
    Show(2, "住宅小区一期日照分析", "ZG-005", "benchmark_price", 12, owner=4),
    Show(3, "食品加工项目环境影响报告表编制", "HB-002", "credit_preferred", 5, {"long": 4, "short": 2}),
    Show(4, "研发中心可行性研究报告编制", "FZ-003", "credit_preferred", 15, {"long": 4, "short": 2}, 5, then="picked"),
    Show(5, "冷链仓库竣工环境保护验收监测", "HB-005", "lowest_price", 14, owner=6, then="upheld"),
    Show(7, "新能源项目资产评估", "CZ-002", "direct", 9, owner=9, then="picked_directly"),
    Show(8, "智能装备厂区联合测绘", "ZG-007", "lowest_price", 13, owner=10, also=("ZG-005",)),
    Show(6, "纺织车间改造节能报告编制", "FZ-005", "lowest_price", 20, owner=7, then="dropped"),
)


def acts(cast: Cast, owners: list[tuple[Organisation, User]], items: dict[str, ServiceItem], today: date) -> list[Act]:
    return [_story(show, cast, *owners[show.owner], [items[code] for code in show.items], today) for show in SHOWS]


def _story(show: Show, cast: Cast, owner: Organisation, user: User, items: list[ServiceItem], today: date) -> Act:
    chance = Random(f"show {show.number}")  # noqa: S311  a story, not a secret
    published_on = calendar.working_day_before(today, show.back)
    yield at(published_on, "08:40") + timedelta(minutes=show.number)
    work_request = _draft(show, owner, user, items, published_on)
    tendering.submit_request(request_id=work_request.pk, actor=user)
    yield clock.now() + timedelta(minutes=30)
    work_request = tendering.review_request(request_id=work_request.pk, publish_it=True, actor=cast.clerk)
    if show.method != "direct":
        able = [firm for firm in cast.firms if all(firm.offers(code) for code in show.items)]
        for index, firm in enumerate(able[: show.most]):
            yield clock.now() + timedelta(minutes=11 + index)
            if eligible(firm, work_request):
                _bid(show, work_request, firm, chance)
    if work_request.opens_at is not None:
        yield work_request.opens_at + timedelta(minutes=5)
    if show.then:
        yield from THEN[show.then](WorkRequest.objects.get(pk=work_request.pk), cast, user)


def _draft(show: Show, owner: Organisation, user: User, items: list[ServiceItem], published_on: date) -> WorkRequest:
    # Of a bundle all but the first may be subcontracted.
    lines = [tendering.ItemLine(item, may_subcontract=item.code in show.also) for item in items]
    draft = tendering.create_draft(owner=owner, actor=user, title=show.title, lines=lines)
    names, deliverables = (
        "、".join(words) for words in zip(*((i.name_zh, i.deliverable_zh) for i in items), strict=True)
    )
    return tendering.save_draft(
        request_id=draft.pk,
        actor=user,
        values={
            "project_name": show.title.removesuffix(items[0].name_zh),
            "project_code": f"2609-320499-89-01-9{show.number:05d}",
            "content": f"完成{names}，提交{deliverables}，配合审批直至办结。",
            "scale": "见附件",
            "service_days": max(item.standard_days or 45 for item in items),
            "method": show.method,
            "parameters": show.parameters,
            "price_max": Decimal(68_000 + 1_500 * show.number),
            "bids_close_at": None
            if show.method == "direct"
            else at(calendar.working_day_after(published_on, 4), "17:00"),
            "contact_name": user.name,
            "contact_phone": owner.phone or "0519-85680000",
        },
    )


def _bid(show: Show, work_request: WorkRequest, firm: Firm, chance: Random) -> None:
    share = Decimal(str(round(1 - firm.discount - chance.uniform(0, 0.05), 4)))
    price = (
        None if work_request.fixes_price else ((work_request.price_max or Decimal(0)) * share).quantize(Decimal("0.01"))
    )
    days = max(3, round((work_request.service_days or 10) * chance.uniform(0.7, 1)))
    tendering.seal_and_submit_bid(
        request_id=work_request.pk,
        intermediary=fresh(firm),
        actor=firm.user,
        price=price,
        days=days,
        proposal=pdf("方案.pdf") if work_request.asks_for_proposal else None,
    )


def _papers(work_request: WorkRequest) -> list[Paper]:
    papers = Paper.objects.filter(seat__opening__work_request=work_request).open()
    return list(papers.select_related("seat__evaluator__user").order_by("seat__place"))


def _half_marked(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    """Two of five have handed in; the demo's own evaluator has not."""
    yield at(calendar.working_day_after(clock.today(), 1), "10:00")
    waiting = [paper for paper in _papers(work_request) if paper.seat.number != 1]
    for paper in waiting[:2]:
        evaluators.mark(paper, {row.label: 70 + 4 * row.label for row in paper.marks.all()})


def _marked(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    """The first proposal divides the evaluators, so that all mark it once more."""
    for spread in (18, 5):
        yield at(calendar.working_day_after(clock.today(), 1), "10:00")
        for place, paper in enumerate(_papers(work_request)):
            yield clock.now() + timedelta(minutes=50)
            marks = {
                row.label: 82 - spread + spread * place if row.label == 1 else 68 + 5 * row.label + place
                for row in paper.marks.all()
            }
            evaluators.mark(paper, marks)


def _picked(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    yield at(calendar.working_day_after(clock.today(), 1), "11:00")
    short_list = work_request.opening.short_list
    tendering.pick_from_short_list(
        request_id=work_request.pk,
        uscc=short_list[-1],
        reason="该机构近两年完成过同类园区项目，项目负责人常驻本地，能按建设进度分批提交成果。",
        actor=user,
    )


def _picked_directly(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    yield clock.now() + timedelta(hours=2)
    offered = min(candidates_of(work_request, at=clock.now()), key=lambda one: (one.price, one.listed_as))
    tendering.pick_offer(
        request_id=work_request.pk,
        uscc=offered.intermediary.uscc,
        reason="报价在符合条件的机构中最低，承诺时间满足融资安排。",
        actor=user,
    )


def _upheld(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    award = work_request.awards.live().get()
    yield clock.now() + timedelta(hours=18)
    loser = work_request.opening.opened_bids.ranked().exclude(pk=award.opened_bid_id).last()
    firm = next(each for each in cast.firms if loser and each.intermediary.pk == loser.intermediary_id)
    tendering.submit_objection(
        award_id=award.pk,
        intermediary=fresh(firm),
        ground="eligibility",
        statement="中选机构的监测场所已于上月注销，报价时未如实说明，见市场监管公示信息。",
        actor=firm.user,
    )
    yield at(calendar.working_day_after(clock.today(), 1), "15:00")
    tendering.decide_objections(
        award_id=award.pk,
        upheld=True,
        remedy="next",
        reasons="经核查，异议所述属实。中选机构不再具备承担本项服务的条件，由下一名接替。",
        actor=cast.regulator,
    )


def _dropped(work_request: WorkRequest, cast: Cast, user: User) -> Act:
    """The winner gives up after the award notice, and the next in rank takes over."""
    award = work_request.awards.live().get()
    yield award.publicity_ends_at + timedelta(hours=10)
    tendering.pass_award_on(
        award_id=award.pk, reason="中选机构书面放弃：项目负责人离职，无法按期履约。", actor=cast.clerk
    )


THEN = {
    "half_marked": _half_marked,
    "marked": _marked,
    "picked": _picked,
    "picked_directly": _picked_directly,
    "upheld": _upheld,
    "dropped": _dropped,
}
