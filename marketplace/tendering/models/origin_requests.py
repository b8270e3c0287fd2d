from datetime import datetime

from django.conf import settings
from django.db import models

from marketplace.core import calendar, clock

from .requests import WorkRequest


class OriginRequest(models.Model):
    """
    That a regulator wants the addresses and devices of a request's filings opened, for what, and another's decision.

    Nothing is opened before it is granted, nor once the time to look is over.
    """

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="origin_requests")
    purpose = models.CharField(max_length=2000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    is_granted = models.BooleanField(null=True)
    reason = models.CharField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("work_request",), condition=models.Q(is_granted=None), name="origin_request_one_waits"
            ),
            models.CheckConstraint(
                condition=models.Q(is_granted=None, decided_by=None, decided_at=None)
                | models.Q(is_granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(reason=""),
                name="origin_request_decided_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="origin_request_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.asked_at:%Y-%m-%d}"

    @property
    def decide_by(self) -> datetime:
        return calendar.due_within(self.asked_at, self.work_request.rules.origin_decision_days)

    @property
    def open_until(self) -> datetime | None:
        """Until when the two may look; None unless it was granted."""
        if not self.is_granted or self.decided_at is None:
            return None
        return calendar.due_within(self.decided_at, self.work_request.rules.origin_open_days)
