"""The fee standard of a visitor's project, by which a list converts the firms' offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, DecimalField, ExpressionWrapper, F, Value, When
from django.utils.http import urlencode

from marketplace.catalogue.fees import FeeCalculation, UnableToCalculate, units
from marketplace.catalogue.models import ServiceItem
from marketplace.catalogue.services import calculate_for_item
from marketplace.core.money import round_fen

from .models import Offer
from .wording import in_line

MONEY = DecimalField(max_digits=24, decimal_places=6)


@dataclass(frozen=True)
class Project:
    """A service and, where the visitor has said enough, the standard of their project in CNY."""

    item: ServiceItem
    calculation: FeeCalculation | None = None
    base: Decimal | None = None
    #: The address's parameters that say so, to be passed on.
    asked: Mapping[str, str] = field(default_factory=dict)
    #: Why the values given lead to no standard, in the visitor's words.
    problem: str = ""

    @property
    def unit(self) -> str:
        """The unit of the base, in the page's language."""
        return str(units.name_of(self.item.fee_schedule.rules.base_unit)) if self.item.fee_schedule else ""

    @property
    def query(self) -> str:
        """What was asked, for the address of the calculator that shows the working."""
        return urlencode(self.asked)

    @property
    def missing(self) -> str:
        """The required coefficients that were not given, by name; they counted as 1."""
        if self.calculation is None or self.item.fee_schedule is None:
            return ""
        coefficients = self.item.fee_schedule.rules.coefficients
        return in_line(str(coefficients[code].name) for code in self.calculation.incomplete)

    @property
    def standard(self) -> Decimal | None:
        return self.calculation.fee_cny if self.calculation else None

    def price_of(self, offer: Offer) -> Decimal | None:
        """The offer's price for this project in CNY; None where it cannot be worked out."""
        if offer.pricing == Offer.Pricing.FIXED:
            return offer.amount
        if offer.pricing == Offer.Pricing.PER_UNIT:
            fits = self.calculation is not None and self.base and offer.unit == self.calculation.base_unit
            return round_fen(offer.amount * self.base) if fits and self.base else None
        return None if self.standard is None else round_fen(self.standard * (100 - offer.amount) / 100)

    def ratio_of(self, offer: Offer) -> Decimal | None:
        """The offer's price ÷ the standard; a percentage off says it by itself."""
        if offer.pricing == Offer.Pricing.PERCENT_OFF:
            return offer.ratio
        price = self.price_of(offer)
        return price / self.standard if price is not None and self.standard else None


def project_of(item: ServiceItem, query: Mapping[str, str]) -> Project:
    """
    The visitor's project, from the address: `base`, `variant`, and the schedule's coefficients and parameters.

    The same names as the fee calculator's, so that its result leads here.
    """
    base = query.get("base", "").strip()
    if not base or item.fee_schedule is None:
        return Project(item)
    rules = item.fee_schedule.rules
    values = {name: query[name] for name in (*rules.coefficients, *rules.parameters) if query.get(name)}
    asked = {"base": base, **({"variant": query["variant"]} if query.get("variant") else {}), **values}
    try:
        calculation = calculate_for_item(
            item=item,
            base=base,
            variant=query.get("variant", ""),
            coefficients={name: value for name, value in values.items() if name in rules.coefficients},
            parameters={name: value for name, value in values.items() if name in rules.parameters},
        )
    except UnableToCalculate as failure:
        return Project(item, asked=asked, problem=str(failure))
    exact = calculation.base
    amount = Decimal(exact.numerator) / exact.denominator if exact is not None else None
    return Project(item, calculation, amount, asked)


def percent_of_standard(project: Project | None) -> Case:
    """An expression over offers: the price in percent of the standard, null where it cannot be said."""
    cases = [
        When(pricing=Offer.Pricing.PERCENT_OFF, then=ExpressionWrapper(Value(100) - F("amount"), output_field=MONEY))
    ]
    if project and project.standard:
        share = ExpressionWrapper(F("amount") * Value(100) / Value(project.standard), output_field=MONEY)
        cases.append(When(pricing=Offer.Pricing.FIXED, then=share))
        if project.base and project.calculation:
            times = ExpressionWrapper(
                F("amount") * Value(project.base) * Value(100) / Value(project.standard), output_field=MONEY
            )
            cases.append(When(pricing=Offer.Pricing.PER_UNIT, unit=project.calculation.base_unit, then=times))
    return Case(*cases, default=None, output_field=MONEY)
