"""A standing as plain JSON values, the same for the command, the API and the download: decimals are strings."""

from datetime import date
from decimal import Decimal
from typing import Any

from .rating import Component, Row, Standing


def standing_document(uscc: str, standing: Standing) -> dict[str, Any]:
    """
    Everything that a stranger needs to recompute the score.

    Σ weight × value of the components, rounded half up to two decimals, is the score; Σ weight × value ÷ Σ weight
    of the rows gives reviews and fulfilment; the rows of conduct are points and add up to its value.
    """
    thresholds = standing.thresholds
    return {
        "uscc": uscc,
        "as_of": standing.as_of.isoformat(),
        "model": standing.model.version,
        "score": str(standing.score),
        "grade": standing.grade.value,
        "provisional": standing.provisional,
        "components": [_component(component) for component in standing.components],
        "thresholds": {
            "points": str(thresholds.points),
            "warned": thresholds.warned,
            "warned_until": _day(thresholds.warned_until),
            "restricted": thresholds.restricted,
            "restricted_from": _day(thresholds.restricted_from),
            "restricted_until": _day(thresholds.restricted_until),
        },
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "code": component.code,
        "weight": _text(component.weight),
        "value": _text(component.value),
        "rows": [_row(row) for row in component.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    rule = getattr(row.source, "rule", "")
    return {
        "what": f"{row.what} {rule}" if rule else row.what,
        "on": _day(row.on),
        "weight": _text(row.weight),
        "value": _text(row.value),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _text(value: Decimal) -> str:
    return format(value, "f")
