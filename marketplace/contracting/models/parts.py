from django.conf import settings
from django.db import models

from marketplace.core import appendonly, clock
from marketplace.core.money import MoneyField

from .contracts import Contract


@appendonly.register
class PartStatement(models.Model):
    """What the intermediary said of a bundle's parts; the last statement of a contract counts."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="part_statements")
    position = models.PositiveSmallIntegerField()
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=("contract", "position"), name="part_statement_position_once")]

    def __str__(self) -> str:
        return f"{self.contract.number} {self.position}"


@appendonly.register
class PricePart(models.Model):
    """One item's part of the price in CNY, and the listed firm that does it where it is subcontracted."""

    statement = models.ForeignKey(PartStatement, on_delete=models.PROTECT, related_name="parts")
    item = models.ForeignKey("catalogue.ServiceItem", on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    subcontractor = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("item__code",)
        constraints = [
            models.UniqueConstraint(fields=("statement", "item"), name="price_part_once_an_item"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="price_part_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.item.code}"
