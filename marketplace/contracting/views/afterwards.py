"""Payments made outside the market, and the rating."""

import uuid
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.core.permissions import Decision, no

from .. import permissions, services
from ..forms import DenyForm, PaymentForm, RatingForm, ReplyForm
from ..models import ASPECTS, ContractRating, Payment
from .operation import ContractOperation


class RecordPayment(ContractOperation):
    template_name = "contracting/payment_record.html"
    form_class = PaymentForm
    done = _("The payment is recorded. The other side is asked to confirm it.")

    def decision(self) -> Decision:
        return permissions.can_record_payment(self.seat, self.contract)

    def initial(self) -> dict[str, Any]:
        return {"token": uuid.uuid4()}

    def form_arguments(self) -> dict[str, Any]:
        return {"contract": self.contract}

    def operate(self, form: Any) -> None:
        given = form.cleaned_data
        services.record_payment(
            contract_id=self.contract.pk,
            amount=given["amount"],
            paid_on=given["paid_on"],
            milestone_id=given["milestone"],
            note=given["note"],
            token=given["token"],
            actor=self.request.user,
        )


class _OnPayment(ContractOperation):
    @cached_property
    def payment(self) -> Payment:
        for payment in self.contract.payments.all():
            if payment.pk == self.kwargs["pk"]:
                return payment
        raise Http404

    def decision(self) -> Decision:
        return permissions.can_answer_payment(self.seat, self.payment)

    def context(self) -> dict[str, Any]:
        return {"payment": self.payment}


class ConfirmPayment(_OnPayment):
    template_name = "contracting/payment_answer.html"
    done = _("The payment is confirmed.")

    def operate(self, form: Any) -> None:
        services.confirm_payment(payment_id=self.payment.pk, actor=self.request.user)


class DenyPayment(_OnPayment):
    template_name = "contracting/payment_deny.html"
    form_class = DenyForm
    done = _("The payment is denied. The other side is told.")

    def operate(self, form: Any) -> None:
        services.deny_payment(payment_id=self.payment.pk, reason=form.cleaned_data["reason"], actor=self.request.user)


class Rate(ContractOperation):
    template_name = "contracting/rating_form.html"
    form_class = RatingForm
    done = _("The rating is published. It counts in the intermediary's score from today.")

    def decision(self) -> Decision:
        return permissions.can_rate(self.seat, self.contract, clock.now())

    def operate(self, form: Any) -> None:
        services.rate_contract(
            contract_id=self.contract.pk,
            stars=form.stars(),
            comment=form.cleaned_data["comment"],
            actor=self.request.user,
        )


class _OnRating(ContractOperation):
    @property
    def rating(self) -> ContractRating | None:
        return getattr(self.contract, "rating", None)

    def context(self) -> dict[str, Any]:
        return {"rating": self.rating}


class ChangeRating(_OnRating):
    template_name = "contracting/rating_form.html"
    form_class = RatingForm
    done = _("The rating is changed. The change counts from tomorrow.")

    def decision(self) -> Decision:
        if self.rating is None:
            return no(_("This contract has not been rated."))
        return permissions.can_change_rating(self.seat, self.rating, clock.now())

    def initial(self) -> dict[str, Any]:
        if self.rating is None:
            return {}
        return {name: getattr(self.rating, name) for name in (*ASPECTS, "comment")}

    def operate(self, form: Any) -> None:
        services.change_rating(
            contract_id=self.contract.pk,
            stars=form.stars(),
            comment=form.cleaned_data["comment"],
            actor=self.request.user,
        )


class ReplyToRating(_OnRating):
    template_name = "contracting/rating_reply.html"
    form_class = ReplyForm
    done = _("The reply is published beside the rating.")

    def decision(self) -> Decision:
        if self.rating is None:
            return no(_("This contract has not been rated."))
        return permissions.can_reply(self.seat, self.rating)

    def operate(self, form: Any) -> None:
        services.reply_to_rating(
            contract_id=self.contract.pk, reply=form.cleaned_data["reply"], actor=self.request.user
        )
