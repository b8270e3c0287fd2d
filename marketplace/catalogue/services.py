"""Fees of catalogue entries as of today, and what operators take away."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock

from .fees import FeeCalculation, UnableToCalculate, calculate
from .models import DroppedRow, FeeSchedule, LegalBasis, Pricing, ServiceItem
from .models.sources import facts_of
from .models.trail import matter_of


def calculate_for_schedule(
    *,
    schedule: FeeSchedule,
    base: object,
    variant: str = "",
    coefficients: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> FeeCalculation:
    """
    A fee by a schedule, as a standard or as a reference according to today's state of the law.

    :raises UnableToCalculate: naming the field that cannot be used
    """
    rules = replace(schedule.rules, reference=not schedule.in_force())
    return calculate(rules, base, variant, coefficients, parameters)


def calculate_for_item(
    *,
    item: ServiceItem,
    base: object,
    variant: str = "",
    coefficients: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> FeeCalculation:
    """
    A fee by the item's schedule and, unless another is given, its variant.

    :raises UnableToCalculate: also where the item has no published fee standard
    """
    if item.fee_schedule is None:
        raise UnableToCalculate("item", "no-standard", _("This service has no published fee standard."))
    calculation = calculate_for_schedule(
        schedule=item.fee_schedule,
        base=base,
        variant=variant or item.fee_variant,
        coefficients=coefficients,
        parameters=parameters,
    )
    return replace(calculation, reference=calculation.reference or item.pricing == Pricing.MARKET)


def calculate_by_code(
    *,
    code: str,
    base: object,
    variant: str = "",
    coefficients: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> FeeCalculation:
    """
    A fee by the code of a schedule or of a service item; a parameter may come among the coefficients.

    :raises UnableToCalculate: also where nothing has this code
    """
    question = {"base": base, "variant": variant, "coefficients": coefficients, "parameters": parameters}
    schedule = FeeSchedule.objects.filter(code=code).first()
    if schedule is not None:
        return calculate_for_schedule(schedule=schedule, **question)  # type: ignore[arg-type]
    item = ServiceItem.objects.open().select_related("fee_schedule").filter(code=code).first()
    if item is None:
        raise UnableToCalculate("code", "unknown-code", _("No schedule and no service has this code."))
    return calculate_for_item(item=item, **question)  # type: ignore[arg-type]


@transaction.atomic
def drop_basis(*, basis: LegalBasis, actor: User) -> None:
    """Take an article away from a service, for good: the data files do not bring it back."""
    audit.record(matter=matter_of(basis), action="dropped", actor=actor, before=facts_of(basis))
    if basis.source_key is not None:
        DroppedRow.objects.create(source_key=basis.source_key, dropped_at=clock.now(), dropped_by=actor)
    basis.delete()
