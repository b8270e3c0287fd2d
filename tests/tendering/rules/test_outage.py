"""Outages near a deadline (RULES, Outage): the pure rule, and a market that was away, played through its services."""

from datetime import timedelta

import pytest
from django.utils import translation

from marketplace.core import audit, calendar, clock, heartbeats, outbox
from marketplace.core.heartbeats import Gap
from marketplace.core.models import Heartbeat
from marketplace.tendering import services
from marketplace.tendering.models import DeadlineMove, Opening
from marketplace.tendering.rules import deadlines
from marketplace.tendering.rules.deadlines import outage_before
from marketplace.tendering.sealing import custodians
from marketplace.tendering.services import UnableToBid, UnableToOpen
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import ExclusionFactory, QuestionFactory, WorkRequestFactory, bid, bidder_for, member_of

DEADLINE = clock.shanghai("2026-11-30 17:00")  # a Monday
LATER = DEADLINE + timedelta(days=1)


def minutes(value):
    return DEADLINE + timedelta(minutes=value)


def beats(start, end, away=()):
    """A row every 30 seconds from `start` to `end`, in minutes from the deadline, but within the pairs of `away`."""
    rows = [DEADLINE + timedelta(seconds=30 * n) for n in range(int(start * 2), int(end * 2) + 1)]
    return [row for row in rows if not any(minutes(out) < row < minutes(back) for out, back in away)]


class TestOutageBefore:
    def test_no_rows_are_no_evidence(self):
        assert outage_before(DEADLINE, [], at=minutes(600)) == ()

    def test_a_market_that_was_there_does_not_move_it(self):
        assert outage_before(DEADLINE, beats(-130, 1), at=minutes(1)) == ()

    @pytest.mark.parametrize(
        ("away", "moves"),
        [
            ([(-60, -50)], True),
            ([(-60, -50.5)], False),
            ([(-60, -55), (-40, -35)], True),
            ([(-60, -55), (-40, -35.5)], False),
            ([(-60, -51), (-2, -0.5)], False),  # 9 minutes, and 90 seconds, which are no gap
            ([(-60, -51), (-2.5, -0.5)], True),  # 9 minutes and 2
            ([(-10, 0)], True),  # a row at the deadline itself: not across, but ten minutes
            ([(-9.5, 0)], False),
            ([(-1, 1)], True),  # across
            ([(-1, 0.5)], False),  # 90 seconds across: no gap
            ([(0, 30)], False),  # a row at the deadline, then away
            ([(-200, -120)], False),  # over when the 120 minutes begin
            ([(-200, -119.5)], True),  # reaches in, counts in full
            ([(-129, -119.5)], False),  # reaches in, but 9.5 minutes in all
            ([(-129.5, -119.5)], True),
        ],
    )
    def test_ten_minutes_or_across(self, away, moves):
        rows = beats(-240, 60, away)

        found = outage_before(DEADLINE, rows, at=minutes(61))

        assert bool(found) is moves
        if moves:
            assert found == tuple(Gap(minutes(out), minutes(back)) for out, back in away)

    def test_a_market_still_away_has_moved_it_as_soon_as_that_is_certain(self):
        rows = beats(-130, -1)

        assert outage_before(DEADLINE, rows, at=minutes(0.5)) == ()
        later = minutes(0.5) + timedelta(microseconds=1)
        assert outage_before(DEADLINE, rows, at=later) == (Gap(minutes(-1), later),)

    def test_nine_minutes_away_and_not_back_yet_does_not_move_it_yet(self):
        rows = beats(-130, -60)

        assert outage_before(DEADLINE, rows, at=minutes(-50.5)) == ()
        assert outage_before(DEADLINE, rows, at=minutes(-50)) == (Gap(minutes(-60), minutes(-50)),)


@pytest.fixture
def work_request(frozen_clock):
    request = WorkRequestFactory(published=True)
    assert request.bids_close_at == DEADLINE
    return request


def market_was_there(start, end, away=()):
    Heartbeat.objects.bulk_create(Heartbeat(at=at) for at in beats(start, end, away))


def state(work_request):
    work_request.refresh_from_db()
    return work_request.status, work_request.bids_close_at, work_request.bids_open_until


def opened(work_request):
    return Opening.objects.filter(work_request=work_request).exists()


@pytest.mark.django_db
class TestAcrossTheDeadline:
    """The market dies five minutes before the deadline and is back an hour after it."""

    @pytest.fixture(autouse=True)
    def away(self, work_request, frozen_clock):
        self.announced = (work_request.announcement, work_request.announcement_hash, work_request.version)
        self.firm = bidder_for(work_request)
        self.regulator = MembershipFactory(regulator=True).user
        market_was_there(-130, -5)
        frozen_clock.move_to(minutes(60))

    def test_a_bid_is_taken_before_any_job_has_run(self, work_request):
        work_request.refresh_from_db()
        assert work_request.takes_bids(clock.now())
        assert work_request.deadline(clock.now()) == LATER

        bid(work_request, self.firm)

        assert work_request.bids.count() == 1

    def test_the_sweep_moves_it_instead_of_closing(self, work_request):
        outbox.run_due()

        assert state(work_request) == ("published", LATER, LATER)
        (move,) = DeadlineMove.objects.all()
        assert (move.cause, move.before, move.after, move.gaps) == (
            "outage", DEADLINE, LATER, [Gap(minutes(-5), minutes(60))],
        )  # fmt: skip
        assert audit.trail(work_request.audit_matter)[-1].after == {
            "bids_close_at": "2026-12-01T09:00:00+00:00",
            "cause": "outage",
            "evidence": [{"start": "2026-11-30T08:55:00+00:00", "end": "2026-11-30T10:00:00+00:00", "seconds": 3900.0}],
        }

    def test_announcement_hash_and_version_stay(self, work_request):
        outbox.run_due()

        work_request.refresh_from_db()
        assert (work_request.announcement, work_request.announcement_hash, work_request.version) == self.announced
        assert work_request.announcement["deadline"] == "2026-11-30T09:00:00Z"

    def test_all_are_told_once(self, work_request):
        excluded = bidder_for(work_request)
        ExclusionFactory(work_request=work_request, organisation=excluded.organisation)

        outbox.run_due()
        heartbeats.beat()
        outbox.run_due()

        for person in (member_of(work_request.owner), self.regulator, member_of(self.firm.organisation)):
            assert person.notices.filter(key__contains=f"{work_request.number}:outage:").count() == 1
        told = member_of(self.firm.organisation).notices.get(key__contains=f"{work_request.number}:outage:")
        assert "2026-12-01 17:00" in told.body
        assert not member_of(excluded.organisation).notices.filter(key__contains=work_request.number).exists()

    def test_neither_opening_nor_custodian_goes_on(self, work_request):
        bid(work_request, self.firm)
        work_request.refresh_from_db()

        with pytest.raises(custodians.CustodianRefuses):
            custodians.custodians()["regulator"].release_key(work_request, [])
        assert services.open_request(request_id=work_request.pk) is None
        assert not opened(work_request)

    def test_it_moves_once_even_if_the_market_is_away_again(self, work_request, frozen_clock):
        bid(work_request, self.firm)
        outbox.run_due()
        frozen_clock.move_to(LATER + timedelta(hours=3))
        outbox.run_due()

        assert state(work_request)[1:] == (LATER, LATER)
        assert opened(work_request)

    def test_facts_are_those_before_the_moved_deadline(self, work_request, frozen_clock):
        bid(work_request, self.firm)
        outbox.run_due()
        self.firm.qualifications.update(valid_to=clock.date_of(DEADLINE))
        frozen_clock.move_to(LATER + timedelta(minutes=1))
        outbox.run_due()

        work_request.refresh_from_db()
        assert [one.reason for one in work_request.opening.opened_bids.all()] == ["qualifications"]

    def test_the_page_says_why(self, work_request, client):
        outbox.run_due()

        with translation.override("en"):
            page = client.get(work_request.get_absolute_url()).content.decode()

        assert "The deadline has moved because the market was out of reach." in page
        assert "(3900 s)" in page


@pytest.mark.django_db
class TestBeforeTheDeadline:
    def test_ten_minutes_move_it_when_the_market_is_back(self, work_request, frozen_clock):
        market_was_there(-130, -60)
        frozen_clock.move_to(minutes(-50))

        heartbeats.beat()
        outbox.run_due()

        assert state(work_request) == ("published", LATER, LATER)

    def test_less_does_not(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        market_was_there(-130, -60)
        frozen_clock.move_to(minutes(-50) - timedelta(microseconds=1))
        heartbeats.beat()
        market_was_there(-49.5, 0)
        outbox.run_due()
        frozen_clock.move_to(minutes(0))

        with pytest.raises(UnableToBid):
            bid(work_request, firm)
        outbox.run_due()
        assert state(work_request) == ("selecting", DEADLINE, DEADLINE)
        assert not DeadlineMove.objects.exists()

    def test_on_a_friday_it_moves_to_monday(self, frozen_clock):
        friday = clock.shanghai("2026-12-04 17:00")
        work_request = WorkRequestFactory(published=True, bids_close_at=friday)
        Heartbeat.objects.create(at=friday - timedelta(minutes=5))
        frozen_clock.move_to(friday + timedelta(minutes=5))

        outbox.run_due()

        assert state(work_request)[1] == clock.shanghai("2026-12-07 17:00")

    def test_a_market_that_was_there_closes_and_opens_as_ever(self, work_request, frozen_clock):
        bid(work_request, bidder_for(work_request))
        market_was_there(-130, 0.5)
        frozen_clock.move_to(minutes(1))

        outbox.run_due()

        assert opened(work_request)
        assert state(work_request)[1] == DEADLINE


@pytest.mark.django_db
class TestTheOpeningAsksFirst:
    def test_a_last_row_before_the_deadline_is_followed_by_one_at_the_closing(self, work_request, frozen_clock):
        market_was_there(-130, -0.5)
        frozen_clock.move_to(minutes(0.5))

        outbox.run_due()

        assert Heartbeat.objects.latest("at").at == minutes(0.5)
        assert state(work_request)[0] == "selecting"

    def test_what_comes_after_cannot_make_a_gap_across_it(self, work_request, frozen_clock):
        market_was_there(-130, -0.5)
        frozen_clock.move_to(minutes(0.5))
        outbox.run_due()
        frozen_clock.move_to(minutes(10))
        heartbeats.beat()
        outbox.run_due()

        assert not DeadlineMove.objects.exists()
        assert opened(work_request)

    def test_before_its_time_it_still_waits(self, work_request, frozen_clock):
        market_was_there(-130, 0)
        frozen_clock.move_to(minutes(1) - timedelta(microseconds=1))

        with pytest.raises(UnableToOpen):
            services.open_request(request_id=work_request.pk)


@pytest.mark.django_db
class TestTogetherWithAQuestion:
    def test_the_question_moves_first_and_takes_in_the_outage(self, work_request, frozen_clock):
        QuestionFactory(work_request=work_request)
        market_was_there(-130, -5)
        frozen_clock.move_to(minutes(60))

        outbox.run_due()

        assert state(work_request)[1:] == (clock.shanghai("2026-12-02 17:00"),) * 2
        assert [move.cause for move in DeadlineMove.objects.all()] == ["questions"]

    def test_an_outage_before_the_moved_one_moves_it_again(self, work_request, frozen_clock):
        QuestionFactory(work_request=work_request)
        frozen_clock.move_to(DEADLINE)
        outbox.run_due()
        second = clock.shanghai("2026-12-02 17:00")
        Heartbeat.objects.create(at=second - timedelta(minutes=1))
        frozen_clock.move_to(second + timedelta(minutes=1))
        outbox.run_due()

        assert state(work_request)[1:] == (clock.shanghai("2026-12-03 17:00"),) * 2
        assert [move.cause for move in DeadlineMove.objects.all()] == ["questions", "outage"]

    def test_a_market_away_for_a_week_ends_up_where_its_rows_say(self, work_request, frozen_clock):
        QuestionFactory(work_request=work_request)
        market_was_there(-130, -5)
        frozen_clock.move_to("2026-12-07 09:00")

        outbox.run_due()

        assert state(work_request) == ("failed", *[clock.shanghai("2026-12-03 17:00")] * 2)

    def test_answered_in_time_leaves_the_outage_to_move_it(self, work_request, frozen_clock):
        question = QuestionFactory(work_request=work_request)
        market_was_there(-130, -60)
        frozen_clock.move_to(minutes(-40))
        heartbeats.beat()
        outbox.run_due()
        assert state(work_request)[1] == DEADLINE
        services.answer_question(
            question_id=question.pk, answer="由编制单位布设。", actor=member_of(work_request.owner)
        )
        outbox.run_due()
        frozen_clock.move_to(DEADLINE)
        heartbeats.beat()
        outbox.run_due()

        assert state(work_request)[:2] == ("published", LATER)

    def test_answered_after_the_deadline_it_stood_unanswered_all_the_same(self, work_request, frozen_clock):
        question = QuestionFactory(work_request=work_request)
        work_request.bids_open_until = deadlines.moved(DEADLINE, 2, calendar.current())
        work_request.save()
        frozen_clock.move_to(minutes(1))
        services.answer_question(
            question_id=question.pk, answer="由编制单位布设。", actor=member_of(work_request.owner)
        )

        outbox.run_due()

        assert state(work_request)[1:] == (clock.shanghai("2026-12-02 17:00"),) * 2

    def test_a_custodian_elsewhere_is_told_only_what_is_certain(self, work_request, frozen_clock):
        # It keeps to the latest that it was told, so that a question answered in time would hold the opening up.
        QuestionFactory(work_request=work_request)
        work_request.bids_open_until = deadlines.moved(DEADLINE, 2, calendar.current())

        assert custodians._deadline(work_request) == "2026-11-30T09:00:00+00:00"
        frozen_clock.move_to(DEADLINE)
        assert custodians._deadline(work_request) == "2026-12-02T09:00:00+00:00"
