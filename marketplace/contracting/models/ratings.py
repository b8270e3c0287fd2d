from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .contracts import Contract

#: In the order of RULES and of credit's reviews.
ASPECTS = ("quality", "timeliness", "attitude", "fees", "compliance")


def stars(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(5)])


class ContractRating(models.Model):
    """The owner's rating of a completed contract, once; changed at most once; replied to at most once."""

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="rating")
    quality = stars(pgettext_lazy("rating", "Quality"))
    timeliness = stars(pgettext_lazy("rating", "Timeliness"))
    attitude = stars(pgettext_lazy("rating", "Attitude"))
    fees = stars(pgettext_lazy("rating", "Fees"))
    compliance = stars(pgettext_lazy("rating", "Compliance"))
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField()
    change_due_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    #: What stood before the change: the five numbers and the comment.
    before_change = models.JSONField(null=True, blank=True)

    reply = models.TextField(_("reply"), max_length=1000, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ("-rated_at", "-pk")
        constraints = [
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{aspect}__gte": 1, f"{aspect}__lte": 5}), name=f"rating_{aspect}_1_to_5"
                )
                for aspect in ASPECTS
            ),
            models.CheckConstraint(
                condition=models.Q(changed_at=None, before_change=None)
                | models.Q(
                    changed_at__gte=models.F("rated_at"),
                    changed_at__lt=models.F("change_due_at"),
                    before_change__isnull=False,
                ),
                name="rating_changed_in_time",
            ),
            models.CheckConstraint(
                condition=models.Q(reply="", replied_at=None, replied_by=None)
                | ~models.Q(reply="") & models.Q(replied_at__isnull=False, replied_by__isnull=False),
                name="rating_replied_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.number} {self.mean}"

    @property
    def aspects(self) -> list[tuple[Any, int]]:
        """Label and stars of each aspect."""
        return [(aspect_label(name), getattr(self, name)) for name in ASPECTS]

    @property
    def mean(self) -> Decimal:
        """The mean of the five aspects, with two decimals."""
        return (Decimal(sum(getattr(self, name) for name in ASPECTS)) / len(ASPECTS)).quantize(Decimal("0.01"))


def aspect_label(name: str) -> Any:
    """An aspect's name in the page's words."""
    return cast("models.Field[Any, Any]", ContractRating._meta.get_field(name)).verbose_name
