from datetime import timedelta

import pytest

from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.services import UnableToAnswer, UnableToAsk
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

MOVED = "2026-12-02 17:00"  # two working days after Monday 11-30, 17:00


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(published=True)


def ask(work_request, firm=None, text="采样点位由谁布设？", actor=None):
    firm = firm or bidder_for(work_request)
    question = services.ask_question(
        request_id=work_request.pk, intermediary=firm, text=text, actor=actor or member_of(firm.organisation)
    )
    work_request.refresh_from_db()
    return question


def answer(question, text="由编制单位布设。", actor=None):
    question = services.answer_question(
        question_id=question.pk, answer=text, actor=actor or member_of(question.work_request.owner)
    )
    return question


class TestAskQuestion:
    def test_starts_the_owners_clock_of_one_working_day(self, work_request, frozen_clock):
        frozen_clock.move_to("2026-11-27 16:00")  # a Friday, the last day for questions

        question = ask(work_request)

        assert question.due_at == clock.shanghai("2026-12-01 00:00")
        assert member_of(work_request.owner).notices.filter(key__contains=":question:1:").count() == 1

    def test_keeps_the_asker_out_of_the_trail(self, work_request):
        firm = bidder_for(work_request)

        ask(work_request, firm)

        line = audit.trail(work_request.audit_matter)[-1]
        assert (line.actor, line.after) == (None, {"number": 1})

    def test_is_possible_until_24_00_of_the_working_day_before_the_deadline(self, work_request, frozen_clock):
        frozen_clock.move_to("2026-11-27 23:59")
        ask(work_request)
        frozen_clock.move_to("2026-11-28 00:00")
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(Refused):
            ask(work_request, firm)

    def test_a_sixth_question_of_a_firm_is_refused(self, work_request):
        firm = bidder_for(work_request)
        for number in range(5):
            ask(work_request, firm, text=f"第 {number} 问")

        with nothing_changes(), pytest.raises(UnableToAsk):
            ask(work_request, firm)

    def test_another_firm_still_asks(self, work_request):
        firm = bidder_for(work_request)
        for _ in range(5):
            ask(work_request, firm)

        assert ask(work_request).number == 6

    def test_an_ineligible_firm_is_refused(self, work_request):
        firm = bidder_for(work_request)
        firm.qualifications.all().delete()

        with nothing_changes(), pytest.raises(UnableToAsk):
            ask(work_request, firm)

    @pytest.mark.parametrize("text", ["", "   ", "问" * 2001])
    def test_no_text_or_too_much_is_refused_at_its_field(self, work_request, text):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(UnableToAsk) as refusal:
            ask(work_request, firm, text=text)

        assert set(refusal.value.field_errors) == {"text"}

    def test_a_stranger_cannot_ask_for_a_firm(self, work_request):
        firm, stranger = bidder_for(work_request), MembershipFactory().user

        with nothing_changes(), pytest.raises(Refused):
            ask(work_request, firm, actor=stranger)

    def test_a_draft_takes_no_questions(self, frozen_clock):
        draft = WorkRequestFactory()
        firm = bidder_for(draft)

        with nothing_changes(), pytest.raises(Refused):
            ask(draft, firm)


class TestAnswerQuestion:
    def test_reaches_everybody_and_tells_the_asker(self, work_request):
        question = ask(work_request)

        answer(question)

        question.refresh_from_db()
        assert (question.answer, question.answered_at) == ("由编制单位布设。", clock.now())
        asker = member_of(question.asker.organisation)
        assert asker.notices.filter(key__contains=":answer:1:").count() == 1

    def test_reaches_every_eligible_firm_once(self, work_request):
        other = bidder_for(work_request)
        question = ask(work_request)

        answer(question)
        outbox.run_due()

        for organisation in (other.organisation, question.asker.organisation):
            assert member_of(organisation).notices.filter(key__contains=":answer:1:").count() == 1

    def test_twice_is_refused(self, work_request):
        question = ask(work_request)
        answer(question)

        with nothing_changes(), pytest.raises(UnableToAnswer):
            answer(question, "改口。")

    @pytest.mark.parametrize("text", ["", " ", "答" * 4001])
    def test_no_text_or_too_much_is_refused_at_its_field(self, work_request, text):
        question = ask(work_request)

        with nothing_changes(), pytest.raises(UnableToAnswer) as refusal:
            answer(question, text)

        assert set(refusal.value.field_errors) == {"answer"}

    def test_only_the_owner_answers(self, work_request):
        question = ask(work_request)

        for actor in (MembershipFactory().user, member_of(question.asker.organisation)):
            with nothing_changes(), pytest.raises(Refused):
                answer(question, actor=actor)

    def test_after_the_bids_have_closed_is_refused(self, work_request, frozen_clock):
        question = ask(work_request)
        frozen_clock.move_to(MOVED)

        with nothing_changes(), pytest.raises(Refused):
            answer(question)


class TestUnansweredAtTheDeadline:
    def test_bids_stay_open_two_working_days_longer_by_the_clock_alone(self, work_request):
        ask(work_request)

        assert work_request.takes_bids(clock.shanghai(MOVED) - timedelta(microseconds=1))
        assert not work_request.takes_bids(clock.shanghai(MOVED))
        assert work_request.bids_close_at == clock.shanghai("2026-11-30 17:00")

    def test_an_answer_before_the_deadline_gives_the_deadline_back(self, work_request):
        question = ask(work_request)

        answer(question)

        work_request.refresh_from_db()
        assert work_request.bids_open_until == work_request.bids_close_at

    def test_one_of_two_answered_still_moves_it(self, work_request):
        ask(work_request)
        answer(ask(work_request))

        work_request.refresh_from_db()
        assert work_request.bids_open_until == clock.shanghai(MOVED)

    def test_an_answer_after_the_deadline_leaves_it_moved(self, work_request, frozen_clock):
        question = ask(work_request)
        frozen_clock.move_to("2026-11-30 17:00:01")

        answer(question)

        work_request.refresh_from_db()
        assert work_request.bids_open_until == clock.shanghai(MOVED)
        assert work_request.deadline(clock.now()) == clock.shanghai(MOVED)

    def test_a_bid_between_the_deadlines_counts_even_if_no_job_has_run(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        ask(work_request)
        frozen_clock.move_to("2026-12-01 10:00")

        bid(work_request, firm)

        assert work_request.bids.count() == 1

    def test_the_sweep_records_the_move_and_tells_the_regulator(self, work_request, frozen_clock):
        regulator = MembershipFactory(organisation=work_request.items.get().authority).user
        ask(work_request)
        frozen_clock.move_to(work_request.bids_close_at)

        outbox.run_due()

        work_request.refresh_from_db()
        assert work_request.status == "published"
        assert work_request.bids_close_at == work_request.bids_open_until == clock.shanghai(MOVED)
        assert regulator.notices.filter(key__contains=":deadline_moved:").count() == 1

    def test_moves_once_and_is_then_published_as_unanswered(self, work_request, frozen_clock):
        ask(work_request)
        frozen_clock.move_to("2026-11-30 17:00")
        outbox.run_due()
        frozen_clock.move_to(MOVED)
        outbox.run_due()

        work_request.refresh_from_db()
        closing = audit.trail(work_request.audit_matter)[-1]
        assert work_request.status == "selecting"
        assert closing.after["unanswered_questions"] == [1]

    def test_a_question_asked_during_the_move_does_not_move_it_again(self, work_request, frozen_clock):
        ask(work_request)
        frozen_clock.move_to("2026-11-30 17:00")
        outbox.run_due()
        work_request.refresh_from_db()

        ask(work_request)

        assert work_request.bids_open_until == clock.shanghai(MOVED)

    def test_a_worker_late_by_days_does_both_steps_at_once(self, work_request, frozen_clock):
        ask(work_request)
        frozen_clock.move_to("2026-12-10 09:00")

        outbox.run_due()

        work_request.refresh_from_db()
        assert (work_request.status, work_request.bids_close_at) == ("failed", clock.shanghai(MOVED))

    def test_the_announcement_keeps_its_deadline(self, work_request, frozen_clock):
        before = work_request.announcement_hash
        ask(work_request)
        frozen_clock.move_to("2026-11-30 17:00")
        outbox.run_due()

        work_request.refresh_from_db()
        assert (work_request.announcement_hash, work_request.version) == (before, 1)
        assert work_request.announcement["deadline"] == "2026-11-30T09:00:00Z"
