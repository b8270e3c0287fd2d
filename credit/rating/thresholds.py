from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from .history import Event
from .model import RatingModel
from .windows import ONE_DAY, months_after, within


@dataclass(frozen=True, slots=True)
class Thresholds:
    """
    What the deductions of a day lead to.

    :ivar points: points that count on the day and are not used up
    :ivar restricted_until: last day of the restriction, if one holds
    :ivar warned_until: last day on which the intermediary is warned or restricted, if nothing else happens
    """

    points: int = 0
    warned: bool = False
    restricted_from: date | None = None
    restricted_until: date | None = None
    warned_until: date | None = None

    @property
    def restricted(self) -> bool:
        return self.restricted_until is not None


def thresholds_on(events: Iterable[Event], model: RatingModel, as_of: date) -> Thresholds:
    """Warned and restricted on a day, over the deductions effective by it and not ended by it."""
    deductions = sorted(
        (event for event in events if event.deduction and event.effective_on <= as_of),
        key=lambda event: (event.effective_on, event.identifier),
    )
    if not deductions:
        return Thresholds()
    points, started_on = _walk(deductions, model, as_of)
    restricted = started_on is not None and within(as_of, started_on, model.restriction_months)
    warned = not restricted and _warned(points, started_on, model, as_of)
    return Thresholds(
        points=points,
        warned=warned,
        restricted_from=started_on if restricted else None,
        restricted_until=(
            months_after(started_on, model.restriction_months) - ONE_DAY if restricted and started_on else None
        ),
        warned_until=_last_warned_day(deductions, model, as_of) if warned or restricted else None,
    )


def _walk(deductions: Sequence[Event], model: RatingModel, day: date) -> tuple[int, date | None]:
    """Points that count on `day`, and the start of the last restriction; `deductions` are by effective day."""
    standing = [event for event in deductions if not event.ended_by(day)]
    counting: list[tuple[date, int]] = []
    started_on = None
    for effective_on, together in groupby(standing, key=lambda event: event.effective_on):
        counting.append((effective_on, sum(event.points for event in together)))
        counting = _still_counting(counting, effective_on, model.restricted_window_months)
        if sum(points for _, points in counting) >= model.restricted_points:
            started_on, counting = effective_on, []
    counting = _still_counting(counting, day, model.warned_window_months)
    return sum(points for _, points in counting), started_on


def _still_counting(counting: list[tuple[date, int]], day: date, months: int) -> list[tuple[date, int]]:
    return [(since, points) for since, points in counting if within(day, since, months)]


def _warned(points: int, started_on: date | None, model: RatingModel, day: date) -> bool:
    return points >= model.warned_points or (
        started_on is not None and within(day, started_on, model.warned_after_restriction_months)
    )


def _last_warned_day(deductions: Sequence[Event], model: RatingModel, as_of: date) -> date:
    """The day before the first one on which neither threshold holds; only the ends of windows can be that day."""
    months = {
        model.warned_window_months,
        model.restricted_window_months,
        model.restriction_months,
        model.warned_after_restriction_months,
    }
    ends = {months_after(event.effective_on, count) for event in deductions for count in months}
    ends |= {event.ended_on for event in deductions if event.ended_on}
    for day in sorted(end for end in ends if end > as_of):
        points, started_on = _walk(deductions, model, day)
        restricted = started_on is not None and within(day, started_on, model.restriction_months)
        if not restricted and not _warned(points, started_on, model, day):
            return day - ONE_DAY
    return as_of
