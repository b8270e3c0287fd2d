from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import calendar, clock
from marketplace.core.calendar import Colour, WorkingDays

PLAIN = WorkingDays(frozenset(), date(2026, 12, 31))


@pytest.mark.django_db
class TestWorkingDays:
    def test_within_three_days_of_a_friday_ends_on_wednesday_at_24(self):
        assert calendar.end_of_working_day(date(2026, 11, 20), 3) == clock.shanghai("2026-11-26 00:00")

    def test_a_make_up_workday_counts_and_a_holiday_does_not(self):
        assert calendar.is_working_day(date(2026, 10, 10)) is True
        assert calendar.is_working_day(date(2026, 10, 1)) is False

    def test_days_after_the_published_years_are_provisional_and_count_monday_to_friday(self):
        assert calendar.is_provisional(date(2026, 12, 31)) is False
        assert calendar.is_provisional(date(2027, 1, 1)) is True
        assert calendar.is_working_day(date(2027, 1, 1)) is True

    def test_a_counted_day_of_a_year_not_published_is_marked_until_it_is_over(self, frozen_clock):
        due_at = clock.shanghai("2027-01-06 00:00")

        with override("zh-hans"):
            assert str(calendar.day_due(due_at)) == "2027-01-05（暂定）"
        assert str(calendar.day_due(clock.shanghai("2026-12-31 17:00"))) == "2026-12-31"
        frozen_clock.move_to("2027-01-06 09:00")
        assert str(calendar.day_due(due_at)) == "2027-01-05"

    def test_until_one_day_before_a_monday_deadline_ends_with_friday(self):
        deadline = clock.shanghai("2026-11-30 17:00")

        assert calendar.end_of_working_day_before(deadline, 1) == clock.shanghai("2026-11-28 00:00")

    def test_midnight_belongs_to_the_day_that_it_ends(self):
        assert clock.date_of(clock.shanghai("2026-11-24 00:00")) == date(2026, 11, 23)

    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40))
    def test_a_step_forward_counts_back_to_its_number(self, day, days):
        assert PLAIN.count(day, PLAIN.step(day, days)) == days


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 23), 1, date(2026, 12, 23)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_months_are_calendar_months_clipped_to_the_end(day, months, result):
    assert calendar.months_after(day, months) == result


@pytest.mark.django_db
class TestClockFace:
    started_at = clock.shanghai("2026-11-20 16:00")
    due_at = clock.shanghai("2026-11-28 00:00")

    def face(self, moment):
        return calendar.clock_face(self.started_at, self.due_at, clock.shanghai(moment))

    def test_the_first_days_are_green(self):
        face = self.face("2026-11-24 10:00")

        assert (face.colour, face.days_left) == (Colour.GREEN, 3)

    def test_one_day_before_the_end_it_is_yellow(self):
        assert self.face("2026-11-25 23:59").colour is Colour.GREEN
        assert self.face("2026-11-26 00:00").colour is Colour.YELLOW

    @pytest.mark.parametrize(
        ("days", "yellow_on"),
        [(2, date(2026, 11, 24)), (10, date(2026, 12, 3)), (15, date(2026, 12, 9)), (20, date(2026, 12, 15))],
    )
    def test_the_last_fifth_of_the_days_is_yellow(self, days, yellow_on):
        due_at = calendar.end_of_working_day(date(2026, 11, 20), days)

        assert calendar.yellow_from(self.started_at, due_at) == clock.shanghai(f"{yellow_on} 00:00")

    def test_after_the_end_it_is_red_and_counts_the_days_over(self):
        face = self.face("2026-12-01 09:00")

        assert (face.colour, face.days_overdue) == (Colour.RED, 2)

    def test_a_one_day_clock_turns_yellow_at_noon(self):
        due_at = clock.shanghai("2026-11-24 00:00")

        assert calendar.yellow_from(self.started_at, due_at) == clock.shanghai("2026-11-23 12:00")
