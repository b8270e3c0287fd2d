"""What a contract tells the credit rating: the engagement, its process steps, its rating and its completion."""

from datetime import date, datetime

from credit import services as credit
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.tendering.facts.ties import are_related

from .models import ASPECTS, Contract, ContractRating, Milestone


def count_signing(contract: Contract, *, intermediary_signed_at: datetime, actor: User) -> None:
    """The signed contract takes the award's place; late by the owner's fault alone does not count."""
    credit.record_engagement(
        subject=contract.intermediary,
        client=contract.owner,
        number=contract.number,
        dated_on=_dated_on(contract),
        replaces=contract.award.number,
        actor=actor,
    )
    kept = intermediary_signed_at < contract.sign_due_at
    _count(
        contract,
        "signing",
        due_on=clock.date_of(contract.sign_due_at),
        kept=kept,
        own_fault=kept or contract.owner_defaulted_at is None,
        actor=actor,
    )


def count_not_signed(contract: Contract) -> None:
    """The intermediary did not sign in time; the withdrawal itself is counted where the award passes on."""
    _count(contract, "signing", due_on=clock.date_of(contract.sign_due_at), kept=False)


def count_delivery(milestone: Milestone, *, kept: bool, actor: User | None = None) -> None:
    _count(milestone.contract, "delivery", due_on=milestone.due_on, kept=kept, sequence=milestone.position, actor=actor)


def count_first_answer(milestone: Milestone, *, accepted: bool, actor: User) -> None:
    """Acceptance at first submission falls due on the day of the first answer."""
    _count(
        milestone.contract,
        "acceptance",
        due_on=clock.today(),
        kept=accepted,
        sequence=milestone.position,
        actor=actor,
    )


def count_completion(contract: Contract, *, actor: User) -> None:
    _count(contract, "no_withdrawal", due_on=clock.today(), kept=True, actor=actor)
    credit.record_completion(
        subject=contract.intermediary,
        client=contract.owner,
        contract_no=contract.number,
        completed_on=clock.today(),
        actor=actor,
    )


def count_rating(rating: ContractRating, *, actor: User) -> None:
    contract = rating.contract
    credit.record_review(
        subject=contract.intermediary,
        client=contract.owner,
        contract_no=contract.number,
        rated_at=rating.rated_at,
        stars=_stars(rating),
        related=are_related(contract.owner, contract.intermediary),
        actor=actor,
    )


def count_rating_change(rating: ContractRating, *, actor: User) -> None:
    credit.record_review_change(contract_no=rating.contract.number, stars=_stars(rating), actor=actor)


def _stars(rating: ContractRating) -> dict[str, int]:
    return {aspect: getattr(rating, aspect) for aspect in ASPECTS}


def _dated_on(contract: Contract) -> date:
    return clock.date_of(contract.signed_at or contract.noticed_at)


def _count(
    contract: Contract,
    kind: str,
    *,
    due_on: date,
    kept: bool,
    own_fault: bool = True,
    sequence: int = 0,
    actor: User | None = None,
) -> None:
    credit.record_step(
        subject=contract.intermediary,
        client=contract.owner,
        contract_no=contract.number if contract.signed_at else contract.award.number,
        contract_on=_dated_on(contract),
        kind=kind,
        due_on=due_on,
        kept=kept,
        own_fault=own_fault,
        sequence=sequence,
        actor=actor,
    )
