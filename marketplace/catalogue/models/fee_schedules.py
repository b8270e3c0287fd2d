from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from marketplace.catalogue.fees import InvalidSchedule, Schedule
from marketplace.catalogue.querysets import FeeScheduleQuerySet
from marketplace.core import clock
from marketplace.core.i18n import localized
from marketplace.core.ordered_json import OrderedJSONField

from ..states import FeeScheduleStatus
from .regulations import LIVE, Regulation
from .sources import FromFile


class Pricing(models.TextChoices):
    """What a standard is worth (发改价格〔2015〕299号: market price, unless an authority says otherwise)."""

    MARKET = "market", _("Market price")
    GOVERNMENT_GUIDED = "government_guided", _("Government-guided price")
    GOVERNMENT_SET = "government_set", _("Government-set price")


class FeeSchedule(FromFile, index.Indexed):
    """A published fee standard; `definition` has the form of `fixtures/fee_schedules.json`."""

    Status = FeeScheduleStatus

    class Method(models.TextChoices):
        FIXED = "fixed", _("Fixed price")
        PER_UNIT = "per_unit", _("Price per unit")
        PERCENTAGE = "percentage", _("Percentage of the base")
        PROGRESSIVE = "progressive", _("Progressive by bands")
        INTERPOLATED = "interpolated", _("Interpolated between rows")

    code = models.CharField(_("code"), max_length=40, unique=True)
    title_zh = models.CharField(_("title"), max_length=150)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    document_no = models.CharField(_("document number"), max_length=60)
    regulation = models.ForeignKey(
        Regulation,
        limit_choices_to=LIVE,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="fee_schedules",
        verbose_name=_("regulation"),
    )
    issuer = models.CharField(_("issuer"), max_length=100)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force until"), null=True, blank=True, help_text=_("The last day in force."))
    status = models.CharField(_("status"), max_length=20, choices=FeeScheduleStatus, default=FeeScheduleStatus.IN_FORCE)
    pricing = models.CharField(_("pricing"), max_length=20, choices=Pricing, default=Pricing.MARKET)
    method = models.CharField(_("method"), max_length=20, choices=Method, editable=False)
    base_name_zh = models.CharField(_("name of the base"), max_length=60)
    base_name_en = models.CharField(_("English name of the base"), max_length=80, blank=True)
    definition = OrderedJSONField(_("definition"), help_text=_("Tables, coefficients and parameters as printed."))

    search_fields = [
        index.AutocompleteField("code"),
        index.AutocompleteField("document_no"),
        index.AutocompleteField("title_zh"),
        index.AutocompleteField("title_en"),
    ]

    title = localized("title")
    base_name = localized("base_name")
    objects = FeeScheduleQuerySet.as_manager()

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("fee schedule")
        verbose_name_plural = _("fee schedules")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(effective_to=None) | models.Q(effective_to__gte=models.F("effective_from")),
                name="fee_schedule_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_no} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.method = self.definition.get("method", "")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"{reverse('catalogue:fee-calculator')}?schedule={self.code}"

    def clean(self) -> None:
        try:
            if not isinstance(self.definition, dict):
                raise InvalidSchedule("an object is needed")
            Schedule.from_definition(self.definition)
        except InvalidSchedule as failure:
            message = _("The definition cannot be read: %(place)s")
            raise ValidationError({"definition": ValidationError(message, params={"place": str(failure)})}) from None

    @cached_property
    def rules(self) -> Schedule:
        """The definition, read."""
        return replace(Schedule.from_definition(self.definition), code=self.code)

    def in_force(self, on: date | None = None) -> bool:
        """Whether the standard is law on a day (today), so that its price is more than a reference."""
        day = on or clock.today()
        return (
            self.status == self.Status.IN_FORCE
            and self.pricing != Pricing.MARKET
            and self.effective_from <= day
            and (self.effective_to is None or day <= self.effective_to)
        )
