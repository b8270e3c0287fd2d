"""What belongs to a request: its services, versions, exclusions, files, and the questions about it."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core import appendonly
from marketplace.core.calendar import ClockFace
from marketplace.core.heartbeats import Gap
from marketplace.core.money import MoneyField

from ..querysets import QuestionQuerySet
from ..rules.deadlines import Cause
from .requests import WorkRequest


class RequestItem(models.Model):
    """A service item of a request with the bases of its fee standard, and the calculation as it was worked out then."""

    work_request = models.ForeignKey(WorkRequest, on_delete=models.CASCADE, related_name="request_items")
    item = models.ForeignKey("catalogue.ServiceItem", on_delete=models.PROTECT, related_name="request_items")
    base = models.DecimalField(_("base of the fee"), max_digits=24, decimal_places=8, null=True, blank=True)
    variant = models.CharField(max_length=60, blank=True)
    coefficients = models.JSONField(default=dict, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    #: In a bundle only: a listed firm may do this part for the bidder (RULES, Catalogue and fees).
    may_subcontract = models.BooleanField(_("may be subcontracted"), default=False)
    #: CNY; null where the document leaves it to negotiation, or the bases are incomplete.
    standard_fee = MoneyField(null=True, blank=True, editable=False)
    calculation = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("work_request", "item"), name="request_item_once"),
            models.CheckConstraint(
                condition=models.Q(base=None) | models.Q(base__gt=0), name="request_item_base_above_zero"
            ),
        ]

    if TYPE_CHECKING:
        #: What pages hang on a row: the steps of its fee standard in the reader's language.
        working: list[dict[str, Any]] | None

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.item}"

    @property
    def known_standard(self) -> Decimal | None:
        """Its standard in CNY; None where there is none, or a coefficient is missing that would change it."""
        return None if (self.calculation or {}).get("incomplete") else self.standard_fee


class RequestVersion(models.Model):
    """What a version of a published request changed; the first one is its publication."""

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    summary = models.CharField(max_length=400, blank=True)
    #: [{"field", "before", "after"}] with the words of each language (`versions`), empty for the first.
    changes = models.JSONField(default=list)
    #: Null in direct selection, which has no bid period.
    bids_close_at = models.DateTimeField(null=True)
    announcement = models.JSONField()
    announcement_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=("work_request", "number"), name="request_version_once")]

    if TYPE_CHECKING:
        #: What pages hang on a version: its changes in the reader's language.
        shown: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.work_request.number} v{self.number}"


@appendonly.register
class DeadlineMove(models.Model):
    """A deadline that has moved by rule, with its evidence; the announcement keeps the published one."""

    CAUSES = ((Cause.QUESTIONS, _("A question stood unanswered")), (Cause.OUTAGE, _("The market was out of reach")))

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="deadline_moves")
    cause = models.CharField(max_length=20, choices=CAUSES)
    before = models.DateTimeField()
    after = models.DateTimeField()
    recorded_at = models.DateTimeField()
    #: [{"start", "end", "seconds"}] of the gaps between heartbeats, in UTC; or the numbers of the questions.
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ("recorded_at", "pk")
        constraints = [models.UniqueConstraint(fields=("work_request", "cause"), name="deadline_moves_once_a_cause")]

    def __str__(self) -> str:
        return f"{self.work_request_id} {self.cause}"

    @property
    def gaps(self) -> list[Gap]:
        """The gaps between heartbeats that moved it."""
        if self.cause != Cause.OUTAGE:
            return []
        return [Gap(*(datetime.fromisoformat(row[end]) for end in ("start", "end"))) for row in self.evidence]


class Exclusion(models.Model):
    """A firm that the owner keeps out, on a named ground; public."""

    class Ground(models.TextChoices):
        RELATION = "relation", _("Relation to the owner")
        DISPUTE = "dispute", _("Open dispute")
        FAULT = "fault", _("Decided fault")

    MOST = 3

    work_request = models.ForeignKey(WorkRequest, on_delete=models.CASCADE, related_name="exclusions")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    explanation = models.CharField(_("explanation"), max_length=500)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("work_request", "organisation"), name="exclusion_once")]

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.organisation}"


class Attachment(models.Model):
    """A file that belongs to a request."""

    work_request = models.ForeignKey(WorkRequest, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title or self.file.name


class Question(models.Model):
    """A question about a request, and the answer that everybody gets; the asker is never shown."""

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()
    asker = models.ForeignKey("registry.Intermediary", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    text = models.TextField(_("question"), max_length=2000)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("work_request", "number"), name="question_number_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answer="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
                name="question_answer_has_its_time",
            ),
        ]

    if TYPE_CHECKING:
        #: What pages hang on a question: the clock of its answer.
        clock: ClockFace

    def __str__(self) -> str:
        return f"{self.work_request.number} Q{self.number}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
