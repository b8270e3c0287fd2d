from django.conf import settings
from django.db import models

from .requests import WorkRequest


class DirectConfirmation(models.Model):
    """
    A regulator's word on direct selection after two failures, about the request as it was edited last.

    Whoever edits the request afterwards needs another one.
    """

    work_request = models.ForeignKey(WorkRequest, on_delete=models.CASCADE, related_name="direct_confirmations")
    edited_at = models.DateTimeField()
    is_allowed = models.BooleanField()
    reason = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("work_request", "edited_at"), name="direct_confirmation_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.is_allowed}"
