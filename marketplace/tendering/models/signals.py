from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core import appendonly

from .bids import Opening


@appendonly.register
class CollusionSignal(models.Model):
    """
    Something at an opening that a regulator should look at (`collusion`); nobody else ever sees it.

    It sentences nobody: what follows, if anything, is a credit event that one person proposes and another decides.
    """

    class Kind(models.TextChoices):
        ADDRESS = "address", _("One address")
        NETWORK = "network", _("One network")
        DEVICE = "device", _("One device")
        FILE = "file", _("The same file")
        AUTHOR = "author", _("The same author")
        PASSAGES = "passages", _("The same text")
        EQUAL_PRICES = "equal_prices", _("Equal prices")
        STEPS = "steps", _("Prices in equal steps")
        RATIOS = "ratios", _("Prices in equal ratios")
        ENDINGS = "endings", _("Prices with the same ending")
        PAIR = "pair", _("Two that always bid together")

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=20, choices=Kind)
    #: Primary keys of the opened bids, and the numbers of what was seen.
    bids = models.JSONField()
    seen = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.opening_id} {self.kind}"
