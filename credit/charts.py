"""The geometry of the score's chart: plain numbers for an inline SVG, no ORM, no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor

from .rating import Grade, Point
from .rating.windows import months_after

LEAST_SPAN = 12


@dataclass(frozen=True)
class Mark:
    """A numbered event on the chart: where a deduction (deduct), a bonus (bonus) or the end of one (end) begins."""

    number: int
    on: date
    kind: str
    text: str


@dataclass(frozen=True)
class PlacedMark:
    number: int
    x: float
    y: float
    top: float
    kind: str

    @property
    def line_top(self) -> float:
        return self.top + 9

    @property
    def number_y(self) -> float:
        return self.top + 4


@dataclass(frozen=True)
class Band:
    grade: str
    y: float
    height: float
    label_y: float


@dataclass(frozen=True)
class Tick:
    text: str
    at: float
    strong: bool = False

    @property
    def label_at(self) -> float:
        return round(self.at + 4, 1)


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    line: str
    bands: list[Band]
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    marks: list[PlacedMark]
    last_x: float
    last_y: float
    last_score: Decimal

    @property
    def plot_width(self) -> int:
        return self.right - self.left

    @property
    def label_x(self) -> int:
        """Where the grades stand, right of the plot."""
        return self.right + 8

    @property
    def tick_x(self) -> int:
        return self.left - 6

    @property
    def tick_end(self) -> int:
        return self.bottom + 5

    @property
    def x_label_y(self) -> int:
        return self.bottom + 20

    @property
    def score_x(self) -> int:
        return self.right - 2

    @property
    def score_y(self) -> float:
        return self.last_y - 12


def score_chart(
    points: Sequence[Point],
    marks: Sequence[Mark],
    grades: Sequence[tuple[Grade, Decimal]],
    *,
    width: int,
    height: int,
    months_a_tick: int,
) -> Chart:
    """The line of the scores between two days with grade bands and marks; points are by day, at least one."""
    left, right, top, bottom = 36, width - 52, 40, height - 32
    first, last = points[0].on, points[-1].on
    days = max((last - first).days, 1)
    low, high = _range([float(point.score) for point in points])

    def x(day: date) -> float:
        return round(left + (day - first).days / days * (right - left), 1)

    def y(score: float | Decimal) -> float:
        return round(bottom - (float(score) - low) / (high - low) * (bottom - top), 1)

    scores = {point.on: point.score for point in points}
    begins = {int(least) for _grade, least in grades}
    return Chart(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        line=" ".join(f"{x(point.on)},{y(point.score)}" for point in points),
        bands=_bands(grades, low, high, y),
        y_ticks=[Tick(str(score), y(score), score in begins) for score in _steps(low, high)],
        x_ticks=[Tick(f"{day:%Y-%m}", x(day)) for day in _quarters(first, last, months_a_tick)],
        marks=_placed(marks, scores, x, y),
        last_x=x(last),
        last_y=y(points[-1].score),
        last_score=points[-1].score,
    )


def _range(scores: Sequence[float]) -> tuple[int, int]:
    low, high = floor(min(scores)) - 3, ceil(max(scores)) + 3
    missing = max(LEAST_SPAN - (high - low), 0)
    low, high = low - ceil(missing / 2), high + missing // 2
    return max(min(low, 100 - LEAST_SPAN), 0), min(max(high, LEAST_SPAN), 100)


def _steps(low: int, high: int) -> list[int]:
    step = 5 if high - low <= 40 else 10
    return list(range(ceil(low / step) * step, high + 1, step))


def _bands(grades, low: int, high: int, y) -> list[Band]:
    bands = []
    above = 100.0
    for grade, least in grades:
        begin, end = max(float(least), low), min(above, high)
        if begin < end:
            upper, lower = y(end), y(begin)
            bands.append(Band(grade.value, upper, round(lower - upper, 1), (upper + lower) / 2 + 5))
        above = float(least)
    return bands


def _quarters(first: date, last: date, months: int) -> list[date]:
    day = date(first.year, first.month, 1)
    days = []
    while day <= last:
        if day >= first and (day.month - 1) % months == 0:
            days.append(day)
        day = months_after(day, 1)
    return days


def _placed(marks: Sequence[Mark], scores: dict[date, Decimal], x, y) -> list[PlacedMark]:
    placed: list[PlacedMark] = []
    for mark in marks:
        at = x(mark.on)
        # Marks of nearby days stand one above the other, so that their numbers stay readable.
        top = 20.0
        if placed and at - placed[-1].x < 20 and placed[-1].top == top:
            top = 0.0
        placed.append(PlacedMark(mark.number, at, y(scores[mark.on]), top, mark.kind))
    return placed
