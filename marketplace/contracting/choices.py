"""The two sides of a contract, and who decides between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Party(models.TextChoices):
    OWNER = "owner", pgettext_lazy("contract", "Owner")
    INTERMEDIARY = "intermediary", pgettext_lazy("contract", "Intermediary")

    @property
    def other(self) -> "Party":
        return Party.INTERMEDIARY if self == Party.OWNER else Party.OWNER


class DisputeWay(models.TextChoices):
    """Who decides what the parties cannot settle: one of them, never both."""

    COURT = "court", _("The court")
    ARBITRATION = "arbitration", _("One arbitration commission")
