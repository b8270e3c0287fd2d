from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.querysets import ConductEventQuerySet
from credit.rating.windows import ONE_DAY, months_after
from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.appendonly import register
from marketplace.core.models import StoredFile

from ..states import DECISIONS, ENDINGS, WITHOUT_A_DAY, StepKind
from .rules import CreditModel, CreditRule


@register
class ConductEvent(models.Model):
    """
    A case about one fact, as it was proposed: subject, rule, and what the rule said at that time.

    The row never changes; what becomes of the case is its steps, and its state is the last of them.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="conduct_events", verbose_name=_("intermediary")
    )
    rule = models.ForeignKey(CreditRule, on_delete=models.PROTECT, related_name="events", verbose_name=_("rule"))
    model = models.ForeignKey(CreditModel, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=10, choices=CreditRule.Direction)
    points = models.PositiveSmallIntegerField(_("points"))
    validity_months = models.PositiveSmallIntegerField(_("months in force"))
    severity = models.CharField(max_length=10, choices=CreditRule.Severity)
    happened_on = models.DateField(_("happened on"))
    facts = models.TextField(_("facts"))
    evidence = models.TextField(_("evidence"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)

    objects = ConductEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit event")
        verbose_name_plural = _("credit events")
        ordering = ("-proposed_at", "-pk")
        indexes = [models.Index(fields=("subject", "-proposed_at"))]
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="conduct_event_points_positive")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_deduction(self) -> bool:
        return self.direction == CreditRule.Direction.DEDUCT

    @property
    def signed_points(self) -> int:
        return -self.points if self.is_deduction else self.points

    @property
    def history(self) -> list["EventStep"]:
        """Its steps, oldest first; reads what `with_steps()` has prefetched."""
        return sorted(self.steps.all(), key=lambda step: step.position)

    @property
    def state(self) -> str:
        return self.history[-1].kind

    @property
    def decision(self) -> "EventStep | None":
        return next((step for step in self.history if step.kind in EventStep.DECISIONS), None)

    @property
    def ending(self) -> "EventStep | None":
        """The step that reversed it, if one did."""
        return next((step for step in self.history if step.kind in EventStep.ENDINGS), None)

    @property
    def effective_on(self) -> date | None:
        decision = self.decision
        return decision.effective_on if decision else None

    @property
    def last_day(self) -> date | None:
        """The last day in force: by its months, or the day before what reversed it."""
        if self.effective_on is None:
            return None
        last = months_after(self.effective_on, self.validity_months) - ONE_DAY
        ending = self.ending
        if ending and ending.effective_on:
            last = min(last, ending.effective_on - ONE_DAY)
        return last

    def situation_on(self, day: date) -> str:
        """One word for lists: a step's kind, or "upcoming", "in_force", "expired" for a decided event on that day."""
        if self.effective_on is None or self.last_day is None:
            return self.state
        if day < self.effective_on:
            return "upcoming"
        if day <= self.last_day:
            return "in_force"
        ending = self.ending
        return ending.kind if ending and ending.effective_on and ending.effective_on <= day else "expired"


@register
class EventStep(models.Model):
    """
    One step of a case; steps are only ever added.

    :ivar proposer: the person who proposed the event, repeated here so that the database itself refuses a
        decision by the same person
    :ivar effective_on: first day on which the step holds (effective: the points; revoked, repaired: their end)
    """

    Kind = StepKind
    DECISIONS = DECISIONS
    ENDINGS = ENDINGS

    event = models.ForeignKey(ConductEvent, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=StepKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    effective_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("event", "position")
        constraints = [
            models.UniqueConstraint(fields=("event", "position"), name="event_step_position_once"),
            models.UniqueConstraint(fields=("event",), condition=Q(kind__in=DECISIONS), name="event_decided_once"),
            models.CheckConstraint(
                condition=Q(kind=StepKind.PROPOSED) | ~Q(actor=F("proposer")), name="event_proposer_never_decides"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=WITHOUT_A_DAY) | Q(effective_on__isnull=False),
                name="event_step_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.position} {self.kind}"


@register
class EventEvidence(models.Model):
    """A file that proves an event."""

    event = models.ForeignKey(ConductEvent, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.file.name
