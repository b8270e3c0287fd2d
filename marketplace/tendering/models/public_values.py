from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core import appendonly

from .bids import Opening

LONGEST_VALUE = 200


@appendonly.register
class PublicValueEntry(models.Model):
    """
    What one officer typed as the public value of an opening, and when they say it was published.

    A round has two entries by two people; where they differ both stay, and the next round begins.
    """

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="public_value_entries")
    round = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(_("value"), max_length=LONGEST_VALUE)
    published_at = models.DateTimeField()
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ("round", "place")
        constraints = [
            models.UniqueConstraint(fields=("opening", "round", "place"), name="public_value_two_places_a_round"),
            models.UniqueConstraint(fields=("opening", "round", "officer"), name="public_value_once_an_officer"),
            models.CheckConstraint(condition=models.Q(place__in=(1, 2)), name="public_value_first_or_second"),
        ]

    def __str__(self) -> str:
        return f"{self.opening_id} {self.round}.{self.place}"
