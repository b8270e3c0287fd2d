"""A fee schedule as tables to read, as printed: what the calculator computes from, laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.catalogue.fees import Schedule, units, vocabulary
from marketplace.catalogue.fees.methods import Fixed, Interpolated, Outside, Percentage, PerUnit, Progressive
from marketplace.catalogue.fees.numbers import percent, plain
from marketplace.catalogue.fees.schedule import Coefficient, Variant
from marketplace.catalogue.models import FeeSchedule

Text = str | Promise
NOT_PRINTED = "—"
#: A table with more columns than this stands upright instead.
WIDEST = 8


@dataclass(frozen=True)
class Factors:
    """A coefficient: what each number applies to, or the limits between which it is chosen."""

    name: Text
    rows: Sequence[tuple[str, Text]]


@dataclass(frozen=True)
class ScheduleTables:
    """
    :ivar columns: heads of the numeric columns; the first column holds the rows' names
    :ivar rows: each row's name and cells
    """

    schedule: FeeSchedule
    unit: Text
    first_head: Text
    columns: Sequence[Text]
    rows: Sequence[tuple[Text, Sequence[Text]]]
    coefficients: Sequence[Factors] = field(default_factory=list)
    float_percent: str = ""


def tables_of(schedule: FeeSchedule) -> ScheduleTables:
    rules = schedule.rules
    variants = list(rules.variants.values())
    first_head, columns, rows = _body(variants, rules, schedule)
    return ScheduleTables(
        schedule=schedule,
        unit=_unit(rules, schedule),
        first_head=first_head,
        columns=columns,
        rows=rows,
        coefficients=[factors for each in rules.coefficients.values() if (factors := _factors(each))],
        float_percent=percent(rules.float_share) if rules.float_share else "",
    )


def _unit(rules: Schedule, schedule: FeeSchedule) -> Text:
    fee, base = units.name_of(rules.fee_unit), units.name_of(rules.base_unit)
    if isinstance(next(iter(rules.variants.values())).tariff, PerUnit):
        return format_lazy(_("Unit: {fee} per {base}"), fee=fee, base=base)
    return format_lazy(_("Unit: {fee}; {name} in {base}"), fee=fee, name=schedule.base_name, base=base)


Body = tuple[Text, list[Text], list[tuple[Text, list[Text]]]]


def _body(variants: list[Variant], rules: Schedule, schedule: FeeSchedule) -> Body:
    tariff = variants[0].tariff
    if isinstance(tariff, Interpolated):
        return _points(variants, schedule)
    if isinstance(tariff, Progressive):
        return _bands(variants, schedule)
    return _("Service"), [_("Standard")], [(_name(each, schedule), [_single(each)]) for each in variants]


def _name(variant: Variant, schedule: FeeSchedule) -> Text:
    return variant.name or schedule.title


def _single(variant: Variant) -> str:
    match variant.tariff:
        case Fixed(fee):
            return plain(fee)
        case PerUnit(rate):
            return plain(rate)
        case Percentage(rate=rate):
            return percent(rate)
    return NOT_PRINTED


def _points(variants: list[Variant], schedule: FeeSchedule) -> Body:
    bases = sorted({point[0] for each in variants for point in each.tariff.points})  # type: ignore[attr-defined]
    cells = [_fees(each, bases) for each in variants]
    heads: list[Text] = [*(plain(base) for base in bases), _("Above")]
    names = [_name(each, schedule) for each in variants]
    if len(heads) <= WIDEST:
        return _("Service"), heads, list(zip(names, cells, strict=True))
    upright = [(head, [row[place] for row in cells]) for place, head in enumerate(heads)]
    return schedule.base_name, names, upright


def _fees(variant: Variant, bases: list[Fraction]) -> list[Text]:
    printed = dict(variant.tariff.points)  # type: ignore[attr-defined]
    row: list[Text] = [plain(printed[base]) if base in printed else NOT_PRINTED for base in bases]
    return [*row, _above(variant.tariff.above)]  # type: ignore[attr-defined]


def _above(outside: Outside) -> Text:
    if outside.flat is not None:
        return plain(outside.flat)
    if outside.rate is not None:
        return percent(outside.rate)
    low, *high = [plain(value) for value in outside.printed] or [""]
    return format_lazy(_("{fee}, by negotiation"), fee="–".join([low, *high])) if low else _("by negotiation")


def _bands(variants: list[Variant], schedule: FeeSchedule) -> Body:
    edges = [band[:2] for band in variants[0].tariff.bands]  # type: ignore[attr-defined]
    rows: list[tuple[Text, list[Text]]] = []
    for place, (low, high) in enumerate(edges):
        rates: list[Text] = [percent(each.tariff.bands[place][2]) for each in variants]  # type: ignore[attr-defined]
        rows.append((f"{plain(low)} – {plain(high)}", rates))
    rows.append((_("Above"), [_above(each.tariff.above) for each in variants]))  # type: ignore[attr-defined]
    return schedule.base_name, [_name(each, schedule) for each in variants], rows


def _factors(coefficient: Coefficient) -> Factors | None:
    if coefficient.limits:
        low, high = coefficient.limits
        return Factors(coefficient.name, [(f"{plain(low)} – {plain(high)}", _("chosen within these limits"))])
    if not coefficient.entries:
        return Factors(coefficient.name, [(NOT_PRINTED, _("the document's table is not held here"))])
    ordered = sorted(coefficient.entries.items(), key=lambda entry: -entry[1])
    rows: list[tuple[str, Text]] = []
    for factor, entries in groupby(ordered, key=lambda entry: entry[1]):
        names = [str(vocabulary.name_of(vocabulary.ENTRIES, code)) for code, _factor in entries]
        rows.append((f"{float(factor):.1f}" if factor * 10 % 1 == 0 else plain(factor), _joined(names)))
    return Factors(coefficient.name, rows)


def _joined(names: list[str]) -> str:
    # The separator is the language's own: 、 in Chinese.
    return str(_(", ")).join(names)
