from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .history import History
from .model import Grade, RatingModel
from .standing import Standing, compute
from .windows import ONE_DAY, months_after


@dataclass(frozen=True, slots=True)
class Point:
    on: date
    score: Decimal
    grade: Grade
    provisional: bool

    @classmethod
    def of(cls, standing: Standing) -> "Point":
        return cls(standing.as_of, standing.score, standing.grade, standing.provisional)


def score_series(
    history: History, model: RatingModel, *, since: date, until: date, every_days: int = 14, most: int = 300
) -> list[Point]:
    """
    Scores over time, exact on each day given: a regular grid, and both sides of every jump.

    :param most: where the jumps would make more points than this, only the grid is worked out
    """
    grid = {until - timedelta(days=back) for back in range(0, (until - since).days + 1, every_days)} | {since}
    jumps = {day for day in jump_days(history, model) if since < day <= until}
    days = grid | jumps | {day - ONE_DAY for day in jumps}
    if len(days) > most:
        days = grid
    return [Point.of(standing) for standing in (compute(history, model, day) for day in sorted(days))]


def jump_days(history: History, model: RatingModel) -> set[date]:
    """The days on which the score can move by more than the ageing of ratings."""
    days = {row.known_until for row in (*history.ratings, *history.steps) if row.known_until}
    for rating in history.ratings:
        days |= {max(rating.on, rating.known_from), months_after(rating.on, model.reviews.window_months)}
    for step in history.steps:
        days |= {max(step.due_on, step.known_from), months_after(step.due_on, model.fulfilment.window_months)}
    for event in history.events:
        days |= {event.effective_on, months_after(event.effective_on, event.validity_months)}
        if event.ended_on:
            days.add(event.ended_on)
    return days
