from datetime import date, timedelta
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core import clock
from marketplace.core.keys import KeyField
from marketplace.core.money import MoneyField

from ..querysets import OfferQuerySet, RecordedQuerySet
from ..states import Validity
from .intermediary import Intermediary

#: Calendar days before the last valid day in which a qualification is "expiring" (RULES, Registration).
EXPIRING_DAYS = 30


class Qualification(models.Model):
    """A verified certificate of a firm; `valid_to` is its last valid day, `number` is as typed."""

    intermediary = models.ForeignKey(Intermediary, on_delete=models.CASCADE, related_name="qualifications")
    qualification_type = models.ForeignKey(
        "catalogue.QualificationType",
        on_delete=models.PROTECT,
        related_name="qualifications",
        verbose_name=_("qualification"),
    )
    level = models.CharField(pgettext_lazy("qualification", "level"), max_length=40, blank=True)
    number = models.CharField(_("certificate number"), max_length=60)
    number_key = KeyField("number")
    issuer = models.CharField(_("issued by"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    verified_on = models.DateField(_("verified"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ("qualification_type", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("qualification_type", "number_key"),
                condition=Q(withdrawn_at=None),
                name="qualification_number_once",
                violation_error_message=_("This certificate number stands under another intermediary."),
            ),
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_to")), name="qualification_dates_in_order"),
        ]
        indexes = [
            models.Index(
                fields=("intermediary", "qualification_type", "valid_to"),
                condition=Q(withdrawn_at=None),
                name="qualification_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.qualification_type} {self.number}"

    def is_valid_on(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to

    def validity_on(self, on: date) -> Validity:
        """Abolished with its type, valid, expiring within 30 calendar days, expired, not valid yet; last days count."""
        if self.qualification_type_id is not None and self.qualification_type.is_abolished(on):
            return Validity.ABOLISHED
        if on > self.valid_to:
            return Validity.EXPIRED
        if on < self.valid_from:
            return Validity.FUTURE
        return Validity.EXPIRING if self.valid_to <= on + timedelta(days=EXPIRING_DAYS) else Validity.VALID

    @property
    def validity(self) -> Validity:
        """Its validity today."""
        return self.validity_on(clock.today())


class Practitioner(models.Model):
    """A licensed person of a firm; one licence stands under one firm only."""

    intermediary = models.ForeignKey(Intermediary, on_delete=models.CASCADE, related_name="practitioners")
    name = models.CharField(_("name"), max_length=60)
    licence_type = models.CharField(_("licence"), max_length=80)
    licence_no = models.CharField(_("licence number"), max_length=60)
    licence_key = KeyField("licence_type", "licence_no")
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        verbose_name = _("practitioner")
        verbose_name_plural = _("practitioners")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("licence_key",),
                condition=Q(withdrawn_at=None),
                name="practitioner_licence_once",
                violation_error_message=_("This licence stands under another intermediary."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.licence_type}"


class Offer(models.Model):
    """
    What a firm asks for a service item, and how soon it promises the deliverable.

    `amount` is CNY for a fixed price, CNY a unit for a unit price, and percent off the standard else; `days` are
    working days, no more than the item's standard time (the services check that, it stands in another table).
    """

    class Pricing(models.TextChoices):
        FIXED = "fixed", pgettext_lazy("offer", "Fixed price")
        PER_UNIT = "per_unit", _("Price a unit")
        PERCENT_OFF = "percent_off", _("Percent off the standard")

    intermediary = models.ForeignKey(Intermediary, on_delete=models.CASCADE, related_name="offers")
    item = models.ForeignKey(
        "catalogue.ServiceItem", on_delete=models.PROTECT, related_name="offers", verbose_name=_("service")
    )
    pricing = models.CharField(_("priced by"), max_length=20, choices=Pricing)
    amount = MoneyField(_("amount"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    days = models.PositiveSmallIntegerField(_("promised working days"), validators=[MinValueValidator(1)])
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ("item", "pk")
        constraints = [
            models.UniqueConstraint(fields=("intermediary", "item"), name="offer_once_an_item"),
            models.CheckConstraint(condition=Q(days__gte=1), name="offer_days_from_1"),
            models.CheckConstraint(
                condition=Q(pricing="percent_off", amount__gte=0, amount__lt=100)
                | Q(pricing__in=("fixed", "per_unit"), amount__gt=0),
                name="offer_amount_in_range",
            ),
            models.CheckConstraint(condition=~Q(pricing="per_unit") | ~Q(unit=""), name="offer_per_unit_has_a_unit"),
        ]
        indexes = [models.Index(fields=("item", "pricing", "amount"), name="offer_by_price")]

    def __str__(self) -> str:
        return f"{self.intermediary} {self.item}"

    @property
    def ratio(self) -> Decimal | None:
        """The price as a share of the standard (0.86), where the offer itself says it."""
        return 1 - self.amount / 100 if self.pricing == self.Pricing.PERCENT_OFF else None
