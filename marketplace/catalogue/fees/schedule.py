"""A fee schedule as published: its tariffs by variant, its coefficients and parameters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise

from . import units, vocabulary
from .errors import InvalidSchedule
from .methods import Fixed, Interpolated, Outside, Percentage, PerUnit, Progressive, Tariff

IN_FORCE = "in force"
#: What "or more" or "a to b" the document prints for what it leaves to negotiation.
NEGOTIATED = re.compile(r"(?P<low>[0-9.]+) (?:to (?P<high>[0-9.]+)|or more): by negotiation.*", re.DOTALL)


@dataclass(frozen=True)
class Variant:
    """One of the services that a schedule prices; `code` is empty where it has only one."""

    code: str
    tariff: Tariff

    @property
    def name(self) -> str | Promise:
        return vocabulary.name_of(vocabulary.VARIANTS, self.code)


@dataclass(frozen=True)
class Coefficient:
    """A factor named by an entry of its table, or a number within limits, or any number where no table is given."""

    code: str
    required: bool
    entries: Mapping[str, Fraction] | None = None
    limits: tuple[Fraction, Fraction] | None = None

    @property
    def name(self) -> str | Promise:
        return vocabulary.name_of(vocabulary.COEFFICIENTS, self.code)


@dataclass(frozen=True)
class Parameter:
    """A further value of the question: an entry (`partial`), a count (`topics`) or a share (`stage`)."""

    code: str
    entries: Mapping[str, Fraction] | None = None
    per_topic: Fraction | None = None
    variants: frozenset[str] | None = None

    @property
    def name(self) -> str | Promise:
        return vocabulary.name_of(vocabulary.PARAMETERS, self.code)

    def applies_to(self, variant: str) -> bool:
        return self.variants is None or variant in self.variants


@dataclass(frozen=True)
class Schedule:
    """What `calculate` needs of a fee schedule; `reference` is true when it is not in force as law."""

    code: str
    base_unit: str
    fee_unit: str
    variants: Mapping[str, Variant]
    coefficients: Mapping[str, Coefficient] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    float_share: Fraction | None = None
    reference: bool = True

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any], *, reference: bool | None = None) -> "Schedule":
        """
        Read a schedule in the form of `fixtures/fee_schedules.json`.

        :param reference: None reads the definition's own status
        :raises InvalidSchedule: naming the place that cannot be read
        """
        base_unit = str(definition.get("base_unit", units.WAN))
        fee_unit = units.YUAN if str(definition.get("unit", "")).startswith("CNY") else units.WAN
        factor = units.rate_factor(base_unit, fee_unit)
        own_status = definition.get("status") != IN_FORCE
        return cls(
            code=str(definition.get("code", "")),
            base_unit=base_unit,
            fee_unit=fee_unit,
            variants=_variants(definition, factor),
            coefficients=_coefficients(definition),
            parameters=_parameters(definition),
            float_share=_optional(definition, "float", most=Fraction(1)),
            reference=own_status if reference is None else reference,
        )


def _number(value: Any, place: str, *, zero: bool = False, most: Fraction | None = None) -> Fraction:
    try:
        number = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise InvalidSchedule(f"{place}: {value!r} is not a number") from None
    if number < 0 or (number == 0 and not zero) or (most is not None and number > most):
        raise InvalidSchedule(f"{place}: {value} is out of range")
    return number


def _optional(source: Mapping[str, Any], key: str, *, most: Fraction | None = None) -> Fraction | None:
    return None if source.get(key) is None else _number(source[key], key, most=most)


def _variants(definition: Mapping[str, Any], factor: Fraction) -> dict[str, Variant]:
    listed = definition.get("variants")
    if listed is None:
        return {"": Variant("", _tariff(definition, definition, "", factor))}
    if not isinstance(listed, Mapping) or not listed:
        raise InvalidSchedule("variants: an object with at least one entry")
    variants = {}
    for code, body in listed.items():
        own = {"bands": body} if isinstance(body, list) else body
        variants[code] = Variant(code, _tariff(definition, own, f"variants.{code}", factor))
    return variants


def _tariff(definition: Mapping[str, Any], own: Mapping[str, Any], place: str, factor: Fraction) -> Tariff:
    method = definition.get("method")
    try:
        match method:
            case "fixed":
                return Fixed(_number(own["fee"], f"{place}.fee"))
            case "per_unit":
                return PerUnit(_number(own["rate"], f"{place}.rate"))
            case "percentage":
                return Percentage(_number(own["rate"], f"{place}.rate", most=Fraction(1)), factor)
            case "progressive":
                bands = _rows(own["bands"], f"{place}.bands", 3)
                _check_bands(bands, place)
                return Progressive(bands, factor, _above(definition, own, place))
            case "interpolated":
                points = _rows(own["points"], f"{place}.points", 2)
                if len(points) < 2 or any(low[0] >= high[0] for low, high in pairwise(points)):
                    raise InvalidSchedule(f"{place}.points: two or more, by ascending base")
                return Interpolated(points, factor, _above(definition, own, place))
    except KeyError as missing:
        raise InvalidSchedule(f"{place}: {missing} is missing") from None
    raise InvalidSchedule(f"method: {method!r} is not known")


def _rows(rows: Any, place: str, width: int) -> tuple[tuple[Fraction, ...], ...]:
    if not isinstance(rows, list) or not rows or any(not isinstance(row, list) or len(row) != width for row in rows):
        raise InvalidSchedule(f"{place}: rows of {width} numbers")
    return tuple(tuple(_number(value, place, zero=True) for value in row) for row in rows)


def _check_bands(bands: tuple[tuple[Fraction, ...], ...], place: str) -> None:
    edge = Fraction(0)
    for low, high, rate in bands:
        if low != edge or high <= low or rate > 1:
            raise InvalidSchedule(f"{place}.bands: each begins where the last one ends, the first at 0")
        edge = high


def _above(definition: Mapping[str, Any], own: Mapping[str, Any], place: str) -> Outside:
    """What the document prints for bases above its last row; without a word of it the answer is negotiation."""
    rate = own.get("above_last_rate", definition.get("above_last_rate"))
    if rate is not None:
        return Outside(rate=_number(rate, f"{place}.above_last_rate", most=Fraction(1)))
    text = str(own.get("above_last", definition.get("above_last", "")))
    if not re.search(r"[^0-9.]", text) and text:
        return Outside(flat=_number(text, f"{place}.above_last"))
    if printed := NEGOTIATED.match(text):
        return Outside(
            printed=tuple(_number(value, f"{place}.above_last") for value in printed.groups() if value is not None)
        )
    return Outside()


def _coefficients(definition: Mapping[str, Any]) -> dict[str, Coefficient]:
    required = definition.get("required_coefficients", [])
    tables = definition.get("coefficients", {})
    if not isinstance(required, list) or not isinstance(tables, Mapping):
        raise InvalidSchedule("required_coefficients: a list; coefficients: an object")
    found = {}
    for code, table in tables.items():
        place = f"coefficients.{code}"
        if not isinstance(table, Mapping) or not table:
            raise InvalidSchedule(f"{place}: an object with at least one entry")
        if "range" in table:
            low, high = _rows([table["range"]], f"{place}.range", 2)[0]
            if not 0 < low <= high:
                raise InvalidSchedule(f"{place}.range: from low to high, above 0")
            found[code] = Coefficient(code, code in required, limits=(low, high))
        else:
            found[code] = Coefficient(code, code in required, entries=_entries(table, place))
    for code in required:
        found.setdefault(code, Coefficient(code, required=True))
    return found


def _entries(table: Mapping[str, Any], place: str) -> dict[str, Fraction]:
    """Both printed forms: entry → factor, and factor → list of entries."""
    entries: dict[str, Fraction] = {}
    for key, value in table.items():
        if isinstance(value, list):
            entries |= {str(entry): _number(key, place) for entry in value}
        else:
            entries[str(key)] = _number(value, place)
    return entries


def _parameters(definition: Mapping[str, Any]) -> dict[str, Parameter]:
    found = {}
    for code in definition.get("parameters", {}):
        match code:
            case "partial":
                entries = _entries(definition.get("partial_services", {}), "partial_services")
                found[code] = Parameter(code, entries=entries)
            case "topics":
                prefix = "per_extra_topic_on_"
                rates = {key.removeprefix(prefix): value for key, value in definition.items() if key.startswith(prefix)}
                if len(rates) != 1:
                    raise InvalidSchedule("topics: one per_extra_topic_on_… is needed")
                [(variant, rate)] = rates.items()
                found[code] = Parameter(code, per_topic=_number(rate, "topics"), variants=frozenset({variant}))
            case "stage":
                found[code] = Parameter(code)
            case _:
                raise InvalidSchedule(f"parameters: {code!r} is not known")
    return found
