from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credit.querysets import CreditModelQuerySet
from credit.rating import RatingModel
from marketplace.core import clock
from marketplace.core.appendonly import register
from marketplace.core.i18n import localized


@register
class CreditModel(models.Model):
    """A published version of the rating model; it never changes, a score names the version that made it."""

    version = models.CharField(_("version"), max_length=40, unique=True)
    definition = models.JSONField(_("definition"))
    effective_on = models.DateField(_("effective from"), db_index=True)
    published_at = models.DateTimeField(_("published"), default=clock.now)

    objects = CreditModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating model")
        verbose_name_plural = _("rating models")
        ordering = ("effective_on", "pk")

    def __str__(self) -> str:
        return self.version

    @property
    def rating_model(self) -> RatingModel:
        return RatingModel.from_definition(self.definition)


class CreditRule(models.Model):
    """A rule by which a fact becomes points (data/credit_rules.csv); an event keeps what the rule said at its time."""

    class Direction(models.TextChoices):
        DEDUCT = "deduct", _("Deduction")
        BONUS = "bonus", _("Bonus")

    class Severity(models.TextChoices):
        ORDINARY = "ordinary", pgettext_lazy("credit rule", "Ordinary")
        SERIOUS = "serious", pgettext_lazy("credit rule", "Serious")

    class Category(models.TextChoices):
        REGISTRATION = "registration", pgettext_lazy("credit rule", "Registration")
        QUALIFICATION = "qualification", pgettext_lazy("credit rule", "Qualification")
        BIDDING = "bidding", pgettext_lazy("credit rule", "Bidding")
        CONTRACT = "contract", pgettext_lazy("credit rule", "Contract")
        QUALITY = "quality", pgettext_lazy("credit rule", "Quality")
        FEES = "fees", pgettext_lazy("credit rule", "Fees")
        CONDUCT = "conduct", pgettext_lazy("credit rule", "Conduct")
        HONOUR = "honour", pgettext_lazy("credit rule", "Honour")

    code = models.CharField(_("code"), max_length=6, unique=True)
    category = models.CharField(_("category"), max_length=20, choices=Category)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    points = models.PositiveSmallIntegerField(_("points"))
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    validity_months = models.PositiveSmallIntegerField(_("months in force"))
    name_zh = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=200)
    evidence_zh = models.CharField(_("evidence"), max_length=200)
    evidence_en = models.CharField(_("evidence in English"), max_length=200, blank=True)

    name = localized("name")
    evidence = localized("evidence")

    class Meta:
        verbose_name = _("credit rule")
        verbose_name_plural = _("credit rules")
        ordering = ("-direction", "code")
        constraints = [
            models.CheckConstraint(condition=models.Q(points__gt=0), name="credit_rule_points_positive"),
            models.CheckConstraint(condition=models.Q(validity_months__gt=0), name="credit_rule_validity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def signed_points(self) -> int:
        return self.points if self.direction == self.Direction.BONUS else -self.points
