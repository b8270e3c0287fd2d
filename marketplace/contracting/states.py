"""The states of a contract and of what belongs to it, and the groups in which pages and querysets speak of them."""

from django.db import models
from django.utils.translation import pgettext_lazy


class ContractState(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("contract", "Agreeing terms")
    SIGNING = "signing", pgettext_lazy("contract", "Waiting for signatures")
    IN_SERVICE = "in_service", pgettext_lazy("contract", "In service")
    COMPLETED = "completed", pgettext_lazy("contract", "Completed")
    LAPSED = "lapsed", pgettext_lazy("contract", "Lapsed")
    TERMINATED = "terminated", pgettext_lazy("contract", "Terminated")


UNSIGNED = (ContractState.DRAFTING, ContractState.SIGNING)
#: Somebody still has to do something, before the rating.
OPEN = (*UNSIGNED, ContractState.IN_SERVICE)
#: An award has one of them at most.
LIVE = (*OPEN, ContractState.COMPLETED)
#: Both have signed, and it has not ended early.
SIGNED = (ContractState.IN_SERVICE, ContractState.COMPLETED)
ENDED_EARLY = (ContractState.LAPSED, ContractState.TERMINATED)


class MilestoneState(models.TextChoices):
    AHEAD = "ahead", pgettext_lazy("milestone", "To be delivered")
    SUBMITTED = "submitted", pgettext_lazy("milestone", "Waiting for acceptance")
    RETURNED = "returned", pgettext_lazy("milestone", "Returned")
    DISPUTED = "disputed", pgettext_lazy("milestone", "In dispute")
    ACCEPTED = "accepted", pgettext_lazy("milestone", "Accepted")


#: The intermediary delivers.
TO_DELIVER = (MilestoneState.AHEAD, MilestoneState.RETURNED)
#: Somebody answers what was delivered.
TO_ANSWER = (MilestoneState.SUBMITTED, MilestoneState.DISPUTED)


class DeliveryOutcome(models.TextChoices):
    PENDING = "pending", pgettext_lazy("deliverable", "Waiting for acceptance")
    ACCEPTED = "accepted", pgettext_lazy("deliverable", "Accepted")
    RETURNED = "returned", pgettext_lazy("deliverable", "Returned")


#: What an owner, or in its place a regulator, can say.
ANSWERS = (DeliveryOutcome.ACCEPTED, DeliveryOutcome.RETURNED)


class PaymentState(models.TextChoices):
    RECORDED = "recorded", pgettext_lazy("payment", "Waiting for the other side")
    CONFIRMED = "confirmed", pgettext_lazy("payment", "Confirmed by both")
    DENIED = "denied", pgettext_lazy("payment", "Denied by the other side")
