from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=65536)
def months_after(day: date, months: int) -> date:
    """The same day `months` calendar months later, clipped to the month's end (RULES, "Days")."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def within(day: date, since: date, months: int) -> bool:
    """Whether `day` lies in the window that opens on `since`: since ≤ day < since + months."""
    return since <= day < months_after(since, months)
