from datetime import date
from decimal import Decimal

import pytest

from marketplace.core import audit, calendar, clock, money, outbox


@pytest.mark.django_db
class TestCalendar:
    def test_within_three_days_of_a_friday_ends_on_wednesday_at_24(self):
        assert calendar.end_of_working_day(date(2026, 11, 20), 3) == clock.shanghai("2026-11-26 00:00")

    def test_a_make_up_workday_counts_and_a_holiday_does_not(self):
        assert calendar.is_working_day(date(2026, 10, 10)) is True
        assert calendar.is_working_day(date(2026, 10, 1)) is False

    def test_days_after_the_published_years_are_provisional(self):
        assert calendar.is_provisional(date(2026, 12, 31)) is False
        assert calendar.is_provisional(date(2027, 1, 4)) is True


class TestCapital:
    @pytest.mark.parametrize(
        ("amount", "text"),
        [
            ("182400", "壹拾捌万贰仟肆佰元整"),
            ("100.05", "壹佰元零伍分"),
            ("10010001.50", "壹仟零壹万零壹元伍角整"),
            ("0", "零元整"),
            ("0.30", "叁角整"),
        ],
    )
    def test_amounts_read_as_on_a_cheque(self, amount, text):
        assert money.capital_cny(Decimal(amount)) == text


@pytest.mark.django_db
class TestAudit:
    def test_an_altered_line_shows(self):
        audit.record(matter="m:1", action="a", actor=None, after={"x": "1"})
        audit.record(matter="m:1", action="b", actor=None)

        assert audit.verify("m:1") is None
        assert [entry.position for entry in audit.trail("m:1")] == [1, 2]


@pytest.mark.django_db
class TestOutbox:
    def test_due_work_is_done_once(self, frozen_clock):
        done = []
        outbox._handlers["test"] = lambda work: done.append(work.key)

        outbox.schedule("test", "1", clock.now())
        outbox.run_due()
        outbox.run_due()

        assert done == ["1"]
