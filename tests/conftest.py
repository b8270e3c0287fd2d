import os

import hypothesis
import pytest
from django.test import TransactionTestCase
from django.utils import translation

from marketplace.core import appendonly, clock

MONDAY_MORNING = "2026-11-23 10:00"
DATABASE = {"db", "transactional_db", "django_db_setup"}

# No deadline: on a busy machine an example takes as long as it takes, and the failure would say nothing of the rule.
# By day the same examples each time, so that a run says something of the change; by night others, and many more.
hypothesis.settings.register_profile("day", deadline=None, max_examples=100, print_blob=True, derandomize=True)
night = {"max_examples": 5000, "derandomize": False}
hypothesis.settings.register_profile("night", parent=hypothesis.settings.get_profile("day"), **night)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "day"))


def pytest_addoption(parser):
    parser.addoption("--endure", type=int, default=0, help="run the endurance test for so many seconds")


class FrozenClock:
    """The market's clock in a test; times are read in Asia/Shanghai unless aware."""

    def move_to(self, moment):
        clock.move(moment)

    def advance(self, **delta):
        from datetime import timedelta

        clock.move(clock.now() + timedelta(**delta))


@pytest.fixture
def frozen_clock():
    with clock.at(MONDAY_MORNING):
        yield FrozenClock()


class CalendarOfATest:
    """The calendar of working days in a test: years that are published later, and days that are corrected."""

    def __init__(self, monkeypatch):
        from marketplace.core import calendar

        self.calendar, self.days = calendar, calendar._published()
        monkeypatch.setattr(calendar, "_published", lambda: self.days)

    def publish(self, *exceptions):
        """A newer package: 2027 stands in it, from Monday to Friday but for these ISO dates, which are the reverse."""
        from datetime import date, timedelta

        year = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
        self.days = self.days | {day: (day.weekday() < 5) != (day.isoformat() in exceptions) for day in year}
        self.fill()

    def reverse(self, *days):
        """A newer package says the reverse of some days of a published year."""
        from datetime import date

        self.days = self.days | {date.fromisoformat(day): not self.days[date.fromisoformat(day)] for day in days}
        self.fill()

    def fill(self):
        self.calendar.fill()

    def settle(self):
        """Let every process read the calendar, and count the clocks anew."""
        from datetime import timedelta

        from marketplace.core import clock, outbox

        clock.move(clock.now() + timedelta(seconds=self.calendar.RELOAD_SECONDS))
        outbox.run_due()


@pytest.fixture
def working_calendar(db, frozen_clock, monkeypatch):
    from marketplace.core import calendar

    calendar.forget()
    yield CalendarOfATest(monkeypatch)
    # What was read of it outlives the test's transaction.
    calendar.forget()


@pytest.fixture(autouse=True)
def _forget_language():
    """A page leaves its language behind in the thread that made it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache():
    from django.core.cache import caches

    yield
    for cache in caches.all():
        cache.clear()


def pytest_collection_modifyitems(items):
    """Mark what reads or writes the database, so that a run on another database need not repeat the rest."""
    for item in items:
        if item.get_closest_marker("django_db") or not DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_triggers(self):
    with appendonly.lifted():
        _teardown(self)


TransactionTestCase._fixture_teardown = _teardown_without_triggers
