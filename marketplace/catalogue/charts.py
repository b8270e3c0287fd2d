"""The curve of a fee standard before coefficients, as the plain geometry of a small drawing."""

from dataclasses import dataclass
from fractions import Fraction

from .fees import Schedule
from .fees.methods import Interpolated, Progressive
from .fees.numbers import plain, to_decimal

WIDTH, HEIGHT = 352, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 4, 28, 26


@dataclass(frozen=True)
class Mark:
    """A tick, a printed row or the answer: where it stands and what it says."""

    x: str
    y: str
    text: str = ""
    result: str = ""


@dataclass(frozen=True)
class Curve:
    line: str
    x_ticks: list[Mark]
    y_ticks: list[Mark]
    rows: list[Mark]
    answer: Mark | None
    answer_left: bool
    printed: list[tuple[str, str]]
    is_progressive: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


def curve_of(schedule: Schedule, variant: str, base: Fraction | None = None) -> Curve | None:
    """The printed rows joined by straight lines around a base; None for methods that have no table."""
    if variant not in schedule.variants:
        return None
    tariff = schedule.variants[variant].tariff
    if isinstance(tariff, Interpolated):
        points = [(row[0], row[1]) for row in tariff.points]
    elif isinstance(tariff, Progressive):
        points = [(Fraction(0), Fraction(0))]
        for low, high, rate in tariff.bands:
            points.append((high, points[-1][1] + (high - low) * tariff.factor * rate))
    else:
        return None
    return _draw(points, base, isinstance(tariff, Progressive))


def _draw(points: list[tuple[Fraction, Fraction]], base: Fraction | None, is_progressive: bool) -> Curve:
    last = points[-1][0]
    above = next((x for x, _ in points if base is not None and x >= base), None)
    # The answer stands in the left half, with the next printed rows beside it.
    end = min(2 * above, last) if above else (last if base is not None else points[len(points) // 2][0])
    shown = [point for point in points if point[0] <= end]
    if shown[-1][0] < end:
        following = points[len(shown)]
        shown.append((end, _between(shown[-1], following, end)))
    x_end, x_step = _scale(end)
    x_end = end
    y_end, y_step = _scale(shown[-1][1])

    def place(x: Fraction, y: Fraction) -> tuple[str, str]:
        across = LEFT + x / x_end * (WIDTH - LEFT - RIGHT)
        up = HEIGHT - BOTTOM - y / y_end * (HEIGHT - BOTTOM - TOP)
        return f"{float(across):.1f}", f"{float(up):.1f}"

    answer = None
    if base is not None and points[0][0] <= base <= end:
        low = max((point for point in points if point[0] <= base), key=lambda point: point[0])
        high = next((point for point in points if point[0] >= base), low)
        fee = low[1] if low == high else _between(low, high, base)
        answer = Mark(*place(base, fee), plain(base), str(to_decimal(fee, 2)))
    ticks = [x_step * number for number in range(int(x_end / x_step) + 1)]
    heights = [y_step * number for number in range(int(y_end / y_step) + 1)]
    return Curve(
        line=" ".join(",".join(place(*point)) for point in shown),
        x_ticks=[Mark(place(x, Fraction(0))[0], "", plain(x)) for x in ticks],
        y_ticks=[Mark("", place(Fraction(0), y)[1], plain(y)) for y in heights],
        rows=[Mark(*place(x, y)) for x, y in shown if (x, y) in points],
        answer=answer,
        answer_left=base is not None and base > x_end * Fraction(11, 20),
        printed=[(plain(x), plain(y)) for x, y in points],
        is_progressive=is_progressive,
    )


def _between(low: tuple[Fraction, Fraction], high: tuple[Fraction, Fraction], x: Fraction) -> Fraction:
    return low[1] + (high[1] - low[1]) / (high[0] - low[0]) * (x - low[0])


def _scale(end: Fraction) -> tuple[Fraction, Fraction]:
    """A round end of an axis and its step, with four to eight steps."""
    power = Fraction(1)
    while power * 10 <= end:
        power *= 10
    while power > end:
        power /= 10
    for part in (Fraction(1, 5), Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2)):
        step = power * part
        count = -(-end // step)
        if count <= 6:
            return step * count, step
    return power * 10, power * 2
