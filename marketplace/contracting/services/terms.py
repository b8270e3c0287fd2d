from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from .. import notices, permissions, text
from ..choices import Party
from ..models import Contract, ContractText, Milestone
from ..rules import shares
from ..rules.remedies import Remedies, faults
from .locking import demand, lock_contract, policy_of

MOST_MILESTONES = 10


class UnableToPropose(DomainError):
    code = "unable-to-propose-terms"


class UnableToAgree(DomainError):
    code = "unable-to-agree-terms"


@dataclass(frozen=True)
class MilestoneTerms:
    """A milestone as the owner proposes it; the percents of all add to exactly 100."""

    title: str
    percent: Decimal
    due_on: date


@transaction.atomic
def propose_terms(
    *,
    contract_id: int,
    starts_on: date,
    ends_on: date,
    milestones: Sequence[MilestoneTerms],
    actor: User,
    terms: str = "",
    remedies: Remedies | None = None,
    based_on: int | None = None,
) -> ContractText:
    """
    Put a new version of the text before the intermediary; signatures under earlier ones are void.

    :param remedies: breach and the one way of settling disputes; as they stand where none are given
    :param based_on: the version that the owner had before them
    :raises Refused: unless the actor acts for the owner
    :raises UnableToPropose: once both have signed, over a newer version, or with a fault in each field named
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.OWNER))
    demand(permissions.terms_are_open(contract), UnableToPropose)
    if based_on not in (None, contract.text_version):
        raise UnableToPropose(_("The terms have changed since you opened this page. Look at the new version first."))
    remedies = remedies or contract.remedies
    if errors := _faults(contract, starts_on, ends_on, milestones) | faults(remedies, terms):
        raise UnableToPropose(_("The terms cannot be proposed like this."), errors)

    before = _facts(contract)
    contract.service_starts_on, contract.service_ends_on, contract.terms = starts_on, ends_on, terms.strip()
    for name, value in asdict(remedies).items():
        setattr(contract, name, value)
    contract.propose(version=contract.text_version + 1, at=clock.now())
    contract.save()
    parts = [
        text.Share(milestone.title.strip(), milestone.percent, amount, milestone.due_on)
        for milestone, amount in zip(
            milestones, shares.amounts(contract.price, [each.percent for each in milestones]), strict=True
        )
    ]
    contract.milestones.all().delete()
    Milestone.objects.bulk_create(
        Milestone(
            contract=contract,
            position=position,
            title=part.title,
            percent=part.percent,
            amount=part.amount,
            due_on=part.due_on,
        )
        for position, part in enumerate(parts, 1)
    )
    body = text.compose(contract, shares=parts, version=contract.text_version, policy=policy_of(contract))
    proposed = ContractText.objects.create(
        contract=contract,
        version=contract.text_version,
        template=text.TEMPLATE,
        body=body,
        sha256=text.digest(body),
        proposed_by=actor,
        created_at=clock.now(),
    )
    audit.record(
        matter=contract.audit_matter,
        action="terms proposed",
        actor=actor,
        before=before,
        after={**_facts(contract), "sha256": proposed.sha256},
    )
    notices.settle(contract, "terms")
    notices.tell(
        contract.intermediary,
        contract,
        f"proposed:{contract.text_version}",
        at=("contracting:terms-agree", contract.number),
        turn="agree",
        subject=_("Agree to the terms of contract %(number)s"),
        body=_("%(owner)s has proposed the terms of “%(title)s”. Agree to them, or say what should change."),
    )
    return proposed


def _facts(contract: Contract) -> dict[str, object]:
    return {
        "version": contract.text_version,
        "starts_on": contract.service_starts_on.isoformat(),
        "ends_on": contract.service_ends_on.isoformat(),
        "remedies": {name: str(value) for name, value in asdict(contract.remedies).items()},
        "milestones": [
            [each.title, str(each.percent), str(each.amount), each.due_on.isoformat()]
            for each in contract.milestones.order_by("position")
        ],
    }


def _faults(
    contract: Contract, starts_on: date, ends_on: date, milestones: Sequence[MilestoneTerms]
) -> dict[str, Text]:
    faults: dict[str, Text] = {}
    longest = calendar.working_day_after(starts_on, contract.award.days)
    if starts_on < clock.today():
        faults["service_starts_on"] = _("The service cannot start before today.")
    if ends_on < starts_on:
        faults["service_ends_on"] = _("The service ends on or after the day it starts.")
    elif ends_on > longest:
        faults["service_ends_on"] = _(
            "The bid promised %(days)d working days, so a service from %(start)s ends by %(end)s."
        ) % {"days": contract.award.days, "start": starts_on.isoformat(), "end": longest.isoformat()}
    if fault := _milestone_fault(starts_on, ends_on, milestones):
        faults["milestones"] = fault
    return faults


def _milestone_fault(starts_on: date, ends_on: date, milestones: Sequence[MilestoneTerms]) -> Text | None:
    if not 1 <= len(milestones) <= MOST_MILESTONES:
        return _("A contract has one to %(most)d milestones.") % {"most": MOST_MILESTONES}
    if any(not each.title.strip() for each in milestones):
        return _("Every milestone needs a title.")
    percents = [each.percent for each in milestones]
    if any(not percent.is_finite() or percent <= 0 for percent in percents):
        return _("Every milestone's share is above 0.")
    if any(percent != percent.quantize(Decimal("0.01")) for percent in percents):
        return _("Shares have at most two decimals.")
    if (total := sum(percents)) != shares.HUNDRED:
        shown = f"{Decimal(total).normalize():f}"
        return _("The shares add to %(total)s%%, they must add to 100%%.") % {"total": shown}
    dates = [each.due_on for each in milestones]
    if dates != sorted(dates):
        return _("Milestones follow each other: none is due before the one above it.")
    if dates[0] < starts_on or dates[-1] > ends_on:
        return _("Milestones are due within the service, from %(start)s to %(end)s.") % {
            "start": starts_on.isoformat(),
            "end": ends_on.isoformat(),
        }
    return None


@transaction.atomic
def agree_terms(*, contract_id: int, sha256: str, actor: User) -> Contract:
    """
    Agree to the text that the owner has proposed; from then on both sides can sign it.

    :param sha256: of the text that the intermediary had before it
    :raises Refused: unless the actor acts for the intermediary
    :raises UnableToAgree: if nothing waits for its answer, or the text is another one by now
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.INTERMEDIARY))
    demand(permissions.answer_to_terms_is_open(contract), UnableToAgree)
    if contract.current_text.sha256 != sha256:
        raise UnableToAgree(_("The text has changed since you opened this page. Look at the new version first."))
    contract.agree(at=clock.now())
    contract.save()
    audit.record(
        matter=contract.audit_matter,
        action="terms agreed",
        actor=actor,
        after={"version": contract.text_version, "sha256": sha256},
    )
    notices.settle(contract, "agree")
    notices.tell(
        contract.owner,
        contract,
        f"agreed:{contract.text_version}",
        at=("contracting:sign", contract.number),
        turn="sign",
        subject=_("Sign contract %(number)s"),
        body=_("%(intermediary)s has agreed to the terms of “%(title)s”. Both sides can sign now."),
    )
    return contract


@transaction.atomic
def ask_change(*, contract_id: int, wish: str, actor: User) -> Contract:
    """
    Hand the terms back to the owner with what should change; signatures given so far no longer count.

    :raises Refused: unless the actor acts for the intermediary
    :raises UnableToAgree: if no proposed text waits, or nothing is asked for
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.INTERMEDIARY))
    demand(permissions.change_can_be_asked(contract), UnableToAgree)
    if not wish.strip():
        raise UnableToAgree(_("Say what should change."), {"wish": _("Say what should change.")})
    contract.ask_change(wish=wish.strip(), at=clock.now())
    contract.save()
    audit.record(
        matter=contract.audit_matter,
        action="change asked for",
        actor=actor,
        after={"version": contract.text_version, "wish": contract.wish},
    )
    for turn in ("agree", "sign"):
        notices.settle(contract, turn)
    notices.tell(
        contract.owner,
        contract,
        f"change:{contract.text_version}",
        at=("contracting:terms-propose", contract.number),
        turn="terms",
        subject=_("Change asked for in contract %(number)s"),
        body=_("%(intermediary)s asks for a change of the terms: %(wish)s"),
        wish=contract.wish,
    )
    return contract
