"""
Who may do what with a contract: a person's seat in it, and one predicate for each question.

Every predicate joins two answers, whether the person sits in the right place (`acts_as`, `regulates`) and whether
the contract is at the right point (`*_is_open`); services ask the two apart, to refuse the one with 403 and the
other by its own name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organisation
from marketplace.core import clock
from marketplace.core.permissions import Decision, no, yes
from marketplace.tendering.models import WorkRequest

from .choices import Party
from .models import Contract, ContractRating, Deliverable, Milestone, Payment
from .states import UNSIGNED, ContractState, MilestoneState

ACTING = (Membership.Role.ADMINISTRATOR, Membership.Role.HANDLER)


@dataclass(frozen=True)
class Seat:
    """
    Where a person sits in one contract.

    `party` is the side that they may act for, `sees` the sides that they belong to; a person of both sides acts for
    neither.
    """

    party: Party | None
    sees: frozenset[Party]
    is_regulator: bool

    @property
    def side(self) -> Party | None:
        """The side from which they look at the contract."""
        return self.party or (next(iter(self.sees)) if len(self.sees) == 1 else None)


def seat_of(user: Any, contract: Contract) -> Seat:
    """A person's seat, in one query."""
    rows = Membership.objects.of(user).values_list("organisation_id", "role", "organisation__kind")
    sides = {contract.owner_id: Party.OWNER, contract.intermediary_id: Party.INTERMEDIARY}
    acting, sees, regulator = set(), set(), False
    for organisation_id, role, kind in rows if user.is_authenticated else ():
        regulator = regulator or (kind == Organisation.Kind.AUTHORITY and role in ACTING)
        if side := sides.get(organisation_id):
            sees.add(side)
            if role in ACTING:
                acting.add(side)
    party = acting.pop() if len(acting) == 1 and len(sees) == 1 else None
    return Seat(party=party, sees=frozenset(sees), is_regulator=regulator)


def _first_no(*answers: Decision) -> Decision:
    return next((answer for answer in answers if not answer), yes())


def acts_as(seat: Seat, *parties: Party) -> Decision:
    """Whether the person acts for one of these sides of the contract."""
    if seat.party in parties:
        return yes()
    if len(seat.sees) == 2:
        return no(_("A person acts in a contract for one party only, and you belong to both."))
    if seat.sees & set(parties):
        return no(_("Only an administrator or handler of your organisation can do this."))
    if parties == (Party.OWNER,):
        return no(_("Only the owner can do this."))
    if parties == (Party.INTERMEDIARY,):
        return no(_("Only the intermediary can do this."))
    return no(_("Only a party to the contract can do this."))


def regulates(seat: Seat) -> Decision:
    """Whether the person may decide in the contract as a regulator: one who belongs to neither party."""
    if not seat.is_regulator:
        return no(_("Only a regulator can do this."))
    return no(_("Your organisation is a party to this contract, so another regulator decides.")) if seat.sees else yes()


def terms_are_open(contract: Contract) -> Decision:
    if contract.state in UNSIGNED:
        return yes()
    return no(_("The terms can be changed only until both sides have signed."))


def answer_to_terms_is_open(contract: Contract) -> Decision:
    if contract.state == ContractState.DRAFTING and contract.turn == Party.INTERMEDIARY:
        return yes()
    return no(_("No proposed terms wait for the intermediary's answer."))


def change_can_be_asked(contract: Contract) -> Decision:
    if contract.state == ContractState.SIGNING:
        return yes()
    return answer_to_terms_is_open(contract)


def signing_is_open(contract: Contract, party: Party | None) -> Decision:
    if contract.award.work_request.status == WorkRequest.Status.SUSPENDED:
        return no(_("The request is suspended; its clocks stand still."))
    if contract.state != ContractState.SIGNING:
        return no(_("This contract does not wait for signatures."))
    if party in contract.signed_parties:
        return no(_("Your side has signed this text already."))
    if party == Party.INTERMEDIARY and lacks_parts(contract):
        return no(_("State the parts of the price first: this contract is for several services."))
    return yes()


def lacks_parts(contract: Contract) -> bool:
    """Whether a bundle's intermediary has not said yet what each service costs."""
    return contract.items.count() > 1 and not contract.part_statements.exists()


def parts_are_open(contract: Contract) -> Decision:
    if contract.items.count() < 2:
        return no(_("This contract is for one service; its price has no parts."))
    if contract.state not in (*UNSIGNED, ContractState.IN_SERVICE):
        return no(_("This contract has ended."))
    if contract.state == ContractState.IN_SERVICE and clock.today() >= contract.service_starts_on:
        return no(_("Parts and subcontractors are stated before the work starts."))
    return yes()


def in_service(contract: Contract) -> Decision:
    if contract.state == ContractState.IN_SERVICE:
        return yes()
    return no(_("The contract is not in service."))


def delivery_is_open(milestone: Milestone) -> Decision:
    reasons = {
        MilestoneState.SUBMITTED: _("A submission of this milestone waits for the owner's answer already."),
        MilestoneState.DISPUTED: _("This milestone is in dispute, a regulator decides first."),
        MilestoneState.ACCEPTED: _("This milestone has been accepted already."),
    }
    if milestone.state in reasons:
        return no(reasons[milestone.state])
    return in_service(milestone.contract)


def extension_is_open(milestone: Milestone, at: datetime) -> Decision:
    if milestone.state != MilestoneState.AHEAD or at >= milestone.due_at:
        return no(_("A delivery date can be moved only before it is over and before the first submission."))
    return in_service(milestone.contract)


def acceptance_is_open(deliverable: Deliverable) -> Decision:
    if deliverable.outcome != Deliverable.Outcome.PENDING:
        return no(_("This submission has been answered already."))
    return in_service(deliverable.milestone.contract)


def decision_is_open(deliverable: Deliverable, at: datetime) -> Decision:
    """A regulator decides in the owner's place once its time is over, and between the parties after a third return."""
    disputed = deliverable.milestone.state == MilestoneState.DISPUTED and deliverable.dispute_due_at is not None
    silent = deliverable.outcome == Deliverable.Outcome.PENDING and at >= deliverable.answer_due_at
    if deliverable.decision or not (disputed or silent):
        return no(_("This submission does not wait for a regulator's decision."))
    return in_service(deliverable.milestone.contract)


def payments_are_open(contract: Contract) -> Decision:
    return yes() if contract.signed_at else no(_("Payments are recorded once both sides have signed."))


def payment_answer_is_open(payment: Payment, party: Party | None) -> Decision:
    if payment.state != Payment.State.RECORDED:
        return no(_("This payment has been answered already."))
    if party == payment.recorded_party:
        return no(_("The other side confirms a payment that your side has recorded."))
    return yes()


def rating_is_open(contract: Contract, at: datetime) -> Decision:
    if contract.state != ContractState.COMPLETED or contract.rating_due_at is None:
        return no(_("A contract is rated once its last deliverable has been accepted."))
    if hasattr(contract, "rating"):
        return no(_("This contract has been rated already."))
    return yes() if at < contract.rating_due_at else no(_("The time for rating this contract is over."))


def rating_change_is_open(rating: ContractRating, at: datetime) -> Decision:
    if rating.changed_at:
        return no(_("This rating has been changed once already."))
    return yes() if at < rating.change_due_at else no(_("The time for changing this rating is over."))


def reply_is_open(rating: ContractRating) -> Decision:
    return no(_("This rating has been replied to already.")) if rating.replied_at else yes()


def termination_is_open(contract: Contract) -> Decision:
    if contract.state in (*UNSIGNED, ContractState.IN_SERVICE):
        return yes()
    return no(_("This contract has ended already."))


def can_propose_terms(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER), terms_are_open(contract))


def can_agree_terms(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.INTERMEDIARY), answer_to_terms_is_open(contract))


def can_ask_change(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.INTERMEDIARY), change_can_be_asked(contract))


def can_state_parts(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.INTERMEDIARY), parts_are_open(contract))


def can_sign(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER, Party.INTERMEDIARY), signing_is_open(contract, seat.party))


def can_deliver(seat: Seat, milestone: Milestone) -> Decision:
    return _first_no(acts_as(seat, Party.INTERMEDIARY), delivery_is_open(milestone))


def can_extend(seat: Seat, milestone: Milestone, at: datetime) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER), extension_is_open(milestone, at))


def can_answer(seat: Seat, deliverable: Deliverable) -> Decision:
    """Whether the person may accept or return a submission."""
    return _first_no(acts_as(seat, Party.OWNER), acceptance_is_open(deliverable))


def can_decide(seat: Seat, deliverable: Deliverable, at: datetime) -> Decision:
    return _first_no(regulates(seat), decision_is_open(deliverable, at))


def can_record_payment(seat: Seat, contract: Contract) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER, Party.INTERMEDIARY), payments_are_open(contract))


def can_answer_payment(seat: Seat, payment: Payment) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER, Party.INTERMEDIARY), payment_answer_is_open(payment, seat.party))


def can_rate(seat: Seat, contract: Contract, at: datetime) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER), rating_is_open(contract, at))


def can_change_rating(seat: Seat, rating: ContractRating, at: datetime) -> Decision:
    return _first_no(acts_as(seat, Party.OWNER), rating_change_is_open(rating, at))


def can_reply(seat: Seat, rating: ContractRating) -> Decision:
    return _first_no(acts_as(seat, Party.INTERMEDIARY), reply_is_open(rating))


def can_terminate(seat: Seat, contract: Contract) -> Decision:
    return _first_no(regulates(seat), termination_is_open(contract))
