"""What the page components are given: plain values and the geometry of their small drawings, no ORM, no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise

#: The ruler's drawing: 70 to 130 % of the reference on 139 of 146 pixels, so that a clamped dot stays whole.
RULER_WIDTH = 146
RULER_CENTRE = 73
RULER_PER_PERCENT = Fraction(6939, 3000)
RULER_RANGE = (70, 130)

#: Where each grade begins (RULES, Credit); a label is drawn for those that lie on the waterfall's axis.
GRADE_LINES = (("AAA", 95), ("AA", 90), ("A", 80), ("B", 70), ("C", 60))


class State(StrEnum):
    """Where a step of a timeline stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One stage of a timeline: its name, and when it was, is or will be (already in the page's words)."""

    name: Text
    state: State | Literal["done", "now", "ahead", "failed"] = State.AHEAD
    when: Text = ""


@dataclass(frozen=True)
class WorkingStep:
    """A row of a working; `result` is printed as given, with the document's unit behind it."""

    label: Text
    formula: Text = ""
    result: Text = ""
    unit: Text = ""
    total: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Change:
    """One part of a score: how much it lifts or lowers it."""

    label: Text
    note: Text
    amount: Decimal


@dataclass(frozen=True)
class WaterfallBar:
    label: Text
    note: Text
    value: Decimal
    kind: Literal["start", "up", "down", "none", "score"]
    x: str
    width: str


@dataclass(frozen=True)
class WaterfallLine:
    grade: str
    score: int
    x: str


@dataclass(frozen=True)
class Waterfall:
    bars: list[WaterfallBar]
    lines: list[WaterfallLine]
    start_x: str
    start: Decimal


def percent(value: float | Decimal | Fraction) -> str:
    """A number as an SVG length in percent, with two decimals and a point in every language."""
    return f"{float(value):.2f}%"


def ruler_dot(ratio: Decimal | float) -> float:
    """Where the dot stands on the ruler; beyond 70 or 130 % it stays at the end."""
    low, high = RULER_RANGE
    clamped = min(max(Fraction(str(ratio)) * 100, Fraction(low)), Fraction(high))
    return round(float(RULER_CENTRE + (clamped - 100) * RULER_PER_PERCENT), 2)


def waterfall(
    *,
    start: Decimal,
    start_label: Text,
    start_note: Text,
    changes: Sequence[Change],
    score: Decimal,
    score_label: Text,
    score_note: Text,
) -> Waterfall:
    """The bars of a score from its start through its changes, on an axis that reaches the next grade lines."""
    stops = [start]
    for change in changes:
        stops.append(stops[-1] + change.amount)
    low = min([*stops, score])
    high = max([*stops, score])
    lines = [(grade, at) for grade, at in GRADE_LINES if low - 2 <= at <= high + 5]
    first = min([float(low), *(float(at) for _, at in lines)])
    last = max([float(high), *(float(at) for _, at in lines)])
    span = max(last - first, 1)

    def place(value: Decimal | float) -> float:
        return 6 + (float(value) - first) / span * 82

    bars = [WaterfallBar(start_label, start_note, start, "start", percent(place(start)), percent(0))]
    for before, change in zip(stops, changes, strict=False):
        after = before + change.amount
        left, right = sorted((place(before), place(after)))
        kind: Literal["up", "down", "none"] = "down" if change.amount < 0 else "up" if change.amount else "none"
        bars.append(
            WaterfallBar(change.label, change.note, change.amount, kind, percent(left), percent(max(right - left, 0.3)))
        )
    bars.append(WaterfallBar(score_label, score_note, score, "score", percent(place(score)), percent(0)))
    return Waterfall(
        bars=bars,
        lines=[WaterfallLine(grade, at, percent(place(at))) for grade, at in lines],
        start_x=percent(place(start)),
        start=start,
    )
