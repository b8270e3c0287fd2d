import pytest

from marketplace.accounts.models import Notice
from marketplace.core import calendar, clock, outbox
from marketplace.core.models import DueWork
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, owner_of

pytestmark = pytest.mark.django_db


def counted(begun, due_at):
    return calendar.current().count(clock.date_of(begun), clock.date_of(due_at))


class TestDeliverable:
    @pytest.fixture
    def deliverable(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-30 10:00")
        contract = ContractFactory(delivered=True)
        return contract.milestones.first().deliverables.get()

    def test_the_owner_has_as_many_days_and_is_reminded_after_them(self, working_calendar, frozen_clock, deliverable):
        assert deliverable.answer_due_at == clock.shanghai("2027-01-07 00:00")
        working_calendar.publish("2027-01-01")

        working_calendar.settle()
        deliverable.refresh_from_db()
        assert deliverable.answer_due_at == clock.shanghai("2027-01-08 00:00")
        work = DueWork.objects.get(kind="contracting.acceptance_due", key=str(deliverable.pk))
        assert (work.due_at, work.done_at) == (deliverable.answer_due_at, None)

        frozen_clock.move_to("2027-01-07 00:01")
        outbox.run_due()
        deliverable.refresh_from_db()
        assert deliverable.reminded_at is None

    def test_both_parties_are_told(self, working_calendar, deliverable):
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        contract = deliverable.milestone.contract
        people = set(Notice.objects.filter(key__contains="recounted").values_list("organisation", flat=True))
        assert people == {contract.owner_id, contract.intermediary_id}

    def test_the_regulators_date_that_was_told_is_told_anew_and_each_page_shows_it(
        self, working_calendar, frozen_clock, deliverable
    ):
        milestone = deliverable.milestone
        MembershipFactory(organisation=milestone.contract.items.get().authority)
        working_calendar.publish("2027-01-07")
        frozen_clock.move_to("2027-01-07 00:01")
        outbox.run_due()
        deliverable.refresh_from_db()
        assert deliverable.decision_due_at(5) == clock.shanghai("2027-01-15 00:00")
        frozen_clock.advance(hours=1)
        working_calendar.reverse("2027-01-11")

        working_calendar.settle()

        assert deliverable.decision_due_at(5) == clock.shanghai("2027-01-16 00:00")
        told = Notice.objects.filter(key__contains="recounted", url__contains="deliverables")
        assert {each.body_en.split(": ", 1)[1] for each in told} == {
            "the time for deciding about a deliverable now ends with 2027-01-15, no longer with 2027-01-14.\n"
            "2027-01-11 is not a working day."
        }
        assert told.count() == 2

    def test_a_dispute_is_decided_within_as_many_days(self, working_calendar, deliverable):
        from marketplace.contracting import services
        from tests.factories.contracting import deliver

        owner, milestone = owner_of(deliverable.milestone.contract), deliverable.milestone
        for number in range(3):
            if number:
                deliverable = deliver(milestone)
            services.return_deliverable(deliverable_id=deliverable.pk, reasons="缺附图", actor=owner)
        deliverable.refresh_from_db()
        assert deliverable.dispute_due_at == clock.shanghai("2027-01-07 00:00")
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        deliverable.refresh_from_db()
        assert deliverable.dispute_due_at == clock.shanghai("2027-01-08 00:00")


class TestRating:
    def test_there_are_as_many_days_for_rating(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-30 10:00")
        contract = ContractFactory(completed=True)
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        contract.refresh_from_db()
        assert counted(contract.completed_at, contract.rating_due_at) == 15

    def test_there_are_as_many_days_for_changing_the_rating_and_no_more_for_giving_it(
        self, working_calendar, frozen_clock
    ):
        frozen_clock.move_to("2026-12-30 10:00")
        contract = ContractFactory(rated=True)
        before = contract.rating_due_at
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        contract.refresh_from_db()
        assert counted(contract.rating.rated_at, contract.rating.change_due_at) == 3
        assert contract.rating_due_at == before

    def test_agreed_dates_stay(self, working_calendar, frozen_clock):
        frozen_clock.move_to("2026-12-30 10:00")
        contract = ContractFactory(signed=True)
        before = list(contract.milestones.values_list("due_on", flat=True))
        working_calendar.publish("2027-01-01")

        working_calendar.settle()

        assert list(contract.milestones.values_list("due_on", flat=True)) == before
