from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import calendar, clock, outbox
from marketplace.core.additions import recounting
from marketplace.core.calendar import UnableToCorrect, WorkingDays
from marketplace.core.models import CalendarChange, CalendarDay, DueWork

NEW_YEAR = date(2027, 1, 1)
PLAIN = WorkingDays(frozenset(), date(2026, 12, 31))
FORTNIGHT = st.sets(st.dates(date(2027, 1, 1), date(2027, 1, 14)))


class TestPublishingAYear:
    def test_its_days_are_published_and_those_that_change_over_are_kept(self, working_calendar):
        working_calendar.publish("2027-01-01", "2027-01-03")

        change = CalendarChange.objects.get()
        assert change.days == {"2027-01-01": False, "2027-01-03": True}
        assert (change.at, change.reason, change.actor) == (clock.now(), "", None)
        assert (calendar.is_working_day(NEW_YEAR), calendar.is_provisional(NEW_YEAR)) == (False, False)

    def test_taken_over_twice_it_changes_nothing_more(self, working_calendar):
        working_calendar.publish("2027-01-01")

        working_calendar.fill()

        assert CalendarChange.objects.count() == 1

    def test_the_first_days_of_a_new_market_are_no_change(self, working_calendar):
        CalendarDay.objects.all().delete()

        working_calendar.fill()

        assert (CalendarDay.objects.exists(), CalendarChange.objects.exists()) == (True, False)

    def test_the_change_and_its_due_work_come_together(self, working_calendar):
        working_calendar.publish("2027-01-01")

        work = DueWork.objects.get(kind=calendar.RECOUNT)
        assert work.key == str(CalendarChange.objects.get().pk)
        assert work.due_at == clock.shanghai("2026-11-23 10:05")


class TestCorrectingADay:
    def test_a_day_that_the_package_corrects_is_corrected(self, working_calendar):
        working_calendar.reverse("2026-12-31")

        assert calendar.is_working_day(date(2026, 12, 31)) is False
        assert CalendarChange.objects.get().days == {"2026-12-31": False}

    def test_a_day_corrected_here_stays_whatever_a_newer_package_says(self, working_calendar):
        calendar.correct_day(day=date(2026, 12, 31), is_working=False, reason="Decree 7")

        working_calendar.fill()

        assert CalendarDay.objects.get(day=date(2026, 12, 31)).is_working is False
        assert [(one.days, one.reason) for one in CalendarChange.objects.all()] == [({"2026-12-31": False}, "Decree 7")]

    @pytest.mark.parametrize(("day", "reason"), [(date(2026, 12, 31), "  "), (date(2027, 6, 1), "Decree 7")])
    def test_without_reason_or_before_its_year_is_published_it_is_refused(self, working_calendar, day, reason):
        with pytest.raises(UnableToCorrect):
            calendar.correct_day(day=day, is_working=False, reason=reason)

        assert not CalendarChange.objects.exists()
        assert not CalendarDay.objects.filter(is_local=True).exists()

    def test_the_command_corrects_and_says_what_it_refuses(self, working_calendar, capsys):
        call_command("correct_day", "2026-12-31", "off", "--reason", "Decree 7")

        assert capsys.readouterr().out == "2026-12-31 is off from now on.\n"
        assert CalendarDay.objects.get(day=date(2026, 12, 31)).is_working is False
        with override("en"), pytest.raises(CommandError, match="not published"):
            call_command("correct_day", "2027-06-01", "off", "--reason", "Decree 7")


class TestCountingAnew:
    started_at, due_at = clock.shanghai("2026-12-30 10:00"), clock.shanghai("2027-01-05 00:00")

    def test_the_same_number_of_days_ends_later_where_a_day_falls_out(self):
        new = PLAIN.but_for([NEW_YEAR])

        assert recounting.end_of(self.started_at, self.due_at, PLAIN, new) == clock.shanghai("2027-01-06 00:00")

    def test_it_never_ends_earlier_where_a_day_comes_in(self):
        new = PLAIN.but_for([date(2027, 1, 3)])

        assert recounting.end_of(self.started_at, self.due_at, PLAIN, new) == self.due_at

    @given(FORTNIGHT, FORTNIGHT, st.integers(1, 15))
    def test_there_are_at_least_as_many_days_as_before(self, before, after, days):
        old, new = PLAIN.but_for(before), PLAIN.but_for(after)
        due_at = calendar.end_of_day(old.step(date(2026, 12, 30), days))

        end = recounting.end_of(self.started_at, due_at, old, new)

        assert end >= due_at
        assert new.count(date(2026, 12, 30), clock.date_of(end)) >= days

    def test_what_no_row_stores_moves_when_it_is_read_and_never_earlier(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-30 10:00")
        begun = clock.now()
        assert calendar.due_within(begun, 3) == clock.shanghai("2027-01-05 00:00")

        frozen_clock.move_to("2026-12-31 10:00")
        working_calendar.publish("2027-01-01")
        assert calendar.due_within(begun, 3) == clock.shanghai("2027-01-06 00:00")

        frozen_clock.move_to("2026-12-31 11:00")
        calendar.correct_day(day=date(2027, 1, 3), is_working=True, reason="Decree 7")
        assert calendar.due_within(begun, 3) == clock.shanghai("2027-01-06 00:00")
        assert calendar.due_within(clock.now(), 2) == clock.shanghai("2027-01-05 00:00")


class TestTheDueWork:
    @pytest.fixture
    def asked(self, monkeypatch):
        """The one clock that is declared is asked for its rows, and each row is counted once."""
        counted = []
        monkeypatch.setattr(recounting, "recount_clock", lambda **row: counted.append(row["row_id"]))
        monkeypatch.setattr(
            recounting,
            "_declared",
            {"core.CalendarDay.day": recounting.Clock("core.CalendarDay.day", self.rows, *[None] * 4)},
        )
        return counted

    @staticmethod
    def rows(at):
        return DueWork.objects.filter(kind="row")

    def test_each_clock_is_a_row_of_its_own_and_done_once(self, working_calendar, asked):
        first, second = (DueWork.objects.create(kind="row", key=key, due_at="2030-01-01T00:00Z").pk for key in "ab")
        working_calendar.publish("2027-01-01")

        working_calendar.settle()
        outbox.run_due()

        assert asked == [first, second]
        assert not DueWork.objects.filter(kind=recounting.ONE, done_at=None).exists()
