"""The five fee methods (RULES, Catalogue and fees). Each gives the fee in the document's unit, with its steps."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .numbers import percent, plain
from .steps import Step
from .units import name_of

MINUS = "−"


@dataclass(frozen=True)
class Outside:
    """What a document prints above its table: one flat fee, a rate, or (both None) negotiation within `printed`."""

    flat: Fraction | None = None
    rate: Fraction | None = None
    printed: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Worked:
    """A fee before coefficients; None where the document leaves it to negotiation."""

    fee: Fraction | None
    steps: list[Step] = field(default_factory=list)


class Tariff(Protocol):
    """One variant's way from the base to the fee."""

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked: ...


def _negotiation(formula: object) -> Worked:
    return Worked(None, [Step("negotiation", label=_("By negotiation"), formula=formula)])


def _times(base: Fraction, factor: Fraction, rate: Fraction) -> str:
    return " × ".join([plain(base), *([plain(factor)] if factor != 1 else []), percent(rate)])


def _compared(text: Promise | str, unit: str, **numbers: Fraction) -> Promise:
    return format_lazy(text, unit=name_of(unit), **{name: plain(number) for name, number in numbers.items()})  # type: ignore[arg-type]


def _above(outside: Outside, base: Fraction, last: Fraction, factor: Fraction, base_unit: str, fee_unit: str) -> Worked:
    """Above the last printed row: only what the document prints there, never an extrapolation."""
    compared = _compared(_("{base} > {last} ({unit})"), base_unit, base=base, last=last)
    if outside.flat is not None:
        label = _("Flat fee above the table")
        return Worked(outside.flat, [Step("flat", label=label, formula=compared, results=(outside.flat,))])
    if outside.rate is not None:
        fee = base * factor * outside.rate
        label = _("Rate above the table")
        return Worked(fee, [Step("rate", label=label, formula=_times(base, factor, outside.rate), results=(fee,))])
    if outside.printed:
        low, *high = (plain(value) for value in outside.printed)
        text = (
            _("{compared}; the document prints {low} to {high} ({unit}), by negotiation")
            if high
            else _("{compared}; the document prints {low} or more ({unit}), by negotiation")
        )
        return _negotiation(format_lazy(text, compared=compared, low=low, high="".join(high), unit=name_of(fee_unit)))
    return _negotiation(format_lazy(_("{compared}: above the last row of the document"), compared=compared))


@dataclass(frozen=True)
class Fixed:
    """One price, whatever the base 定额."""

    fee: Fraction

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked:
        return Worked(self.fee, [Step("fixed", label=_("Fixed price"), formula=plain(self.fee), results=(self.fee,))])


@dataclass(frozen=True)
class PerUnit:
    """A price for each unit of the base 单价."""

    rate: Fraction

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked:
        fee = base * self.rate
        formula = f"{plain(base)} × {plain(self.rate)}"
        return Worked(fee, [Step("per_unit", label=_("Price per unit"), formula=formula, results=(fee,))])


@dataclass(frozen=True)
class Percentage:
    """A share of the base 费率."""

    rate: Fraction
    factor: Fraction

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked:
        fee = base * self.factor * self.rate
        formula = _times(base, self.factor, self.rate)
        return Worked(fee, [Step("percentage", label=_("Share of the base"), formula=formula, results=(fee,))])


@dataclass(frozen=True)
class Progressive:
    """Each band's part of the base at that band's rate 差额定率累进; a band reads: above < base <= to."""

    bands: tuple[tuple[Fraction, ...], ...]
    factor: Fraction
    above: Outside

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked:
        # Above the table a document prints a flat fee, a rate, or nothing. The last band's rate carried on would be a
        # price that no authority has published.
        last = self.bands[-1][1]
        if base > last:
            return _above(self.above, base, last, self.factor, base_unit, fee_unit)
        steps, parts = [], []
        for number, (low, high, rate) in enumerate(self.bands, 1):
            # Bands read "above, up to and including": a base on a border belongs to the lower band.
            if base <= low:
                break
            part = min(base, high) - low
            parts.append(part * self.factor * rate)
            label = format_lazy(
                _("Band {number}: above {low} to {high}"), number=number, low=plain(low), high=plain(high)
            )
            formula = _times(part, self.factor, rate)
            steps.append(Step("band", label=label, formula=formula, results=(parts[-1],)))
        fee = sum(parts, Fraction(0))
        if len(parts) > 1:
            formula = " + ".join(plain(part) for part in parts)
            steps.append(Step("sum", label=_("Sum of the bands"), formula=formula, results=(fee,)))
        return Worked(fee, steps)


@dataclass(frozen=True)
class Interpolated:
    """A straight line between two printed rows 直线内插."""

    points: tuple[tuple[Fraction, ...], ...]
    factor: Fraction
    above: Outside

    def work_out(self, base: Fraction, base_unit: str, fee_unit: str) -> Worked:
        first, last = self.points[0][0], self.points[-1][0]
        # Below the first row the documents print nothing either; a line drawn on to zero would be our own invention.
        if base < first:
            compared = _compared(_("{base} < {first} ({unit})"), base_unit, base=base, first=first)
            return _negotiation(format_lazy(_("{compared}: below the first row of the document"), compared=compared))
        if base > last:
            return _above(self.above, base, last, self.factor, base_unit, fee_unit)
        # A printed row is given as printed: interpolated it could differ from what the document says in its last digit.
        for at, printed in self.points:
            if at == base:
                label = _("A row of the document")
                formula = format_lazy(
                    pgettext_lazy("fee row", "{base} {base_unit}"), base=plain(base), base_unit=name_of(base_unit)
                )
                return Worked(printed, [Step("row", label=label, formula=formula, results=(printed,))])
        (low, low_fee), (high, high_fee) = next((a, b) for a, b in pairwise(self.points) if a[0] < base < b[0])
        fee = low_fee + (high_fee - low_fee) / (high - low) * (base - low)
        shown = {"low": plain(low), "high": plain(high), "base": plain(base)}
        between = format_lazy(
            _("{low} < {base} ≤ {high} ({base_unit}), for {low_fee} to {high_fee} ({fee_unit})"),
            **shown,
            low_fee=plain(low_fee),
            high_fee=plain(high_fee),
            base_unit=name_of(base_unit),
            fee_unit=name_of(fee_unit),
        )
        line = (
            f"{plain(low_fee)} + ({plain(high_fee)} {MINUS} {plain(low_fee)})"
            f" ÷ ({shown['high']} {MINUS} {shown['low']}) × ({shown['base']} {MINUS} {shown['low']})"
        )
        return Worked(
            fee,
            [
                Step(
                    "interval", label=_("Find the printed rows"), formula=between, results=(low_fee, high_fee), least=0
                ),
                Step("interpolation", label=_("Straight line between them"), formula=line, results=(fee,)),
            ],
        )
