"""What regulators decide in the demo world: credit events, a suspension, a firm that leaves."""

from datetime import date, timedelta

from credit.models import CreditRule
from credit.services import decide_event, propose_event
from marketplace.core import calendar, clock
from marketplace.registry import services as registry

from .firms import CLOSED, SUSPENDED, Firm
from .stage import Act

#: Firm, rule, working days before today of the proposal, and what happened.
EVENTS = (
    (2, "D09", 120, "服务成果晚于合同约定 6 个工作日提交。"),
    (3, "D11", 90, "审批退件通知指出报告引用的现状数据过期。"),
    (5, "D08", 60, "中选公告后未在期限内签订合同。"),
    (5, "D11", 50, "专家意见指出计算书存在一般性错误。"),
    (7, "D12", 80, "成果文件数据失实，行政处罚决定书已送达。"),
    (10, "D13", 70, "收费超出合同约定，已退还。"),
    (0, "B02", 200, "获市级行业表彰。"),
    (1, "B03", 150, "承担防汛应急测绘服务。"),
    (0, "B04", 100, "较约定提前三分之一以上完成，成果合格。"),
)


def events(firms: list[Firm], proposer, decider, today: date) -> list[Act]:
    return [_event(firms, proposer, decider, today, *row) for row in EVENTS]


def _event(firms: list[Firm], proposer, decider, today: date, number: int, code: str, back: int, facts: str) -> Act:
    yield clock.shanghai(f"{calendar.working_day_before(today, back)} 09:15")
    firm = next((each for each in firms if each.number == number), None)
    if firm is None:
        return
    subject = firm.intermediary.organisation
    rule = CreditRule.objects.get(code=code)
    event = propose_event(
        subject=subject,
        rule=rule,
        happened_on=clock.today() - timedelta(days=4),
        facts=facts,
        evidence=rule.evidence_zh,
        actor=proposer,
    )
    yield clock.shanghai(f"{calendar.working_day_after(clock.today(), 6)} 10:00")
    decide_event(event=event, effective=True, reason="事实清楚，证据充分。", actor=decider)


def course_of_firms(firms: list[Firm], proposer, decider, today: date) -> list[Act]:
    return [_suspension(firms, proposer, decider, today), _leaving(firms, today)]


def _suspension(firms: list[Firm], proposer, decider, today: date) -> Act:
    yield clock.shanghai(f"{calendar.working_day_before(today, 15)} 10:00")
    firm = next((each for each in firms if each.number == SUSPENDED), None)
    if firm is None:
        return
    suspension = registry.propose_suspension(
        intermediary_id=firm.intermediary.pk, reason="资质证书正在接受发证机关核查。", actor=proposer
    )
    yield clock.now() + timedelta(hours=26)
    registry.decide_suspension(suspension_id=suspension.pk, suspend=True, reason="核查期间暂停报名。", actor=decider)


def _leaving(firms: list[Firm], today: date) -> Act:
    yield clock.shanghai(f"{calendar.working_day_before(today, 12)} 10:00")
    firm = next((each for each in firms if each.number == CLOSED), None)
    if firm is not None:
        registry.leave_market(
            intermediary_id=firm.intermediary.pk, reason="业务转型，不再从事中介服务。", actor=firm.user
        )
