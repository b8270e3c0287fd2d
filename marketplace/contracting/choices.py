"""The two sides of a contract."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Party(models.TextChoices):
    OWNER = "owner", pgettext_lazy("contract", "Owner")
    INTERMEDIARY = "intermediary", pgettext_lazy("contract", "Intermediary")

    @property
    def other(self) -> "Party":
        return Party.INTERMEDIARY if self == Party.OWNER else Party.OWNER
