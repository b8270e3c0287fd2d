from datetime import datetime
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, FSMModelMixin, transition

from marketplace.core.calendar import ClockFace

from ..querysets import PaperQuerySet, SeatQuerySet
from ..states import LOST_SEAT, SeatState
from .bids import OpenedBid, Opening
from .evaluators import Evaluator

MOST = 100


class Round(models.IntegerChoices):
    """Which marking of a proposal a mark belongs to; second marks count instead of the first."""

    FIRST = 1, pgettext_lazy("marking", "First round")
    SECOND = 2, pgettext_lazy("marking", "Second round")


class Seat(FSMModelMixin, models.Model):
    """
    One number of a request's pool in the order of the draw, and what became of it.

    The whole pool stands here: the first `evaluators` numbers that nothing speaks against are seated, and where one is
    lost the next takes the place.
    """

    State = SeatState

    class Reason(models.TextChoices):
        """Why a number does not mark; these codes stand in the working."""

        TIE = "tie", pgettext_lazy("evaluator", "Tied to a bidder or the owner")
        LEFT = "left", pgettext_lazy("evaluator", "No longer in the pool")
        DECLARED_TIE = "declared_tie", pgettext_lazy("evaluator", "Declared a tie when asked")
        LATE = "late", pgettext_lazy("evaluator", "Did not mark in time")

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="seats")
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="seats")
    place = models.PositiveIntegerField()
    #: value("evaluator", number), 64 digits of hexadecimal.
    value = models.CharField(max_length=64)
    state = FSMField(choices=SeatState, default=SeatState.RESERVE, protected=True)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    seated_at = models.DateTimeField(null=True, blank=True)
    #: When the evaluator declared to be free of ties to everybody in the request.
    cleared_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ("opening", "place")
        constraints = [
            models.UniqueConstraint(fields=("opening", "place"), name="seat_place_once"),
            models.UniqueConstraint(fields=("opening", "evaluator"), name="seat_evaluator_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=LOST_SEAT) ^ models.Q(reason=""),
                name="seat_lost_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opening_id} #{self.place} {self.state}"

    @property
    def number(self) -> int:
        return self.evaluator.number

    @transition(field=state, source=SeatState.RESERVE, target=SeatState.SEATED)
    def take(self, *, at: datetime) -> None:
        self.seated_at = at

    @transition(field=state, source=SeatState.RESERVE, target=SeatState.LEFT_OUT)
    def leave_out(self, *, at: datetime, reason: str) -> None:
        self.ended_at, self.reason = at, reason

    @transition(field=state, source=SeatState.SEATED, target=SeatState.REPLACED)
    def replace(self, *, at: datetime, reason: str) -> None:
        self.ended_at, self.reason = at, reason


class Paper(models.Model):
    """
    What one evaluator marks at a time, handed in once.

    The first holds every proposal; another one holds those that all mark once more.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="papers")
    position = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    if TYPE_CHECKING:
        #: What lists hang on a paper.
        clock: ClockFace

    class Meta:
        ordering = ("seat", "position")
        constraints = [
            models.UniqueConstraint(fields=("seat", "position"), name="paper_position_once"),
            models.UniqueConstraint(
                fields=("seat",), condition=models.Q(handed_in_at=None), name="paper_one_open_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} #{self.position}"

    def get_absolute_url(self) -> str:
        return reverse("tendering:evaluation", args=[self.pk])

    @property
    def is_again(self) -> bool:
        """Whether it asks for second marks."""
        return self.position > 1


class Mark(models.Model):
    """An evaluator's mark of one proposal in one round; empty until it is given."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="marks")
    opened_bid = models.ForeignKey(OpenedBid, on_delete=models.PROTECT, related_name="marks")
    round = models.PositiveSmallIntegerField(choices=Round)
    #: Under which number the evaluators read it; the same for all of them, in the order of value("proposal", id).
    label = models.PositiveSmallIntegerField()
    mark = models.PositiveSmallIntegerField(_("mark"), null=True, blank=True, validators=[MaxValueValidator(MOST)])
    remark = models.TextField(_("remark"), max_length=2000, blank=True)

    class Meta:
        ordering = ("paper", "label")
        constraints = [
            models.UniqueConstraint(fields=("paper", "opened_bid"), name="mark_once_a_paper"),
            models.UniqueConstraint(fields=("paper", "label"), name="mark_label_once_a_paper"),
            models.CheckConstraint(
                condition=models.Q(mark=None) | models.Q(mark__gte=0, mark__lte=MOST), name="mark_from_0_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.label}"
