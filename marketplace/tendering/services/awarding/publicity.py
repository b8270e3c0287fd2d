"""The turn of one intermediary: its publicity period, then its award notice, or the turn of the next in rank."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.services import record_engagement, record_step
from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, outbox
from marketplace.core.events import publish
from marketplace.core.failures import DomainError

from ... import events, notices
from ...facts import bidders
from ...models import Award, OpenedBid, WorkRequest
from ...policy import TenderingPolicy
from ...rules import eligibility
from ...states import IN_TURN, Status

CONFIRMATION = "tendering.confirm_award"


class UnableToAward(DomainError):
    """The award is not in a state for it; nothing changed."""

    code = "unable-to-award"


def begin_turn(work_request: WorkRequest, opened_bid: OpenedBid) -> Award:
    """Open the publicity period of a ranked bid; the caller holds the request's lock and makes its transition."""
    now = clock.now()
    rules = TenderingPolicy.of(work_request.policy_version)
    price = opened_bid.price if opened_bid.price is not None else work_request.price_max
    firm, rank, days = opened_bid.intermediary, opened_bid.rank, opened_bid.days
    if firm is None or rank is None or days is None or price is None:
        raise ValueError(f"a bid of {work_request.number} without rank, price or days cannot win")
    award = Award.objects.create(
        work_request=work_request,
        opened_bid=opened_bid,
        intermediary=firm,
        rank=rank,
        price=price,
        days=days,
        publicity_started_at=now,
        publicity_ends_at=calendar.end_of_working_day(clock.date_of(now), rules.publicity_days),
    )
    schedule_confirmation(award)
    audit.record(
        matter=work_request.audit_matter,
        action="publicity.begun",
        actor=None,
        after={
            "rank": award.rank,
            "uscc": award.intermediary.uscc,
            "publicity_ends_at": award.publicity_ends_at.isoformat(),
        },
    )
    return award


def schedule_confirmation(award: Award, not_before: datetime | None = None) -> None:
    due_at = max(award.publicity_ends_at, not_before) if not_before else award.publicity_ends_at
    outbox.schedule(CONFIRMATION, f"{award.number}:{due_at.isoformat()}", due_at, {"award_id": award.pk})


def locked_award(award_id: int) -> tuple[WorkRequest, Award]:
    """An award and its request, the request's row locked first."""
    request_id = Award.objects.values_list("work_request", flat=True).get(pk=award_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    award = Award.objects.select_related("intermediary__organisation", "opened_bid").get(pk=award_id)
    award.work_request = work_request
    return work_request, award


@transaction.atomic
def confirm_award(*, award_id: int) -> Award:
    """
    Give the award notice once the publicity period is over and no objection waits.

    Safe to call early, late and again. A winner who has lost a condition since the deadline loses the turn.
    """
    work_request, award = locked_award(award_id)
    now = clock.now()
    waits = award.state != Award.State.PUBLICITY or now < award.publicity_ends_at
    if waits or work_request.status != Status.PUBLICITY or award.objections.pending().exists():
        return award
    problems = bidders.problems_of(award.intermediary, work_request, at=now)
    lost = [problem for problem in problems if problem.code in eligibility.LASTING]
    if lost:
        _pass_on(work_request, award, reason=" ".join(problem.text for problem in lost)[:400], actor=None)
        return award
    rules = TenderingPolicy.of(work_request.policy_version)
    days = min(work_request.signing_days, rules.contract_days)
    sign_by = calendar.end_of_working_day(clock.date_of(now), days)
    award.confirm(at=now, sign_by=sign_by)
    award.save()
    work_request.award(at=now)
    work_request.save()
    record_engagement(
        subject=award.intermediary.organisation,
        client=work_request.owner,
        number=award.number,
        dated_on=clock.date_of(now),
    )
    audit.record(
        matter=work_request.audit_matter,
        action="award.confirmed",
        actor=None,
        after={"uscc": award.intermediary.uscc, "price": str(award.price), "days": award.days},
    )
    notices.tell(
        [work_request.owner, award.intermediary.organisation],
        work_request,
        occasion=f"awarded:{award.rank}",
        subject=_("%(number)s: award notice"),
        body=_("%(title)s is awarded to %(winner)s. Both sides sign the contract by %(day)s."),
        winner=award.intermediary.organisation.name_zh,
        day=calendar.day_due(sign_by),
    )
    publish(events.AwardConfirmed(award.pk))
    return award


@transaction.atomic
def pass_award_on(*, award_id: int, reason: str, actor: User | None = None, own_fault: bool = True) -> Award | None:
    """
    Take an award from an intermediary and give the turn to the next in rank, with a publicity period of its own.

    Called where the winner does not sign or drops out; who may ask for it, the caller has asked.

    :param own_fault: whether the intermediary itself is the reason, so that its credit counts a withdrawal
    :returns: the next award, or None where the ranking is used up and the request has failed
    :raises UnableToAward: if the award is over, or its contract is signed
    """
    work_request, award = locked_award(award_id)
    if not award.is_live or work_request.status not in IN_TURN:
        raise UnableToAward(_("This award has ended or become a contract."))
    if not reason.strip():
        raise UnableToAward(_("Give the reason."), {"reason": _("Give the reason.")})
    return _pass_on(work_request, award, reason=reason.strip()[:400], actor=actor, own_fault=own_fault)


def _pass_on(
    work_request: WorkRequest, award: Award, *, reason: str, actor: User | None, own_fault: bool = True
) -> Award | None:
    now = clock.now()
    if award.confirmed_at is not None:
        # Until it is signed an award stands for its contract, dated by its notice (RULES, Fulfilment).
        record_step(
            subject=award.intermediary.organisation,
            client=work_request.owner,
            contract_no=award.number,
            contract_on=clock.date_of(award.confirmed_at),
            kind="no_withdrawal",
            due_on=clock.date_of(now),
            kept=False,
            own_fault=own_fault,
            actor=actor,
        )
    award.pass_on(at=now, reason=reason)
    award.save()
    audit.record(
        matter=work_request.audit_matter,
        action="award.passed_on",
        actor=actor,
        after={"rank": award.rank, "uscc": award.intermediary.uscc, "reason": reason},
    )
    following = turn_of_next(work_request)
    publish(events.AwardPassedOn(award.pk, following.pk if following else None))
    return following


def turn_of_next(work_request: WorkRequest) -> Award | None:
    """Begin the turn of the next in rank, or fail the request where nobody is left; the caller holds the lock."""
    following = (
        OpenedBid.objects.ranked()
        .filter(opening__work_request=work_request, award=None)
        .select_related("intermediary__organisation")
        .first()
    )
    if following is None:
        work_request.fail(at=clock.now(), reason="ranking_used_up")
        work_request.save()
        notices.tell(
            [*notices.bidders_of(work_request), work_request.owner],
            work_request,
            occasion="failed",
            subject=_("%(number)s failed: nobody is left in the ranking"),
        )
        publish(events.RequestFailed(work_request.pk))
        return None
    work_request.announce_next()
    work_request.save()
    award = begin_turn(work_request, following)
    notices.tell(
        [*notices.bidders_of(work_request), work_request.owner],
        work_request,
        occasion=f"turn:{award.rank}",
        subject=_("%(number)s: the next in rank moves up"),
        body=_("%(title)s: %(winner)s moves up, with a publicity period of its own."),
        winner=award.intermediary.organisation.name_zh,
    )
    publish(events.SelectionMade(work_request.pk, award.pk))
    return award
