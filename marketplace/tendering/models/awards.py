from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from marketplace.core.calendar import ClockFace
from marketplace.core.money import MoneyField

from ..querysets import AwardQuerySet, ObjectionQuerySet
from ..states import LIVE_AWARD, AwardState, ObjectionOutcome
from .bids import OpenedBid
from .requests import WorkRequest

STOPPED = models.Q(state=AwardState.STOPPED)


class Award(FSMModelMixin, models.Model):
    """The turn of one intermediary of the ranking: its publicity period, then its award notice."""

    State = AwardState

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="awards")
    opened_bid = models.OneToOneField(OpenedBid, on_delete=models.PROTECT, related_name="award")
    intermediary = models.ForeignKey("registry.Intermediary", on_delete=models.PROTECT, related_name="awards")
    rank = models.PositiveIntegerField()
    price = MoneyField()
    days = models.PositiveIntegerField()
    state = FSMField(choices=AwardState, default=AwardState.PUBLICITY, protected=True)

    publicity_started_at = models.DateTimeField()
    publicity_ends_at = models.DateTimeField()
    #: The clock stops once; what is left then runs on after the decision.
    stopped_at = models.DateTimeField(null=True, blank=True)
    days_left_when_stopped = models.PositiveSmallIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    #: Until when the contract is to be signed by both.
    sign_by = models.DateTimeField(null=True, blank=True)
    #: The day on which the owner had not signed in time; the award stands, the project may not be posted for 90 days.
    owner_unsigned_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ("-publicity_started_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("work_request",), condition=models.Q(state__in=LIVE_AWARD), name="award_one_lives_a_request"
            ),
            models.UniqueConstraint(fields=("work_request", "rank"), name="award_rank_once"),
            models.CheckConstraint(
                condition=~models.Q(state=AwardState.CONFIRMED)
                | models.Q(confirmed_at__isnull=False, sign_by__isnull=False),
                name="award_confirmed_has_its_time",
            ),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="award_price_above_zero"),
        ]
        indexes = [
            # The lists of results, newest first: without it every page sorts all awards there ever were. Nearly all are
            # live, so none of the state's own: SQLite, which keeps no statistics by itself, would take that and sort.
            models.Index(models.F("publicity_started_at").desc(), models.F("id").desc(), name="award_newest"),
            models.Index(fields=("publicity_started_at",), condition=STOPPED, name="award_stopped"),
        ]

    if TYPE_CHECKING:
        #: What lists hang on an award.
        clock: ClockFace | None
        share: Decimal | None
        waiting_objections: int

    def __str__(self) -> str:
        return f"{self.work_request.number} #{self.rank} {self.intermediary}"

    @property
    def number(self) -> str:
        """The award's own number: under it, it stands for its contract until that is signed."""
        return f"{self.work_request.number}-{self.rank}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_AWARD

    @transition(field=state, source=AwardState.PUBLICITY, target=AwardState.STOPPED)
    def stop(self, *, at: datetime, days_left: int) -> None:
        self.stopped_at = at
        self.days_left_when_stopped = days_left

    @transition(field=state, source=AwardState.STOPPED, target=AwardState.PUBLICITY)
    def run_on(self, *, until: datetime) -> None:
        self.publicity_ends_at = until

    @transition(field=state, source=AwardState.PUBLICITY, target=AwardState.CONFIRMED)
    def confirm(self, *, at: datetime, sign_by: datetime) -> None:
        self.confirmed_at = at
        self.sign_by = sign_by

    @transition(field=state, source=LIVE_AWARD, target=AwardState.PASSED_ON)
    def pass_on(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason

    @transition(field=state, source=LIVE_AWARD, target=AwardState.OVERTURNED)
    def overturn(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason

    @transition(field=state, source=LIVE_AWARD, target=AwardState.ENDED)
    def end(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason


class Objection(models.Model):
    """A bidder's objection in a publicity period; all of one period are decided together."""

    class Ground(models.TextChoices):
        ELIGIBILITY = "eligibility", _("The winner did not meet a condition")
        PROCEDURE = "procedure", _("The procedure was not kept")
        COLLUSION = "collusion", _("Bidders acted together")
        SET_ASIDE = "set_aside", _("My bid was set aside wrongly")
        OTHER = "other", _("Another ground")

    Outcome = ObjectionOutcome

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="objections")
    objector = models.ForeignKey("registry.Intermediary", on_delete=models.PROTECT, related_name="objections")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    statement = models.TextField(_("statement"), max_length=8000)
    regulator = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="objections_to_decide"
    )
    first_regulator = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    #: When a second regulator got it, with a time of its own.
    escalated_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=ObjectionOutcome, default=ObjectionOutcome.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reasons = models.TextField(_("reasons"), max_length=8000, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ("submitted_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("award", "objector"), name="objection_once_a_bidder"),
            models.CheckConstraint(
                condition=models.Q(outcome=ObjectionOutcome.PENDING, decided_at=None, decided_by=None)
                | models.Q(
                    ~models.Q(outcome=ObjectionOutcome.PENDING), decided_at__isnull=False, decided_by__isnull=False
                ),
                name="objection_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.award.work_request.number} {self.objector}"


class ObjectionEvidence(models.Model):
    """A file that an objector names as evidence."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="evidence")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.file.name
