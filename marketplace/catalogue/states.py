"""Whether a document, and a fee standard, holds."""

from django.db import models
from django.utils.translation import pgettext_lazy


class RegulationStatus(models.TextChoices):
    EFFECTIVE = "effective", pgettext_lazy("regulation", "In force")
    REPEALED = "repealed", pgettext_lazy("regulation", "Repealed")
    EXPIRED = "expired", pgettext_lazy("regulation", "Expired")
    REFERENCE = "reference", pgettext_lazy("regulation", "Status not verified")


class FeeScheduleStatus(models.TextChoices):
    IN_FORCE = "in_force", pgettext_lazy("fee schedule", "In force")
    REPEALED = "repealed", pgettext_lazy("fee schedule", "Repealed, kept as a reference price")
    UNVERIFIED = "unverified", pgettext_lazy("fee schedule", "Reference price; present status not verified")
