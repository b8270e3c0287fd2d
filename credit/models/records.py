"""
What a score counts, as rows that only grow.

A row says when it was recorded; a correction is another row, which counts from the day after it was
recorded, so that the score of a past day never changes.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.appendonly import register

ASPECTS = ("quality", "timeliness", "attitude", "fees", "compliance")


def _party(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name=related_name)


def _two_parties(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=~Q(subject=F("client")), name=name)


class Stars(models.Model):
    """Five aspects of 1 to 5 stars."""

    quality = models.PositiveSmallIntegerField(_("quality"))
    timeliness = models.PositiveSmallIntegerField(_("timeliness"))
    attitude = models.PositiveSmallIntegerField(_("attitude"))
    fees = models.PositiveSmallIntegerField(_("fees"))
    compliance = models.PositiveSmallIntegerField(_("compliance"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{aspect}__range": (1, 5) for aspect in ASPECTS}), name="%(class)s_one_to_five_stars"
            )
        ]

    @property
    def stars(self) -> tuple[int, ...]:
        return tuple(getattr(self, aspect) for aspect in ASPECTS)


@register
class Review(Stars):
    """A client's rating of one contract; `rated_at` is the first rating's time, also after a change."""

    subject = _party("reviews")
    client = _party("reviews_given")
    contract_no = models.CharField(max_length=40, unique=True)
    rated_at = models.DateTimeField()
    related = models.BooleanField(_("by a related client"), default=False)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta(Stars.Meta):
        constraints = [*Stars.Meta.constraints, _two_parties("review_of_another")]
        indexes = [models.Index(fields=("subject", "rated_at"))]

    def __str__(self) -> str:
        return f"{self.contract_no} {self.stars}"


@register
class ReviewChange(Stars):
    """The one change of a rating that the rules allow."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="change")
    recorded_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.review.contract_no} → {self.stars}"


@register
class Engagement(models.Model):
    """
    A contract of a client with an intermediary, or an award that stands for its contract until that is signed.

    An award is entered under its own number and the date of its notice; the signed contract replaces it.
    """

    subject = _party("engagements")
    client = _party("engagements_given")
    number = models.CharField(max_length=40)
    dated_on = models.DateField()
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            _two_parties("engagement_with_another"),
            # An award that passes on to the next in rank keeps its number, so only the pair is unique.
            models.UniqueConstraint(fields=("subject", "number"), name="engagement_once"),
        ]
        indexes = [models.Index(fields=("subject", "client"))]

    def __str__(self) -> str:
        return self.number


@register
class ProcessStep(models.Model):
    """
    A step of the process that fell or falls due, and whether it was kept.

    :ivar contract_no: the contract's number; the award's where no contract was signed
    :ivar sequence: tells a contract's steps of one kind apart: the milestone's position
    :ivar own_fault: false where the delay was not the intermediary's own; the step then does not count
    :ivar corrects: the row whose finding this one replaces from the next day on
    """

    class Kind(models.TextChoices):
        SIGNING = "signing", _("Contract signed on time")
        DELIVERY = "delivery", _("Deliverable submitted on time")
        ACCEPTANCE = "acceptance", _("Accepted at first submission")
        NO_WITHDRAWAL = "no_withdrawal", _("No withdrawal after award")

    subject = _party("process_steps")
    client = _party("process_steps_given")
    contract_no = models.CharField(max_length=40)
    contract_on = models.DateField()
    kind = models.CharField(max_length=20, choices=Kind)
    sequence = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField()
    kept = models.BooleanField()
    own_fault = models.BooleanField(default=True)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            _two_parties("process_step_for_another"),
            models.UniqueConstraint(
                fields=("subject", "contract_no", "kind", "sequence"),
                condition=Q(corrects=None),
                name="process_step_once",
            ),
        ]
        indexes = [models.Index(fields=("subject", "due_on"))]

    def __str__(self) -> str:
        return f"{self.contract_no} {self.kind} {self.sequence}"


@register
class Completion(models.Model):
    """A contract that was completed."""

    subject = _party("completions")
    client = _party("completions_given")
    contract_no = models.CharField(max_length=40, unique=True)
    completed_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [_two_parties("completion_for_another")]
        indexes = [models.Index(fields=("subject", "completed_on"))]

    def __str__(self) -> str:
        return self.contract_no
