from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.money import format_cny
from marketplace.core.permissions import require

from .. import notices, permissions
from ..choices import Party
from ..models import Contract, Milestone, Payment
from .locking import demand, lock_contract


class UnableToRecordPayment(DomainError):
    code = "unable-to-record-payment"


class UnableToConfirmPayment(DomainError):
    code = "unable-to-confirm-payment"


@transaction.atomic
def record_payment(
    *,
    contract_id: int,
    amount: Decimal,
    paid_on: date,
    actor: User,
    token: UUID,
    milestone_id: int | None = None,
    note: str = "",
) -> Payment:
    """
    Record a payment made outside the market; the other side then confirms or denies it.

    :param amount: CNY; all payments that nobody denied come to the price at most
    :param token: the form's own; the same one again gives the payment recorded before
    :raises Refused: unless the actor acts for one of the parties
    :raises UnableToRecordPayment: before both signatures, or with a fault in each field named
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.OWNER, Party.INTERMEDIARY))
    demand(permissions.payments_are_open(contract), UnableToRecordPayment)
    if recorded := contract.payments.filter(token=token).first():
        return recorded
    milestone = contract.milestones.filter(pk=milestone_id).first() if milestone_id else None
    errors = _faults(contract, amount, paid_on)
    if milestone_id and milestone is None:
        errors["milestone"] = _("This milestone does not belong to the contract.")
    if errors:
        raise UnableToRecordPayment(_("The payment cannot be recorded like this."), errors)
    payment = Payment.objects.create(
        contract=contract,
        milestone=milestone,
        token=token,
        amount=amount,
        paid_on=paid_on,
        note=note.strip(),
        recorded_party=cast(Party, seat.party),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    _note(payment, "payment recorded", actor)
    notices.tell(
        contract.party(Party(payment.recorded_party).other),
        contract,
        f"payment:{payment.pk}",
        at=("contracting:payment-answer", contract.number, payment.pk),
        turn=f"payment:{payment.pk}",
        subject=_("Confirm a payment of contract %(number)s"),
        body=_("The other side has recorded a payment of %(amount)s on %(day)s. Confirm or deny it."),
        amount=format_cny(payment.amount),
        day=payment.paid_on.isoformat(),
    )
    return payment


def _faults(contract: Contract, amount: Decimal, paid_on: date) -> dict[str, Text]:
    faults: dict[str, Text] = {}
    if not amount.is_finite() or amount <= 0:
        faults["amount"] = _("The amount is above 0.")
    else:
        left = contract.price - payments_total(contract)
        if amount > left:
            faults["amount"] = _("Payments come to the price at most, %(left)s are left.") % {"left": format_cny(left)}
    if paid_on > clock.today():
        faults["paid_on"] = _("A payment is recorded once it was made.")
    elif contract.signed_at and paid_on < clock.date_of(contract.signed_at):
        faults["paid_on"] = _("The day lies before the contract was signed.")
    return faults


def payments_total(contract: Contract) -> Decimal:
    """What was paid in CNY, as recorded and not denied."""
    counted = contract.payments.exclude(state=Payment.State.DENIED)
    return counted.aggregate(total=Sum("amount"))["total"] or Decimal(0)


@transaction.atomic
def confirm_payment(*, payment_id: int, actor: User) -> Payment:
    """
    Confirm what the other side has recorded.

    :raises Refused: unless the actor acts for one of the parties
    :raises UnableToConfirmPayment: for one's own record, or once it is answered
    """
    payment = _opened(payment_id, actor)
    payment.state = Payment.State.CONFIRMED
    return _answer(payment, "payment confirmed", actor)


@transaction.atomic
def deny_payment(*, payment_id: int, reason: str, actor: User) -> Payment:
    """
    Deny what the other side has recorded, with the reason; it then counts no more.

    :raises Refused: unless the actor acts for one of the parties
    :raises UnableToConfirmPayment: for one's own record, once it is answered, or without a reason
    """
    payment = _opened(payment_id, actor)
    if not reason.strip():
        fault = _("Give the reason.")
        raise UnableToConfirmPayment(fault, {"reason": fault})
    payment.state, payment.denial_reason = Payment.State.DENIED, reason.strip()
    return _answer(payment, "payment denied", actor)


def _opened(payment_id: int, actor: User) -> Payment:
    contract, seat = lock_contract(actor, payments__pk=payment_id)
    payment = contract.payments.get(pk=payment_id)
    payment.contract = contract
    require(permissions.acts_as(seat, Party.OWNER, Party.INTERMEDIARY))
    demand(permissions.payment_answer_is_open(payment, seat.party), UnableToConfirmPayment)
    return payment


def _answer(payment: Payment, action: str, actor: User) -> Payment:
    payment.answered_at, payment.answered_by = clock.now(), actor
    payment.save()
    _note(payment, action, actor)
    notices.settle(payment.contract, f"payment:{payment.pk}")
    notices.tell(
        payment.contract.party(payment.recorded_party),
        payment.contract,
        f"payment:{payment.pk}:{payment.state}",
        subject=_("A payment of contract %(number)s has been answered"),
        body=_("The payment of %(amount)s on %(day)s: %(answer)s."),
        amount=format_cny(payment.amount),
        day=payment.paid_on.isoformat(),
        answer=payment.denial_reason or Payment.State(payment.state).label,
    )
    return payment


def _note(payment: Payment, action: str, actor: User) -> None:
    milestone: Milestone | None = payment.milestone
    audit.record(
        matter=payment.contract.audit_matter,
        action=action,
        actor=actor,
        after={
            "payment": payment.pk,
            "amount": str(payment.amount),
            "paid_on": payment.paid_on.isoformat(),
            "milestone": milestone.position if milestone else None,
            "reason": payment.denial_reason,
        },
    )
