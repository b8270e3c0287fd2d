"""The published schedules as the calculator reads them, and the document's arithmetic done a second time."""

import json
from fractions import Fraction
from pathlib import Path

from marketplace.catalogue.fees import Schedule, calculate

SOURCE = json.loads((Path(__file__).parents[2] / "fixtures" / "fee_schedules.json").read_text("utf-8"))
DEFINITIONS = {definition["code"]: definition for definition in SOURCE["schedules"]}
SCHEDULES = {code: Schedule.from_definition(definition) for code, definition in DEFINITIONS.items()}

SUPERVISION, DESIGN = "CN-FGJG-2007-670", "CN-JJG-2002-10"
BIDDING, EIA = "CN-JJG-2002-1980", "CN-JJG-2002-125"
PRELIMINARY, SURVEYING = "CN-JJG-1999-1283", "CN-GCCZ-2002-3"


def points_of(code, variant):
    own = DEFINITIONS[code]["variants"][variant] if variant else DEFINITIONS[code]
    return [(Fraction(base), Fraction(fee)) for base, fee in own["points"]]


def interpolated():
    """Every schedule and variant that has rows to interpolate between."""
    return [
        (code, variant)
        for code, definition in DEFINITIONS.items()
        if definition["method"] == "interpolated"
        for variant in definition.get("variants", {"": None})
    ]


def fee(code, base, variant="", **given):
    """The unrounded fee in the document's unit, or None."""
    return calculate(SCHEDULES[code], text(base), variant, given).fee


def text(number):
    """A fraction as the exact decimal that people type."""
    if isinstance(number, str):
        return number
    number = Fraction(number)
    for places in range(9):
        if (number * 10**places).denominator == 1:
            digits = str(int(number * 10**places)).rjust(places + 1, "0")
            return f"{digits[:-places]}.{digits[-places:]}" if places else digits
    raise AssertionError(f"{number} has more than 8 decimals")
