import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core.money import MoneyField
from marketplace.core.permissions import Decision

from ..choices import Party
from ..states import PaymentState
from .contracts import Contract
from .delivery import Milestone


class Payment(models.Model):
    """A payment made outside the market, as one side records and the other confirms or denies it."""

    State = PaymentState

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payments")
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="payments", verbose_name=_("milestone")
    )
    #: Made with the form, so that pressing twice records once.
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    amount = MoneyField(_("amount"))
    paid_on = models.DateField(_("paid on"))
    note = models.CharField(_("bank reference or note"), max_length=200, blank=True)
    recorded_party = models.CharField(max_length=12, choices=Party)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.RECORDED)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    denial_reason = models.CharField(_("reason"), max_length=500, blank=True)

    if TYPE_CHECKING:
        #: What pages hang on a payment.
        may_answer: Decision

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("paid_on", "pk")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_above_zero"),
            models.CheckConstraint(
                condition=models.Q(state=PaymentState.RECORDED, answered_at=None, answered_by=None, denial_reason="")
                | models.Q(
                    state=PaymentState.CONFIRMED, answered_at__isnull=False, answered_by__isnull=False, denial_reason=""
                )
                | models.Q(state=PaymentState.DENIED, answered_at__isnull=False, answered_by__isnull=False)
                & ~models.Q(denial_reason=""),
                name="payment_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.number} {self.amount} {self.paid_on}"
