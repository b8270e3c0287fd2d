from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from marketplace.core import appendonly
from marketplace.core.calendar import ClockFace, due_within, end_of_day
from marketplace.core.money import MoneyField
from marketplace.core.permissions import Decision

from ..querysets import DeliverableQuerySet
from ..states import ANSWERS, TO_ANSWER, TO_DELIVER, DeliveryOutcome, MilestoneState
from .contracts import Contract


class Milestone(FSMModelMixin, models.Model):
    """A part of the service with its date and its share of the price; the shares sum to the price to the fen."""

    State = MilestoneState

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=120)
    percent = models.DecimalField(_("share of the price in percent"), max_digits=5, decimal_places=2)
    amount = MoneyField(_("amount"))
    due_on = models.DateField(_("to be delivered by"))
    state = FSMField(choices=MilestoneState, default=MilestoneState.AHEAD, protected=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ("contract", "position")
        constraints = [
            models.UniqueConstraint(fields=("contract", "position"), name="milestone_position_once"),
            models.CheckConstraint(
                condition=models.Q(percent__gt=0, percent__lte=100), name="milestone_percent_above_0_to_100"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="milestone_amount_not_negative"),
            models.CheckConstraint(
                condition=models.Q(state=MilestoneState.ACCEPTED, accepted_at__isnull=False)
                | (~models.Q(state=MilestoneState.ACCEPTED) & models.Q(accepted_at=None)),
                name="milestone_accepted_has_its_time",
            ),
        ]

    if TYPE_CHECKING:
        #: What selectors and pages hang on a milestone.
        pending: list["Deliverable"]
        may_deliver: Decision
        may_extend: Decision
        clock: ClockFace

    def __str__(self) -> str:
        return f"{self.contract.number} #{self.position} {self.title}"

    @property
    def due_at(self) -> datetime:
        """24:00 of the day of delivery."""
        return end_of_day(self.due_on)

    @transition(field=state, source=TO_DELIVER, target=MilestoneState.SUBMITTED)
    def submit(self) -> None:
        pass

    @transition(field=state, source=TO_ANSWER, target=MilestoneState.ACCEPTED)
    def accept(self, *, at: datetime) -> None:
        self.accepted_at = at

    @transition(field=state, source=TO_ANSWER, target=MilestoneState.RETURNED)
    def send_back(self) -> None:
        pass

    @transition(field=state, source=MilestoneState.SUBMITTED, target=MilestoneState.DISPUTED)
    def dispute(self) -> None:
        pass


@appendonly.register
class Extension(models.Model):
    """A later delivery date that the owner has granted before the earlier one was over."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="extensions")
    due_on_before = models.DateField()
    due_on = models.DateField()
    reason = models.CharField(max_length=500)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ("granted_at", "pk")
        constraints = [
            models.CheckConstraint(condition=models.Q(due_on__gt=models.F("due_on_before")), name="extension_is_later")
        ]

    def __str__(self) -> str:
        return f"{self.milestone} → {self.due_on}"


class Deliverable(models.Model):
    """
    One submission of a milestone's work, and what the owner, or in its place a regulator, answered.

    A third return puts the milestone into dispute: the answer stands, and a regulator decides by `dispute_due_at`.
    """

    Outcome = DeliveryOutcome

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    submission = models.PositiveSmallIntegerField()
    note = models.TextField(_("note"), max_length=2000, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(db_index=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    outcome = models.CharField(max_length=10, choices=DeliveryOutcome, default=DeliveryOutcome.PENDING)
    reasons = models.TextField(_("reasons"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispute_due_at = models.DateTimeField(null=True, blank=True)

    decision = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in ANSWERS],
        blank=True,
    )
    decision_reasons = models.TextField(_("reasons of the decision"), max_length=4000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeliverableQuerySet.as_manager()

    if TYPE_CHECKING:
        #: What pages hang on a submission.
        may_answer: Decision
        may_decide: Decision
        clock: ClockFace | None

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ("milestone", "submission")
        constraints = [
            models.UniqueConstraint(fields=("milestone", "submission"), name="deliverable_submission_once"),
            models.UniqueConstraint(
                fields=("milestone",),
                condition=models.Q(outcome=DeliveryOutcome.PENDING),
                name="deliverable_one_pending",
            ),
            models.UniqueConstraint(
                fields=("milestone",),
                condition=models.Q(outcome=DeliveryOutcome.ACCEPTED),
                name="deliverable_one_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=DeliveryOutcome.PENDING, answered_at=None, answered_by=None)
                | models.Q(outcome=DeliveryOutcome.ACCEPTED, answered_at__isnull=False, answered_by__isnull=False)
                | models.Q(outcome=DeliveryOutcome.RETURNED, answered_at__isnull=False, answered_by__isnull=False)
                & ~models.Q(reasons=""),
                name="deliverable_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at=None, decided_by=None, decision_reasons="")
                | models.Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~models.Q(decision="")
                & ~models.Q(decision_reasons=""),
                name="deliverable_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} ({self.submission})"

    @property
    def is_pending(self) -> bool:
        return self.outcome == DeliveryOutcome.PENDING

    def decision_due_at(self, days: int) -> datetime:
        """Until when a regulator decides: some working days after the owner's time, or that of the dispute."""
        return self.dispute_due_at or due_within(self.answer_due_at, days)


@appendonly.register
class DeliverableFile(models.Model):
    """A file of a submission; its hash stands in the stored file."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField("core.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.file.name
