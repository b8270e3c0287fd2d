"""Working days counted from today, so that 20,000 time tables need no walk through the calendar each."""

from datetime import date, datetime

from marketplace.core import calendar, clock

#: Working days that the large world looks back and ahead.
BACK, AHEAD = 600, 160


class Days:
    """Working days by their distance from the last one up to today, which is 0."""

    def __init__(self) -> None:
        today = clock.today()
        last = today if calendar.is_working_day(today) else calendar.working_day_before(today, 1)
        first = calendar.working_day_before(last, BACK)
        self._days = [first]
        while len(self._days) <= BACK + AHEAD:
            self._days.append(calendar.working_day_after(self._days[-1], 1))

    def on(self, distance: int) -> date:
        return self._days[BACK + distance]

    def at(self, distance: int, time: str) -> datetime:
        return clock.shanghai(f"{self.on(distance).isoformat()} {time}")

    def end_of(self, distance: int) -> datetime:
        return calendar.end_of_day(self.on(distance))
