from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.catalogue.querysets import ServiceItemQuerySet
from marketplace.core.i18n import localized

from .fee_schedules import FeeSchedule, Pricing
from .regulations import Regulation


class Category(models.TextChoices):
    """The field of government that an item belongs to."""

    DEVELOPMENT = "development", _("Development and reform")
    NATURAL_RESOURCES = "natural_resources", _("Natural resources")
    ENVIRONMENT = "environment", _("Ecology and environment")
    WATER = "water", pgettext_lazy("category", "Water resources")
    CONSTRUCTION = "construction", _("Housing and construction")
    CIVIL_DEFENCE = "civil_defence", pgettext_lazy("category", "Civil defence")
    METEOROLOGY = "meteorology", _("Meteorology")
    SEISMOLOGY = "seismology", _("Seismology")
    EMERGENCY = "emergency", _("Emergency management")
    HEALTH = "health", pgettext_lazy("category", "Health")
    TRANSPORT = "transport", pgettext_lazy("category", "Transport")
    HERITAGE = "heritage", _("Cultural heritage")
    FINANCE = "finance", _("Finance and taxation")


class ApprovalStage(models.TextChoices):
    """The stages of a project's approval (国办发〔2019〕11号), and the running of a firm apart from them."""

    PLANNING = "planning", _("Project and land-use planning")
    DESIGN = "design", _("Construction planning")
    CONSTRUCTION = "construction", pgettext_lazy("approval stage", "Construction permit")
    ACCEPTANCE = "acceptance", pgettext_lazy("approval stage", "Completion acceptance")
    BUSINESS = "business", _("Running a business")


class ApprovalMatter(models.Model):
    """What an authority decides, and what the services are bought for."""

    name_zh = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)

    name = localized("name")

    class Meta:
        verbose_name = _("approval matter")
        verbose_name_plural = _("approval matters")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class QualificationType(models.Model):
    """A qualification, registration or recognition that a service needs of its provider."""

    name_zh = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)

    name = localized("name")

    class Meta:
        verbose_name = _("qualification type")
        verbose_name_plural = _("qualification types")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class ServiceItem(models.Model):
    """A service that an approval needs, as the catalogue publishes it."""

    class PaidBy(models.TextChoices):
        APPLICANT = "applicant", _("The applicant (project owner)")
        AUTHORITY = "authority", _("The authority")

    class TenderClass(models.TextChoices):
        SURVEY = "survey", pgettext_lazy("tender class", "Survey")
        DESIGN = "design", pgettext_lazy("tender class", "Design")
        SUPERVISION = "supervision", pgettext_lazy("tender class", "Supervision")

    code = models.CharField(_("code"), max_length=20, unique=True)
    category = models.CharField(_("field"), max_length=30, choices=Category)
    name_zh = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    purpose_zh = models.CharField(_("what it is for"), max_length=300, blank=True)
    purpose_en = models.CharField(_("what it is for, in English"), max_length=400, blank=True)
    matter = models.ForeignKey(
        ApprovalMatter, on_delete=models.PROTECT, related_name="items", verbose_name=_("approval matter")
    )
    approval_stage = models.CharField(_("approval stage"), max_length=20, choices=ApprovalStage)
    authority = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="service_items",
        limit_choices_to={"kind": Organisation.Kind.AUTHORITY},
        verbose_name=_("authority"),
    )
    qualification_type = models.ForeignKey(
        QualificationType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="items",
        verbose_name=_("qualification needed"),
    )
    pricing = models.CharField(_("pricing"), max_length=20, choices=Pricing, default=Pricing.MARKET)
    fee_schedule = models.ForeignKey(
        FeeSchedule,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="items",
        verbose_name=_("fee schedule"),
    )
    fee_variant = models.CharField(_("variant of the schedule"), max_length=40, blank=True)
    paid_by = models.CharField(_("who pays"), max_length=20, choices=PaidBy)
    deliverable_zh = models.CharField(_("deliverable"), max_length=100)
    deliverable_en = models.CharField(_("deliverable in English"), max_length=150, blank=True)
    standard_days = models.PositiveSmallIntegerField(
        _("standard time"), null=True, blank=True, help_text=_("In working days; empty where the works set the time.")
    )
    tender_class = models.CharField(_("tender class"), max_length=20, choices=TenderClass, blank=True)
    is_open = models.BooleanField(_("in the catalogue"), default=True)
    legal_basis = models.ManyToManyField(Regulation, through="LegalBasis", related_name="items")

    name = localized("name")
    purpose = localized("purpose")
    deliverable = localized("deliverable")
    objects = ServiceItemQuerySet.as_manager()

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("service item")
        verbose_name_plural = _("service items")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fee_schedule__isnull=False) | models.Q(fee_variant=""),
                name="service_item_variant_of_a_schedule",
            ),
            models.CheckConstraint(
                condition=models.Q(standard_days=None) | models.Q(standard_days__gt=0),
                name="service_item_standard_days_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.fee_schedule_id is None:
            self.fee_variant = ""
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("catalogue:item-detail", args=(self.code,))

    def clean(self) -> None:
        if self.fee_schedule and self.fee_variant not in self.fee_schedule.rules.variants:
            names = ", ".join(self.fee_schedule.rules.variants) or "–"
            message = ValidationError(_("The schedule has these variants: %(names)s."), params={"names": names})
            raise ValidationError({"fee_variant": message})


class LegalBasis(models.Model):
    """That a regulation governs a service item, and in which respect."""

    item = models.ForeignKey(ServiceItem, on_delete=models.CASCADE, related_name="bases")
    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="bases")
    relation_zh = models.CharField(_("relation"), max_length=100, blank=True)
    relation_en = models.CharField(_("relation in English"), max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    relation = localized("relation")

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal basis")
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=("item", "regulation"), name="legal_basis_once")]

    def __str__(self) -> str:
        return f"{self.item_id} · {self.regulation_id}"
