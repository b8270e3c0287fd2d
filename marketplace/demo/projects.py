"""The requests of the demo world: who asks for what, how it is to end, and the story of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.contracting import services as contracting
from marketplace.contracting.models import Contract
from marketplace.core import calendar, clock
from marketplace.registry.models import Intermediary
from marketplace.tendering import services as tendering
from marketplace.tendering.facts import bidders
from marketplace.tendering.models import WorkRequest

from .firms import Firm, pdf
from .stage import Act

#: How many requests come to each end, and how many working days before today they are published.
ENDS = (
    ("draft", 4, (0, 6)),
    ("under_review", 3, (0, 0)),
    ("returned", 2, (1, 3)),
    ("open", 22, (0, 4)),
    ("publicity", 8, (6, 8)),
    ("objection", 2, (7, 8)),
    ("awarded", 5, (11, 14)),
    ("signing", 4, (14, 17)),
    ("service", 12, (24, 40)),
    ("acceptance", 4, (30, 40)),
    ("completed", 44, (70, 250)),
    ("failed", 5, (10, 60)),
    ("suspended", 1, (2, 2)),
    ("voided", 1, (40, 40)),
    ("terminated", 2, (12, 30)),
    ("lapsed", 2, (30, 45)),
    # Signed by both, and the service has not begun.
    ("contracted", 2, (15, 16)),
)
PUBLIC_ITEMS = ("HB-003", "HB-004", "FZ-004", "ZJ-004", "ZG-004", "FZ-007")
#: Items with their usual bases: base, coefficients.
BASES: dict[str, tuple[str, dict[str, str]]] = {
    "HB-001": ("3.6", {"industry": "化工", "sensitivity": "ordinary"}),
    "HB-002": ("0.8", {"industry": "机械", "sensitivity": "ordinary"}),
    "HB-003": ("2.4", {"industry": "化工", "sensitivity": "ordinary"}),
    "HB-004": ("0.6", {"industry": "机械", "sensitivity": "ordinary"}),
    "FZ-002": ("1.2", {"industry": "建筑", "complexity": "1.0"}),
    "FZ-003": ("2.5", {"industry": "轻工", "complexity": "1.0"}),
    "FZ-004": ("2.0", {"industry": "市政公用", "complexity": "1.0"}),
    "ZJ-002": ("3200", {"profession": "1.0", "complexity": "1.0"}),
    "ZJ-003": ("2600", {"profession": "1.0", "complexity": "1.0"}),
    "ZJ-005": ("1800", {}),
    "ZJ-006": ("400", {}),
    "ZJ-007": ("900", {}),
    "ZJ-008": ("2600", {"profession": "building", "complexity": "II", "altitude": "<=2000m"}),
    "RF-002": ("800", {"profession": "civil_defence", "complexity": "II", "altitude": "<=2000m"}),
    "ZG-001": ("86000", {}),
    "ZG-008": ("24000", {}),
    "ZG-009": ("12000", {}),
}
PROJECTS = (
    "年产 2 万吨电子级环氧树脂项目", "电子厂房扩建项目", "冷链仓库", "住宅小区一期", "智能装备厂区", "食品加工项目", "新材料产业园",
    "纺织车间改造", "动力电池极片项目", "研发中心", "厂区雨污分流工程", "汽车零部件二期",
)  # fmt: skip
QUESTIONS = (
    ("现状资料由业主提供，还是由中介机构自行收集？", "由业主提供已有资料，缺少的由中介机构补充。"),
    ("报价是否包含专家评审费用？", "包含。"),
    ("成果需要提交几份纸质文件？", "三份纸质文件和一份电子文件。"),
)


@dataclass(frozen=True)
class Plan:
    """One request: its owner, service, method, and how far its story goes."""

    number: int
    end: str
    owner: Organisation
    user: User
    item: ServiceItem
    method: str
    published_on: date


@dataclass(frozen=True)
class Cast:
    """Who takes part in every story."""

    firms: list[Firm]
    clerk: User
    regulator: User
    second_regulator: User


def plans(
    enterprises: list[tuple[Organisation, User]],
    authorities: dict[str, tuple[Organisation, User]],
    items: dict[str, ServiceItem],
    today: date,
) -> Iterator[Plan]:
    """All requests, the same ones every time; dates count from today."""
    chance = Random("requests")  # noqa: S311  a story, not a secret
    private = [code for code, item in items.items() if item.paid_by == "applicant" and item.status != "merged"]
    favourite = iter(["HB-001", "HB-002", "HB-001", "ZG-008", "HB-002", "SL-002", "FZ-003"] * 20)
    number = 0
    for end, amount, (nearest, farthest) in ENDS:
        for _ in range(amount):
            back = chance.randint(nearest, farthest)
            if number % 12 == 11 and end not in ("draft", "returned", "under_review"):
                item = items[PUBLIC_ITEMS[number // 12 % len(PUBLIC_ITEMS)]]
                owner, user = authorities[item.authority.name_zh]
            else:
                owner, user = enterprises[0 if number % 9 == 0 else number % len(enterprises)]
                # Every other one is of a few sought-after services, so that some firms have long records.
                item = items[next(favourite) if number % 2 else private[number * 5 % len(private)]]
            yield Plan(
                number=number,
                end=end,
                owner=owner,
                user=user,
                item=item,
                method="random_draw" if number % 4 == 0 else "lowest_price",
                published_on=calendar.working_day_before(today, back) if back else today,
            )
            number += 1


def story(plan: Plan, cast: Cast) -> Act:
    """The whole life of a request, as far as its plan goes."""
    chance = Random(f"request {plan.number}")  # noqa: S311
    morning = at(plan.published_on, "08:30")
    yield morning + timedelta(minutes=plan.number % 50)
    work_request = _draft(plan, chance)
    if plan.end == "draft":
        return
    work_request = tendering.submit_request(request_id=work_request.pk, actor=plan.user)
    if plan.end == "under_review":
        return
    yield clock.now() + timedelta(minutes=40)
    if plan.end == "returned":
        tendering.review_request(
            request_id=work_request.pk, publish_it=False, reasons="请补充服务内容的深度要求。", actor=cast.clerk
        )
        return
    work_request = tendering.review_request(request_id=work_request.pk, publish_it=True, actor=cast.clerk)
    yield from _bidding(plan, cast, work_request, chance)
    if plan.end in ("open", "suspended", "terminated", "failed"):
        return
    yield from _after_the_opening(plan, cast, work_request, chance)


def at(day: date, time: str) -> datetime:
    return clock.shanghai(f"{day.isoformat()} {time}")


def _draft(plan: Plan, chance: Random) -> WorkRequest:
    item = plan.item
    project = PROJECTS[plan.number % len(PROJECTS)]
    base, coefficients = BASES.get(item.code, (None, {}))
    line = tendering.ItemLine(item, Decimal(base) if base else None, coefficients=coefficients)
    draft = tendering.create_draft(owner=plan.owner, actor=plan.user, title=f"{project}{item.name_zh}", lines=[line])
    row = draft.request_items.get()
    reference = row.standard_fee or Decimal(chance.randint(120, 900) * 100)
    share = Decimal("0.92") if plan.method == "random_draw" else Decimal("1.20")
    is_authority = plan.owner.kind == "authority"
    deadline = calendar.working_day_after(plan.published_on, 4 + plan.number % 4)
    return tendering.save_draft(
        request_id=draft.pk,
        actor=plan.user,
        values={
            "project_name": project,
            "project_code": f"2609-320499-89-01-{plan.number:06d}",
            "fund_fiscal": Decimal(100 if is_authority else 0),
            "fund_state": Decimal(0),
            "fund_social": Decimal(0 if is_authority else 100),
            "public_project": False if item.tender_class else None,
            "content": f"完成{item.name_zh}，提交{item.deliverable_zh}，配合审批直至办结。",
            "scale": f"{row.base.normalize():f} {item.fee_schedule.rules.base_unit}"
            if row.base and item.fee_schedule
            else "见附件",
            "service_days": item.standard_days or 60,
            "method": plan.method,
            "price_max": (reference * share).quantize(Decimal("0.01")),
            "min_grade": "C" if plan.number % 4 == 0 else "",
            "bids_close_at": at(deadline, "17:00"),
            "contact_name": plan.user.name,
            "contact_phone": plan.owner.phone or "0519-85680000",
        },
    )


def _bidding(plan: Plan, cast: Cast, work_request: WorkRequest, chance: Random) -> Act:
    able = [firm for firm in cast.firms if firm.offers(plan.item.code)]
    wanted = {"failed": 0}.get(plan.end, 8)
    if plan.owner.kind == "authority" and plan.end == "failed":
        wanted = 2
    asker = able[0] if able and plan.number % 4 == 1 and eligible(able[0], work_request) else None
    if asker is not None:
        yield clock.now() + timedelta(hours=3)
        question, answer = QUESTIONS[plan.number % len(QUESTIONS)]
        asked = tendering.ask_question(
            request_id=work_request.pk, intermediary=fresh(asker), text=question, actor=asker.user
        )
        if not (plan.end == "open" and plan.number % 8 == 5):
            yield clock.now() + timedelta(hours=2)
            tendering.answer_question(question_id=asked.pk, answer=answer, actor=plan.user)
    if plan.end == "suspended":
        yield clock.now() + timedelta(hours=1)
        tendering.suspend_request(request_id=work_request.pk, reason="接到举报，核查回避情况。", actor=cast.regulator)
        return
    if plan.end == "terminated":
        yield clock.now() + timedelta(hours=20)
        tendering.terminate_request(request_id=work_request.pk, reason="项目调整，本次不再采购。", actor=plan.user)
        return
    for index, firm in enumerate(able[:wanted]):
        yield clock.now() + timedelta(minutes=15 + 7 * index)
        if _bid(plan, work_request, firm, chance) and plan.number % 10 == index == 3:
            yield clock.now() + timedelta(minutes=9)
            _bid(plan, work_request, firm, chance)


def fresh(firm: Firm) -> Intermediary:
    return Intermediary.objects.select_related("organisation").get(pk=firm.intermediary.pk)


def eligible(firm: Firm, work_request: WorkRequest) -> bool:
    return not bidders.problems_of(fresh(firm), work_request, at=clock.now())


def _bid(plan: Plan, work_request: WorkRequest, firm: Firm, chance: Random) -> bool:
    """File a bid, unless the market refuses it: the firm's credit or record may not do."""
    price = None
    days = max(3, round((work_request.service_days or 10) * chance.uniform(0.6, 1)))
    if plan.method == "lowest_price":
        # The firm of the first account and the careless ones win often, so that their records are worth reading.
        share = Decimal(1) - Decimal(str(round(firm.discount + chance.uniform(0, 0.08), 4)))
        price = ((work_request.price_max or Decimal(0)) * share).quantize(Decimal("0.01"))
    try:
        tendering.seal_and_submit_bid(
            request_id=work_request.pk, intermediary=fresh(firm), actor=firm.user, price=price, days=days
        )
    except tendering.UnableToBid:
        return False
    return True


def _after_the_opening(plan: Plan, cast: Cast, work_request: WorkRequest, chance: Random) -> Act:
    work_request.refresh_from_db()
    if work_request.opens_at is not None:
        yield work_request.opens_at + timedelta(minutes=5)
    work_request = WorkRequest.objects.get(pk=work_request.pk)
    award = work_request.awards.live().first()
    if award is None:
        if work_request.status == "failed" and plan.number % 2:
            yield at(calendar.working_day_after(clock.today(), 1), "09:20")
            tendering.repost_request(request_id=work_request.pk, actor=plan.user)
        return
    if plan.end == "objection":
        yield clock.now() + timedelta(hours=18)
        loser = work_request.opening.opened_bids.ranked().exclude(pk=award.opened_bid_id).last()
        if loser is not None:
            firm = next(each for each in cast.firms if each.intermediary.pk == loser.intermediary_id)
            tendering.submit_objection(
                award_id=award.pk,
                intermediary=fresh(firm),
                ground="eligibility",
                statement="中选机构承诺的主要从业人员可能同时在另一机构任职，请核查。",
                actor=firm.user,
            )
        return
    if plan.end == "publicity":
        return
    if plan.end == "voided":
        yield clock.now() + timedelta(hours=20)
        tendering.void_request(request_id=work_request.pk, reason="招标条件发现差错，依规作废。", actor=cast.regulator)
        return
    yield award.publicity_ends_at + timedelta(hours=10)
    yield from _contract(plan, cast, work_request, chance)


def _contract(plan: Plan, cast: Cast, work_request: WorkRequest, chance: Random) -> Act:
    contract = Contract.objects.filter(award__work_request=work_request).order_by("-pk").first()
    if contract is None or plan.end == "awarded":
        return
    firm = next(each for each in cast.firms if each.intermediary.organisation_id == contract.intermediary_id)
    yield at(calendar.working_day_after(clock.today(), 1), "10:10")
    middle, last = _milestone_days(contract)
    text = contracting.propose_terms(
        contract_id=contract.pk,
        starts_on=contract.service_starts_on,
        ends_on=last,
        milestones=[
            contracting.MilestoneTerms("初稿", Decimal(40), middle),
            contracting.MilestoneTerms(plan.item.deliverable_zh, Decimal(60), last),
        ],
        actor=plan.user,
    )
    if plan.end == "lapsed":
        return
    yield clock.now() + timedelta(hours=5)
    contracting.agree_terms(contract_id=contract.pk, sha256=text.sha256, actor=firm.user)
    if plan.end == "signing":
        return
    yield at(calendar.working_day_after(clock.today(), 1), "09:40")
    contracting.sign_contract(contract_id=contract.pk, sha256=text.sha256, actor=firm.user)
    yield clock.now() + timedelta(hours=4)
    contracting.sign_contract(contract_id=contract.pk, sha256=text.sha256, actor=plan.user)
    yield from _service(plan, firm, contract, chance)


def _milestone_days(contract: Contract) -> tuple[date, date]:
    last = contract.service_ends_on
    span = max((last - contract.service_starts_on).days, 2)
    return last - timedelta(days=span // 2), last


def _service(plan: Plan, firm: Firm, contract: Contract, chance: Random) -> Act:
    for position, milestone in enumerate(contract.milestones.order_by("position")):
        late = chance.random() > firm.diligence
        days = 2 if late else -2
        delivered_on = (
            calendar.working_day_after(milestone.due_on, days)
            if days > 0
            else (calendar.working_day_before(milestone.due_on, -days))
        )
        yield max(at(delivered_on, "15:20"), clock.now() + timedelta(hours=2))
        if plan.end == "service" and position == 1:
            return
        deliverable = _deliver(milestone, firm, plan)
        if plan.end == "acceptance":
            return
        yield at(calendar.working_day_after(clock.today(), 1), "11:00")
        if chance.random() > firm.diligence:
            contracting.return_deliverable(
                deliverable_id=deliverable.pk, reasons="图件与文字不一致，请修改后重新提交。", actor=plan.user
            )
            yield at(calendar.working_day_after(clock.today(), 2), "16:00")
            deliverable = _deliver(milestone, firm, plan)
            yield at(calendar.working_day_after(clock.today(), 1), "10:30")
        contracting.accept_deliverable(deliverable_id=deliverable.pk, actor=plan.user)
    if plan.number % 8 == 6:
        return
    yield at(calendar.working_day_after(clock.today(), 1), "14:00")
    _rate(plan, firm, contract, chance)


def _deliver(milestone, firm: Firm, plan: Plan):
    return contracting.submit_deliverable(
        milestone_id=milestone.pk, files_=[pdf(f"{plan.item.deliverable_zh}.pdf")], actor=firm.user
    )


COMMENTS = ("按时交付，沟通顺畅。", "质量好，配合审批一次通过。", "总体满意，个别图件返工。", "进度稍慢，结果可用。")


def _rate(plan: Plan, firm: Firm, contract: Contract, chance: Random) -> None:
    best = firm.diligence
    stars = {
        aspect: max(1, min(5, round(5 * best + chance.uniform(-0.45, 0.45))))
        for aspect in ("quality", "timeliness", "attitude", "fees", "compliance")
    }
    comment = COMMENTS[0 if sum(stars.values()) > 23 else 1 if sum(stars.values()) > 21 else 2]
    contracting.rate_contract(contract_id=contract.pk, stars=stars, comment=comment, actor=plan.user)
    if plan.number % 5 == 0:
        contracting.reply_to_rating(contract_id=contract.pk, reply="感谢评价，我们会继续改进。", actor=firm.user)
