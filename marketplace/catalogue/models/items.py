from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.search import index

from marketplace.accounts.models import Organisation
from marketplace.catalogue.querysets import ServiceItemQuerySet
from marketplace.catalogue.states import NEVER_ASKED_FOR, NOT_FOR_APPLICANTS, WARNED_ABOUT, ItemStatus
from marketplace.core.i18n import localized

from .fee_schedules import FeeSchedule, Pricing
from .qualifications import QualificationType
from .sources import FromFile, Reviewed, reviewed_with_name


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
    FORESTRY = "forestry", _("Forestry")


class ApprovalStage(models.TextChoices):
    """The stages of a project's approval (国办发〔2019〕11号), and the running of a firm apart from them."""

    PLANNING = "planning", _("Project and land-use planning")
    DESIGN = "design", _("Construction planning")
    CONSTRUCTION = "construction", pgettext_lazy("approval stage", "Construction permit")
    ACCEPTANCE = "acceptance", pgettext_lazy("approval stage", "Completion acceptance")
    BUSINESS = "business", _("Running a business")


class ApprovalMatter(FromFile, index.Indexed):
    """What an authority decides, and what the services are bought for."""

    name_zh = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)

    search_fields = [index.AutocompleteField("name_zh"), index.AutocompleteField("name_en")]

    name = localized("name")

    class Meta:
        verbose_name = _("approval matter")
        verbose_name_plural = _("approval matters")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class ServiceItem(Reviewed, FromFile, index.Indexed):
    """A service that an approval may need, as the catalogue publishes it, with what the law asks of it today."""

    class PaidBy(models.TextChoices):
        APPLICANT = "applicant", _("The applicant (project owner)")
        AUTHORITY = "authority", _("The authority")

    Status = ItemStatus

    class Tie(models.TextChoices):
        """What depends on the result."""

        APPROVAL = "approval", _("An approval")
        ACCEPTANCE = "acceptance", _("Acceptance on completion")
        SUPERVISION = "supervision", _("A duty that authorities check, no approval")
        NONE = "none", _("Nothing")

    class SelfMade(models.TextChoices):
        """Whether the applicant may do it itself."""

        YES = "yes", pgettext_lazy("self-made", "Yes")
        CONDITIONAL = "conditional", pgettext_lazy("self-made", "Yes, if able or qualified")
        NO = "no", pgettext_lazy("self-made", "No")

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
    status = models.CharField(_("legal position"), max_length=20, choices=Status, default=Status.ACTIVE)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        verbose_name=_("part of the service"),
        help_text=_("Only where the service is part of another one and cannot be asked for by itself."),
    )
    tie = models.CharField(_("what depends on it"), max_length=20, choices=Tie, default=Tie.APPROVAL)
    self_made = models.CharField(_("may be done by oneself"), max_length=20, choices=SelfMade, default=SelfMade.NO)
    self_made_note_zh = models.CharField(_("how far by oneself"), max_length=200, blank=True)
    self_made_note_en = models.CharField(_("how far by oneself, in English"), max_length=250, blank=True)
    since = models.DateField(_("position holds since"), null=True, blank=True)
    abolished_zh = models.CharField(
        _("what was abolished"), max_length=100, blank=True, help_text=_("What ended, not the service itself.")
    )
    abolished_en = models.CharField(_("what was abolished, in English"), max_length=150, blank=True)
    abolished_until = models.DateField(_("its last day"), null=True, blank=True)
    to_confirm_zh = models.CharField(_("what a lawyer has to confirm"), max_length=400, blank=True)
    to_confirm_en = models.CharField(_("what a lawyer has to confirm, in English"), max_length=500, blank=True)
    deliverable_zh = models.CharField(_("deliverable"), max_length=100)
    deliverable_en = models.CharField(_("deliverable in English"), max_length=150, blank=True)
    standard_days = models.PositiveSmallIntegerField(
        _("standard time"),
        null=True,
        blank=True,
        help_text=_("In working days; empty where each request sets its own."),
    )
    tender_class = models.CharField(_("tender class"), max_length=20, choices=TenderClass, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the catalogue"), default=999)
    is_open = models.BooleanField(_("in the catalogue"), default=True)
    legal_basis: models.ManyToManyField = models.ManyToManyField(
        "Regulation", through="LegalBasis", related_name="items"
    )

    search_fields = [
        index.AutocompleteField("code"),
        index.AutocompleteField("name_zh"),
        index.AutocompleteField("name_en"),
    ]

    name = localized("name")
    purpose = localized("purpose")
    deliverable = localized("deliverable")
    self_made_note = localized("self_made_note")
    abolished = localized("abolished")
    to_confirm = localized("to_confirm")
    objects = ServiceItemQuerySet.as_manager()

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("service item")
        verbose_name_plural = _("service items")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fee_schedule__isnull=False) | models.Q(fee_variant=""),
                name="service_item_variant_of_a_schedule",
            ),
            models.CheckConstraint(
                condition=models.Q(standard_days=None) | models.Q(standard_days__gt=0),
                name="service_item_standard_days_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ItemStatus.MERGED, merged_into__isnull=False)
                | ~models.Q(status=ItemStatus.MERGED) & models.Q(merged_into=None),
                name="service_item_merged_leads_on",
                violation_error_message=_("A service that is part of another names that one, and no other does."),
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("pk")),
                name="service_item_not_part_of_itself",
                violation_error_message=_("A service cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ItemStatus.AUTHORITY) | models.Q(paid_by="authority"),
                name="service_item_authority_pays_its_own",
                violation_error_message=_("The authority pays for its own services."),
            ),
            models.CheckConstraint(
                condition=~models.Q(paid_by="authority") | models.Q(status__in=NOT_FOR_APPLICANTS),
                name="service_item_paid_by_authority_is_its_own",
                violation_error_message=_(
                    "What the authority pays is its own service; no applicant can be asked for it."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ItemStatus.ACTIVE) | ~models.Q(tie="none"),
                name="service_item_in_use_for_something",
                violation_error_message=_("A service on which nothing depends is voluntary."),
            ),
            models.CheckConstraint(
                condition=models.Q(abolished_zh="", abolished_until=None)
                | ~models.Q(abolished_zh="") & models.Q(abolished_until__isnull=False),
                name="service_item_last_day_of_what_ended",
                violation_error_message=_("Name what was abolished and its last day, or neither."),
            ),
            reviewed_with_name("service_item"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.fee_schedule_id is None:
            self.fee_variant = ""
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("catalogue:item-detail", args=(self.code,))

    @property
    def demanded_type(self) -> QualificationType | None:
        """The qualification that its provider has to hold today; one that no longer exists is never demanded."""
        kind = self.qualification_type
        return kind if kind is not None and kind.can_be_demanded() else None

    @property
    def can_be_offered(self) -> bool:
        """Whether a firm can newly offer it: it is in the catalogue and is asked for by itself."""
        return self.is_open and self.status not in NEVER_ASKED_FOR

    @property
    def is_warned_about(self) -> bool:
        """Whether people are told, before they spend money, that no approval may simply ask for it."""
        return self.status in WARNED_ABOUT

    def clean(self) -> None:
        if self.merged_into and self.merged_into.status == self.Status.MERGED:
            raise ValidationError({"merged_into": _("That service is itself part of another one; name that one.")})
        if self.fee_schedule and self.fee_variant not in self.fee_schedule.rules.variants:
            names = ", ".join(self.fee_schedule.rules.variants) or "–"
            message = ValidationError(_("The schedule has these variants: %(names)s."), params={"names": names})
            raise ValidationError({"fee_variant": message})
