from datetime import date

import pytest
from django.utils import translation

from marketplace.accounts.models import Notice
from marketplace.core import audit, calendar, clock, outbox
from marketplace.tendering import services
from tests.factories.accounts import MembershipFactory
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import QuestionFactory, WorkRequestFactory, member_of

OLD, NEW = clock.shanghai("2027-01-05 00:00"), clock.shanghai("2027-01-06 00:00")
#: Two days that end on the first working day of the new year, one day later once it is published.
PICK_OLD, PICK_NEW = clock.shanghai("2027-01-02 00:00"), clock.shanghai("2027-01-05 00:00")


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def wednesday(working_calendar, frozen_clock):
    """Wednesday 2026-12-30; what takes three days ends on Monday, or on Tuesday without the New Year's Day."""
    frozen_clock.move_to("2026-12-30 10:00")
    return working_calendar


def opened(frozen_clock, **request):
    """Opened on Wednesday 2026-12-30 at 17:01."""
    frozen_clock.move_to("2026-12-23 10:00")
    work_request = WorkRequestFactory(bidders=3, bids_close_at=clock.shanghai("2026-12-30 17:00"), **request)
    MembershipFactory(organisation=work_request.items.get().authority)
    frozen_clock.move_to("2026-12-30 17:01")
    services.open_request(request_id=work_request.pk)
    work_request.refresh_from_db()
    frozen_clock.move_to("2026-12-31 10:00")
    return work_request


def told(user, key):
    notice = Notice.objects.filter(user=user, key__contains=key).get()
    return notice.title_en, notice.body_en


class TestPublicity:
    @pytest.fixture
    def award(self, working_calendar, frozen_clock):
        return opened(frozen_clock, lowest_price=True).awards.get()

    def test_ends_a_day_later_and_the_notice_is_given_then(self, working_calendar, frozen_clock, award):
        assert award.publicity_ends_at == OLD
        working_calendar.publish("2027-01-01")

        working_calendar.settle()
        award.refresh_from_db()
        assert award.publicity_ends_at == NEW
        line = audit.trail(award.work_request.audit_matter)[-1]
        assert (line.action, line.before["until"], line.after["until"]) == (
            "clock.recounted",
            OLD.isoformat(),
            NEW.isoformat(),
        )

        frozen_clock.move_to("2027-01-05 00:00:30")
        outbox.run_due()
        award.refresh_from_db()
        assert award.state == "publicity"

        frozen_clock.move_to("2027-01-06 00:00:30")
        outbox.run_due()
        award.refresh_from_db()
        assert award.state == "confirmed"

    def test_its_parties_are_told_what_moved_and_why_in_both_languages(self, working_calendar, award):
        working_calendar.publish("2027-01-01", "2027-02-05")

        working_calendar.settle()

        number, title = award.work_request.number, award.work_request.title
        for party in (award.work_request.owner, award.intermediary.organisation):
            assert told(member_of(party), "recounted") == (
                f"{number}: a date has moved, because the calendar of working days has changed",
                f"{title}: the publicity period now ends with 2027-01-05, no longer with 2027-01-04.\n"
                "2027-01-01 is not a working day.",
            )
        notice = Notice.objects.filter(user=member_of(award.work_request.owner), key__contains="recounted").get()
        assert notice.title_zh == f"{number}：工作日历有变，期限顺延"
        assert notice.body_zh == f"{title}：公示期改为至 2027-01-05 届满，原为 2027-01-04。\n2027-01-01 不是工作日。"

    def test_an_earlier_end_is_not_taken_over(self, working_calendar, award):
        working_calendar.publish("2027-01-03")

        working_calendar.settle()

        award.refresh_from_db()
        assert award.publicity_ends_at == OLD
        assert not Notice.objects.filter(key__contains="recounted").exists()

    def test_a_corrected_day_moves_it_too(self, working_calendar, award):
        calendar.correct_day(day=date(2026, 12, 31), is_working=False, reason="Decree 7")

        working_calendar.settle()

        award.refresh_from_db()
        assert award.publicity_ends_at == NEW

    def test_two_changes_add_up(self, working_calendar, award):
        working_calendar.publish("2027-01-01")
        calendar.correct_day(day=date(2027, 1, 4), is_working=False, reason="Decree 7")

        working_calendar.settle()

        award.refresh_from_db()
        assert award.publicity_ends_at == clock.shanghai("2027-01-07 00:00")

    def test_stopped_by_an_objection_it_keeps_its_days_and_the_decision_is_due_later(self, working_calendar, award):
        loser = award.work_request.opening.opened_bids.ranked().last().intermediary
        objection = services.submit_objection(
            award_id=award.pk,
            intermediary=loser,
            ground="eligibility",
            statement="中选机构的资质已到期。",
            actor=member_of(loser.organisation),
        )
        assert objection.due_at == clock.shanghai("2027-01-08 00:00")
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        award.refresh_from_db()
        objection.refresh_from_db()
        assert (award.days_left_when_stopped, award.publicity_ends_at) == (3, OLD)
        assert objection.due_at == clock.shanghai("2027-01-09 00:00")
        regulator = member_of(objection.regulator)
        assert "deciding the objections now ends with 2027-01-08" in told(regulator, "recounted")[1]

    def test_what_ran_on_is_counted_from_there(self, working_calendar, frozen_clock, award):
        """A day of the time in which it was suspended, corrected later, takes nothing from what was left."""
        regulator = member_of(award.work_request.items.get().authority)
        services.suspend_request(request_id=award.work_request_id, reason="查", actor=regulator)
        frozen_clock.move_to("2027-01-06 10:00")
        services.resume_request(request_id=award.work_request_id, reason="查毕", actor=regulator)
        award.refresh_from_db()
        assert award.publicity_ends_at == clock.shanghai("2027-01-12 00:00")

        working_calendar.publish("2027-01-01")
        working_calendar.settle()

        award.refresh_from_db()
        assert award.publicity_ends_at == clock.shanghai("2027-01-12 00:00")

    def test_the_bid_deadline_never_moves(self, wednesday, frozen_clock):
        work_request = WorkRequestFactory(published=True, bids_close_at=clock.shanghai("2027-01-04 17:00"))
        frozen_clock.advance(hours=1)
        wednesday.publish("2027-01-01", "2027-01-04")

        wednesday.settle()

        work_request.refresh_from_db()
        assert work_request.bids_close_at == work_request.bids_open_until == clock.shanghai("2027-01-04 17:00")
        assert work_request.questions_until == clock.shanghai("2027-01-02 00:00")


class TestSigning:
    def test_the_time_for_the_contract_is_counted_anew(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-14 10:00")
        award = WorkRequestFactory(bidders=2, awarded=True, signing_days=10).awards.live().get()
        before = award.sign_by
        frozen_clock.move_to("2026-12-28 10:00")
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        award.refresh_from_db()
        days = calendar.current()
        assert days.count(clock.date_of(award.confirmed_at), clock.date_of(award.sign_by)) == 10
        assert award.sign_by > before


class TestQuestion:
    def test_the_answer_is_due_later_and_the_owner_told_with_its_page(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-31 10:00")
        question = QuestionFactory()
        assert question.due_at == PICK_OLD
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        question.refresh_from_db()
        assert question.due_at == PICK_NEW
        notice = Notice.objects.get(user=member_of(question.work_request.owner), key__contains="recounted")
        assert notice.url.endswith(f"/answer/{question.number}/")

    def test_what_began_once_every_process_knew_the_new_days_stays(self, working_calendar, frozen_clock):
        working_calendar.publish("2027-01-01")
        frozen_clock.move_to("2026-12-31 10:00")
        question = QuestionFactory()
        assert question.due_at == PICK_NEW

        working_calendar.settle()

        question.refresh_from_db()
        assert question.due_at == PICK_NEW

    def test_an_answered_one_stays(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-31 10:00")
        question = QuestionFactory(answered=True)
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        question.refresh_from_db()
        assert question.due_at == PICK_OLD


class TestPick:
    def test_the_owner_has_as_many_days_and_the_first_drawn_wins_after_them(self, working_calendar, frozen_clock):
        work_request = opened(frozen_clock, credit_preferred=True)
        opening = work_request.opening
        assert opening.waits_until == PICK_OLD
        working_calendar.publish("2027-01-01")

        working_calendar.settle()
        opening.refresh_from_db()
        assert opening.waits_until == PICK_NEW
        assert "picking from the short list" in told(member_of(work_request.owner), "recounted")[1]

        frozen_clock.move_to("2027-01-02 00:00:30")
        outbox.run_due()
        opening.refresh_from_db()
        assert opening.state == "drawn"

        frozen_clock.move_to("2027-01-05 00:00:30")
        outbox.run_due()
        opening.refresh_from_db()
        assert opening.state == "ranked"


class TestMarking:
    @pytest.fixture
    def work_request(self, working_calendar, frozen_clock):
        EvaluatorFactory.create_batch(9)
        return opened(frozen_clock, best_proposal=True)

    def test_the_papers_are_due_later_and_the_evaluators_told(self, working_calendar, work_request):
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        opening = work_request.opening
        opening.refresh_from_db()
        papers = [paper for seat in opening.seats.seated() for paper in seat.papers.all()]
        assert {paper.due_at for paper in papers} == {opening.waits_until} == {NEW}
        person = papers[0].seat.evaluator.user
        assert "marking the proposals now ends with 2027-01-05" in told(person, "recounted")[1]

    def test_those_of_a_suspended_request_keep_the_days_that_were_left(
        self, working_calendar, frozen_clock, work_request
    ):
        regulator = member_of(work_request.items.get().authority)
        services.suspend_request(request_id=work_request.pk, reason="查", actor=regulator)
        working_calendar.publish("2027-01-01")
        working_calendar.settle()
        frozen_clock.move_to("2027-01-11 10:00")

        services.resume_request(request_id=work_request.pk, reason="查毕", actor=regulator)

        seat = work_request.opening.seats.seated().first()
        assert seat.papers.get().due_at == clock.shanghai("2027-01-15 00:00")
