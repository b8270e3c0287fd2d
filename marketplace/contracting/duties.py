"""What waits for an organisation in its contracts, and its contracts as matters of the workbench."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import acts_for
from marketplace.core import calendar, clock
from marketplace.core.additions import duties
from marketplace.core.additions.duties import Duty, Matter
from marketplace.core.calendar import end_of_day

from . import selectors
from .choices import Party
from .models import Contract, Deliverable, Milestone, Payment
from .states import ContractState, MilestoneState
from .timeline import position_of, stage_names

TO_DELIVER = (MilestoneState.AHEAD, MilestoneState.RETURNED)


@duties.provider
def contract_duties(user: Any, organisation: Organisation) -> Iterable[Duty]:
    if organisation.kind == Organisation.Kind.AUTHORITY:
        yield from _decisions(organisation)
    if organisation.kind == Organisation.Kind.OPERATOR:
        return
    contracts = list(selectors.for_duties(Contract.objects.of(organisation)))
    found = duties_in(contracts, organisation)
    # A reader is shown the contract's page, not the form that would refuse them.
    yield from found if not found or acts_for(user, organisation) else _to_read(found, contracts)


def _to_read(found: list[Duty], contracts: list[Contract]) -> Iterator[Duty]:
    pages = {contract.number: contract.get_absolute_url() for contract in contracts}
    for duty in found:
        yield replace(duty, url=pages[duty.object_label.partition("　")[0]])


def duties_in(contracts: Iterable[Contract], organisation: Organisation) -> list[Duty]:
    """What waits for one of the parties in these contracts, which `selectors.for_duties` has read."""
    found: list[Duty] = []
    versions = selectors.PolicyVersions()
    for contract in contracts:
        party = Party.OWNER if contract.owner_id == organisation.pk else Party.INTERMEDIARY
        found += _before_service(contract, party)
        found += _owner_in_service(contract) if party == Party.OWNER else _intermediary_in_service(contract)
        found += _payments(contract, party, versions)
    return found


def _duty(
    contract: Contract,
    party: Party,
    title: str,
    action: str,
    url_name: str,
    *args: Any,
    since: datetime | None = None,
    due_at: datetime | None = None,
    part: str = "",
) -> Duty:
    return Duty(
        title=title,
        object_label=f"{contract.number}　{part or contract.title}",
        url=reverse(f"contracting:{url_name}", args=[contract.number, *args]),
        action_label=action,
        started_at=since,
        due_at=due_at,
        counterpart=contract.party(party.other).name,
    )


def signatures_of(contract: Contract) -> set[str]:
    """The sides that have signed the text in force, from what was read already."""
    return {
        signature.party
        for text in contract.texts.all()
        if text.version == contract.text_version
        for signature in text.signatures.all()
    }


def _before_service(contract: Contract, party: Party) -> Iterator[Duty]:
    since, due_at = contract.noticed_at, contract.sign_due_at
    if contract.state == ContractState.DRAFTING and contract.turn == party == Party.OWNER:
        yield _duty(contract, party, _("Propose the terms"), _("Propose"), "terms-propose", since=since, due_at=due_at)
    if contract.state == ContractState.DRAFTING and contract.turn == party == Party.INTERMEDIARY:
        yield _duty(
            contract, party, _("Agree to the terms"), _("Look at them"), "terms-agree", since=since, due_at=due_at
        )
    if contract.state == ContractState.SIGNING and party not in signatures_of(contract):
        if party == Party.INTERMEDIARY and contract.wants_parts:
            title = _("State the parts of the price")
            yield _duty(contract, party, title, _("State them"), "parts", since=since, due_at=due_at)
            return
        yield _duty(contract, party, _("Sign the contract"), _("Read and sign"), "sign", since=since, due_at=due_at)


def _owner_in_service(contract: Contract) -> Iterator[Duty]:
    party = Party.OWNER
    for milestone in contract.milestones.all():
        for deliverable in milestone.pending if contract.state == ContractState.IN_SERVICE else ():
            yield _duty(
                contract,
                party,
                _("Accept or return a deliverable"),
                _("Look at it"),
                "deliverable-answer",
                deliverable.pk,
                since=deliverable.submitted_at,
                due_at=deliverable.answer_due_at,
                part=milestone.title,
            )
    is_ratable = contract.state == ContractState.COMPLETED and not hasattr(contract, "rating")
    if is_ratable and contract.rating_due_at and clock.now() < contract.rating_due_at:
        yield _duty(
            contract,
            party,
            _("Rate the service"),
            pgettext("contract", "Rate"),
            "rate",
            since=contract.completed_at,
            due_at=contract.rating_due_at,
        )


def _intermediary_in_service(contract: Contract) -> Iterator[Duty]:
    if contract.state != ContractState.IN_SERVICE:
        return
    milestone = next_delivery(contract)
    if milestone:
        yield _duty(
            contract,
            Party.INTERMEDIARY,
            _("Submit the work again") if milestone.state == MilestoneState.RETURNED else _("Submit the work"),
            pgettext("contract", "Submit"),
            "deliver",
            milestone.position,
            since=contract.signed_at,
            due_at=milestone.due_at,
            part=milestone.title,
        )


def next_delivery(contract: Contract) -> Milestone | None:
    """The milestone that the intermediary submits next."""
    return next((each for each in contract.milestones.all() if each.state in TO_DELIVER), None)


def _payments(contract: Contract, party: Party, versions: selectors.PolicyVersions) -> Iterator[Duty]:
    for payment in contract.payments.all():
        if payment.state == Payment.State.RECORDED and payment.recorded_party != party:
            yield _duty(
                contract,
                party,
                _("Confirm a payment"),
                pgettext("contract", "Confirm"),
                "payment-answer",
                payment.pk,
                since=payment.recorded_at,
                due_at=calendar.due_within(payment.recorded_at, versions[contract.policy_version].payment_answer_days),
            )


def _decisions(authority: Organisation) -> Iterator[Duty]:
    """What an authority in charge decides in the place of a silent owner, or between the parties."""
    waiting = (
        Deliverable.objects.for_a_regulator(clock.now())
        .filter(milestone__contract__items__authority=authority)
        .exclude(milestone__contract__owner=authority)
        .select_related("milestone__contract__owner")
        .distinct()
    )
    versions = selectors.PolicyVersions()
    for deliverable in waiting:
        contract = deliverable.milestone.contract
        yield Duty(
            title=_("Decide a deliverable in dispute")
            if deliverable.dispute_due_at
            else _("Decide about an unanswered deliverable"),
            object_label=f"{contract.number}　{deliverable.milestone.title}",
            url=reverse("contracting_console:decide", args=[deliverable.pk]),
            action_label=_("Decide"),
            started_at=deliverable.answered_at or deliverable.answer_due_at,
            due_at=deliverable.decision_due_at(versions[contract.policy_version].acceptance_decision_days),
            counterpart=contract.owner.name,
        )


@duties.matters
def contract_matters(user: Any, organisation: Organisation) -> Iterable[Matter]:
    for contract in selectors.for_duties(Contract.objects.of(organisation)):
        step, at, is_counted = next_step(contract, organisation)
        yield Matter(
            title=contract.title,
            number=contract.number,
            url=contract.get_absolute_url(),
            stage=contract.get_state_display(),
            stage_index=position_of(contract),
            stage_count=len(stage_names()),
            next_step=step,
            next_at=at,
            is_counted=is_counted,
            amount=contract.price,
            finished_at=contract.completed_at,
        )


def next_step(contract: Contract, organisation: Organisation) -> tuple[str, datetime | None, bool]:
    """What comes next and until when, in the words of one of the parties; and whether working days count up to it."""
    is_owner = contract.owner_id == organisation.pk
    if contract.state == ContractState.DRAFTING:
        theirs = (contract.turn == Party.OWNER) != is_owner
        ours = _("We propose the terms") if is_owner else _("We answer the terms")
        return (_("The other side answers the terms") if theirs else ours), contract.sign_due_at, True
    if contract.state == ContractState.SIGNING:
        party = Party.OWNER if is_owner else Party.INTERMEDIARY
        signed = party in signatures_of(contract)
        return (_("The other side signs") if signed else _("We sign")), contract.sign_due_at, True
    if contract.state == ContractState.IN_SERVICE:
        for milestone in contract.milestones.all():
            if milestone.pending:
                words = _("We accept or return") if is_owner else _("The other side accepts or returns")
                return words, milestone.pending[0].answer_due_at, True
        following = next_delivery(contract)
        if following is None:
            return _("A regulator decides"), None, False
        return (_("The other side delivers") if is_owner else _("We deliver")), end_of_day(following.due_on), False
    return "", None, False
