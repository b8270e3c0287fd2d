from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from credit.querysets import CurrentStandingQuerySet
from credit.rating import Grade
from marketplace.accounts.models import Organisation

from .rules import CreditModel

GRADES = [(grade.value, grade.value) for grade in Grade]


class CurrentStanding(models.Model):
    """
    An intermediary's standing of a day, for lists to join and sort by.

    It is worked out anew on every write and every day; what decides (eligibility, selection) asks the
    rating itself for the day in question.

    :ivar warned_until: last day of the warning, where it holds on `as_of`; a restricted one is not warned besides
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="standing")
    model = models.ForeignKey(CreditModel, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    grade = models.CharField(_("grade"), max_length=3, choices=GRADES)
    grade_rank = models.PositiveSmallIntegerField()
    provisional = models.BooleanField(_("provisional"))
    completed_contracts = models.PositiveIntegerField(_("completed contracts"), default=0)
    rating_count = models.PositiveIntegerField(_("ratings"), default=0)
    restricted_from = models.DateField(null=True, blank=True)
    restricted_until = models.DateField(null=True, blank=True)
    warned_until = models.DateField(null=True, blank=True)

    objects = CurrentStandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit standing")
        verbose_name_plural = _("credit standings")
        indexes = [models.Index(fields=("-score",)), models.Index(fields=("grade_rank", "-score"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__range=(Decimal(0), Decimal(100))), name="current_standing_score_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.score} {self.grade}"

    @property
    def restricted(self) -> bool:
        return self.restricted_until is not None

    @property
    def warned(self) -> bool:
        return self.warned_until is not None
