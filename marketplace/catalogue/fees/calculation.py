from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from . import units, vocabulary
from .errors import UnableToCalculate
from .numbers import is_exact, percent, plain, round_fen
from .reading import read_number
from .schedule import Coefficient, Parameter, Schedule, Variant
from .steps import Step

# Above it a percentage was typed as a number (120 for 1.2).
MOST_FACTOR = Fraction(10)
MOST_TOPICS = 100

__all__ = ["FeeCalculation", "Step", "calculate"]


@dataclass(frozen=True)
class FeeCalculation:
    """
    A fee with its working.

    `fee_cny` and `range_cny` are CNY rounded half up to the fen once, the range from the unrounded fee; both are None
    where the document leaves the fee to negotiation. `incomplete` names the required coefficients that were not
    given and counted as 1. `fee` and `base` are exact, in `fee_unit` and `base_unit`.
    """

    schedule: str
    variant: str
    base: Fraction | None
    base_unit: str
    fee: Fraction | None
    fee_unit: str
    fee_cny: Decimal | None
    range_cny: tuple[Decimal, Decimal] | None
    reference: bool
    incomplete: tuple[str, ...]
    steps: tuple[Step, ...]
    #: Asked where the base is a thousand times the usual: is it in the unit that was meant?
    question: Text | None = None

    @property
    def negotiated(self) -> bool:
        return self.fee is None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; amounts are decimal strings in CNY, texts in the active language."""
        return {
            "schedule": self.schedule,
            "variant": self.variant or None,
            "base": None if self.base is None else plain(self.base),
            "base_unit": self.base_unit,
            "fee_cny": None if self.fee_cny is None else str(self.fee_cny),
            "range_cny": None if self.range_cny is None else [str(amount) for amount in self.range_cny],
            "reference": self.reference,
            "incomplete": list(self.incomplete),
            "steps": [step.as_dict() for step in self.steps],
            **({} if self.question is None else {"question": str(self.question)}),
        }


def calculate(
    schedule: Schedule,
    base: object,
    variant: str = "",
    coefficients: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> FeeCalculation:
    """
    The fee of a base by a schedule, step by step.

    :param base: above 0, in the document's own unit (`schedule.base_unit`)
    :param variant: needed where the schedule prices several services
    :param coefficients: entry or number by name; one not given counts as 1
    :param parameters: `partial`, `topics`, `stage`, where the schedule has them
    :raises UnableToCalculate: naming the field that cannot be used
    """
    given = _given(schedule, coefficients, parameters)
    chosen = _variant(schedule, variant)
    number = read_number(base, "base", most=units.most(schedule.base_unit), unit=schedule.base_unit)
    # Every value is read before the table is, so that bad input is named outside the printed range too.
    before = [_topics(schedule.parameters[code], given, chosen) for code in schedule.parameters if code == "topics"]
    factors = [_coefficient(coefficient, given) for coefficient in schedule.coefficients.values()]
    after = [_parameter(schedule.parameters[code], given) for code in schedule.parameters if code != "topics"]
    incomplete = tuple(factor.name for factor in factors if factor is not None and factor.missing)

    worked = chosen.tariff.work_out(number, schedule.base_unit, schedule.fee_unit)
    fee, steps = worked.fee, list(worked.steps)
    fee_cny = range_cny = None
    if fee is not None:
        for factor in [*before, *factors, *after]:
            if factor is not None:
                fee, step = factor.apply(fee)
                steps.append(step)
        fee_cny, range_cny = _finish(schedule, fee, steps)
    return FeeCalculation(
        schedule=schedule.code,
        variant=chosen.code,
        base=number,
        base_unit=schedule.base_unit,
        fee=fee,
        fee_unit=schedule.fee_unit,
        fee_cny=fee_cny,
        range_cny=range_cny,
        reference=schedule.reference,
        incomplete=incomplete,
        steps=tuple(replace(step, unit=step.unit or schedule.fee_unit) for step in steps),
        question=units.question_about(number, schedule.base_unit),
    )


@dataclass(frozen=True)
class _Factor:
    """What the fee is multiplied by next, and how its row reads."""

    code: str
    name: str
    label: Any
    value: Fraction
    shown: str
    missing: bool = False

    def apply(self, fee: Fraction) -> tuple[Fraction, Step]:
        if self.missing:
            return fee, Step("coefficient", self.label, _("not given; counts as 1"), (fee,), self.name, missing=True)
        result = fee * self.value
        return result, Step(self.code, self.label, f"{plain(fee, 2)} × {self.shown}", (result,), self.name)


def _given(
    schedule: Schedule, coefficients: Mapping[str, object] | None, parameters: Mapping[str, object] | None
) -> dict[str, object]:
    """Both mappings as one; a parameter may come among the coefficients, as on the command line."""
    given: dict[str, object] = {}
    for source in (coefficients or {}, parameters or {}):
        for name, value in source.items():
            if name not in schedule.coefficients and name not in schedule.parameters:
                message = format_lazy(_("This standard has no coefficient “{name}”."), name=str(name)[:40])
                raise UnableToCalculate(str(name)[:40], "unknown-coefficient", message)
            # Named among coefficients and among parameters with two values, either one could be meant.
            if name in given:
                raise UnableToCalculate(name, "given-twice", _("This value is given twice."))
            if value is not None and value != "":
                given[name] = value
    return given


def _variant(schedule: Schedule, code: str) -> Variant:
    if code in schedule.variants:
        return schedule.variants[code]
    if not code and len(schedule.variants) == 1:
        return next(iter(schedule.variants.values()))
    if not code:
        names = ", ".join(schedule.variants)
        raise UnableToCalculate("variant", "variant-missing", format_lazy(_("Choose one of: {names}."), names=names))
    message = format_lazy(_("This standard has no variant “{name}”."), name=str(code)[:40])
    raise UnableToCalculate("variant", "unknown-variant", message)


def _coefficient(coefficient: Coefficient, given: Mapping[str, object]) -> _Factor | None:
    code = coefficient.code
    if code not in given:
        # The document requires it, so the answer is incomplete and says so: a silent 1 would look like a finished fee.
        if not coefficient.required:
            return None
        return _Factor("coefficient", code, coefficient.name, Fraction(1), "1", missing=True)
    if coefficient.entries is not None:
        entry = str(given[code])
        value = _entry(coefficient.entries, entry, code)
        label = format_lazy(
            _("{coefficient}: {entry}"),
            coefficient=coefficient.name,
            entry=vocabulary.name_of(vocabulary.ENTRIES, entry),
        )
        return _Factor("coefficient", code, label, value, plain(value))
    value = read_number(given[code], code, most=MOST_FACTOR)
    if coefficient.limits is not None and not coefficient.limits[0] <= value <= coefficient.limits[1]:
        low, high = (plain(limit) for limit in coefficient.limits)
        message = format_lazy(_("The document allows {low} to {high}."), low=low, high=high)
        raise UnableToCalculate(code, "coefficient-out-of-range", message)
    return _Factor("coefficient", code, coefficient.name, value, plain(value))


def _entry(entries: Mapping[str, Fraction], entry: str, code: str) -> Fraction:
    if entry not in entries:
        message = format_lazy(_("The document has no entry “{entry}” here."), entry=entry[:40])
        raise UnableToCalculate(code, "unknown-entry", message)
    return entries[entry]


def _topics(parameter: Parameter, given: Mapping[str, object], variant: Variant) -> _Factor | None:
    """Each extra topic adds its share of the fee."""
    code = parameter.code
    if code not in given or str(given[code]).strip() == "0":
        return None
    if not parameter.applies_to(variant.code):
        raise UnableToCalculate(code, "not-for-this-variant", _("Extra topics count on a form only."))
    number = read_number(given[code], code, most=Fraction(MOST_TOPICS))
    if number.denominator != 1 or parameter.per_topic is None:
        raise UnableToCalculate(code, "not-a-whole-number", _("Give a whole number."))
    shown = f"(1 + {plain(parameter.per_topic)} × {plain(number)})"
    return _Factor("parameter", code, parameter.name, 1 + parameter.per_topic * number, shown)


def _parameter(parameter: Parameter, given: Mapping[str, object]) -> _Factor | None:
    """A named part of the service, or the share of one stage: above 0 and at most 1."""
    code = parameter.code
    if code not in given:
        return None
    if parameter.entries is not None:
        entry = str(given[code])
        value = _entry(parameter.entries, entry, code)
        label = format_lazy(
            _("{coefficient}: {entry}"),
            coefficient=parameter.name,
            entry=vocabulary.name_of(vocabulary.ENTRIES, entry),
        )
        return _Factor("parameter", code, label, value, percent(value))
    # A stage is a part of the whole; above 1 somebody typed percent, and would be billed a hundred times the stage.
    value = read_number(given[code], code, most=MOST_FACTOR)
    if value > 1:
        raise UnableToCalculate(code, "share-out-of-range", _("Give a share above 0 and at most 1."))
    return _Factor("parameter", code, parameter.name, value, plain(value))


def _finish(schedule: Schedule, fee: Fraction, steps: list[Step]) -> tuple[Decimal, tuple[Decimal, Decimal] | None]:
    """Mark the total, round it once, and add the float range, which is taken from the unrounded fee."""
    # The one rounding of a calculation. Rounded a second time (per step, per item's part) the sum no longer adds up.
    in_cny = units.IN_CNY[schedule.fee_unit]
    fee_cny = round_fen(fee * in_cny)
    if is_exact(fee * in_cny, 2):
        steps[-1] = replace(steps[-1], total=True)
    else:
        unit, factor = units.YUAN, f" × {in_cny}" if in_cny != 1 else ""
        formula = f"{plain(fee, 2)}{factor}"
        label = _("Rounded half up to the fen, once")
        steps.append(Step("rounding", label, formula, (Fraction(fee_cny),), unit=unit, total=True))
    share = schedule.float_share
    if share is None:
        return fee_cny, None
    # From the unrounded fee: from the rounded one the range is off by a fen where the fee ends in half a fen.
    low, high = fee * (1 - share), fee * (1 + share)
    both = format_lazy(
        _("{low} and {high}"),
        low=f"{plain(fee, 2)} × {plain(1 - share)}",
        high=f"{plain(fee, 2)} × {plain(1 + share)}",
    )
    steps.append(Step("float", format_lazy(_("Float of ±{share}"), share=percent(share)), both, (low, high)))
    return fee_cny, (round_fen(low * in_cny), round_fen(high * in_cny))
