from datetime import date

import pytest

from credit.models import Completion, ProcessStep
from marketplace.accounts.models import Notice
from marketplace.catalogue.models import ServiceItem
from marketplace.contracting import services
from marketplace.contracting.models import Contract, Deliverable
from marketplace.contracting.services import UnableToAnswer, UnableToDecide
from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.contracting import ContractFactory, deliver, intermediary_of, owner_of

pytestmark = pytest.mark.django_db


def give_back(deliverable, contract, reasons="监测数据缺一期。"):
    return services.return_deliverable(deliverable_id=deliverable.pk, reasons=reasons, actor=owner_of(contract))


def return_three_times(contract):
    milestone = contract.milestones.first()
    give_back(Deliverable.objects.get(), contract)
    give_back(deliver(milestone), contract)
    return give_back(deliver(milestone), contract)


@pytest.fixture
def regulator():
    return MembershipFactory(regulator=True).user


class TestAcceptDeliverable:
    def test_the_first_of_two_leaves_the_contract_in_service(self, frozen_clock):
        contract = ContractFactory(delivered=True)

        services.accept_deliverable(deliverable_id=Deliverable.objects.get().pk, actor=owner_of(contract))

        contract.refresh_from_db()
        assert contract.state == "in_service"
        assert [each.state for each in contract.milestones.all()] == ["accepted", "ahead"]
        step = ProcessStep.objects.get(kind="acceptance")
        assert (step.kept, step.sequence, step.due_on) == (True, 1, date(2026, 11, 23))

    def test_the_last_one_completes_contract_and_request_and_starts_the_time_for_rating(self, frozen_clock):
        contract = ContractFactory(completed=True)

        assert (contract.state, contract.completed_at) == ("completed", clock.now())
        assert clock.date_of(contract.rating_due_at) == date(2026, 12, 14)
        assert contract.award.work_request.status == "completed"
        assert Completion.objects.get().contract_no == contract.number
        assert ProcessStep.objects.get(kind="no_withdrawal").kept

    def test_twice_is_refused_and_counted_once(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        services.accept_deliverable(deliverable_id=deliverable.pk, actor=owner_of(contract))
        lines = len(audit.trail(contract.audit_matter))

        with pytest.raises(UnableToAnswer, match="answered already"):
            services.accept_deliverable(deliverable_id=deliverable.pk, actor=owner_of(contract))

        assert len(audit.trail(contract.audit_matter)) == lines
        assert ProcessStep.objects.filter(kind="acceptance").count() == 1

    def test_only_the_owner_accepts(self, frozen_clock, regulator):
        contract = ContractFactory(delivered=True)
        reader = MembershipFactory(organisation=contract.owner, reader=True).user

        for person in (intermediary_of(contract), reader, regulator, MembershipFactory().user):
            with pytest.raises(Refused):
                services.accept_deliverable(deliverable_id=Deliverable.objects.get().pk, actor=person)

        assert Deliverable.objects.get().outcome == "pending"


class TestReturnDeliverable:
    def test_reasons_are_kept_and_the_work_can_be_submitted_again(self, frozen_clock):
        contract = ContractFactory(delivered=True)

        give_back(Deliverable.objects.get(), contract)
        again = deliver(contract.milestones.first())

        first = Deliverable.objects.get(submission=1)
        assert (first.outcome, first.reasons, again.submission) == ("returned", "监测数据缺一期。", 2)
        assert [step.kept for step in ProcessStep.objects.filter(kind="acceptance")] == [False]

    def test_accepted_at_the_second_submission_is_not_accepted_at_first(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        give_back(Deliverable.objects.get(), contract)
        again = deliver(contract.milestones.first())

        services.accept_deliverable(deliverable_id=again.pk, actor=owner_of(contract))

        assert [step.kept for step in ProcessStep.objects.filter(kind="acceptance")] == [False]

    def test_without_reasons_it_is_refused(self, frozen_clock):
        contract = ContractFactory(delivered=True)

        with pytest.raises(UnableToAnswer) as refusal:
            give_back(Deliverable.objects.get(), contract, " \n")

        assert "reasons" in refusal.value.field_errors
        assert Deliverable.objects.get().outcome == "pending"

    def test_what_is_accepted_cannot_be_returned(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        services.accept_deliverable(deliverable_id=deliverable.pk, actor=owner_of(contract))

        with pytest.raises(UnableToAnswer):
            give_back(deliverable, contract)

        assert Deliverable.objects.get().outcome == "accepted"

    def test_the_third_return_is_a_dispute_that_the_regulators_are_told_of(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        official = MembershipFactory(organisation=ServiceItem.objects.get().authority).user

        third = return_three_times(contract)

        assert (third.submission, third.milestone.state) == (3, "disputed")
        assert clock.date_of(third.dispute_due_at) == date(2026, 11, 30)
        assert Notice.objects.filter(user=official, key__contains="disputed").count() == 1


class TestSilence:
    def test_the_owner_is_reminded_and_the_regulators_are_told_once(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        official = MembershipFactory(organisation=ServiceItem.objects.get().authority).user
        deliverable = Deliverable.objects.get()

        frozen_clock.move_to(deliverable.answer_due_at)
        outbox.run_due()
        outbox.run_due()

        deliverable.refresh_from_db()
        assert deliverable.reminded_at == clock.now()
        assert Notice.objects.filter(user=owner_of(contract), key__contains="reminded").count() == 1
        assert Notice.objects.filter(user=official, key__contains="silent").count() == 1

    def test_the_owner_can_still_answer_until_a_regulator_has_decided(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        frozen_clock.move_to(deliverable.answer_due_at)

        services.accept_deliverable(deliverable_id=deliverable.pk, actor=owner_of(contract))

        assert Deliverable.objects.get().outcome == "accepted"


class TestDecideDeliverable:
    def test_in_the_place_of_a_silent_owner(self, frozen_clock, regulator):
        ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        frozen_clock.move_to(deliverable.answer_due_at)

        services.decide_deliverable(
            deliverable_id=deliverable.pk, accepted=True, reasons="成果齐备，符合约定。", actor=regulator
        )

        deliverable.refresh_from_db()
        assert (deliverable.outcome, deliverable.decision, deliverable.decided_by) == (
            "accepted",
            "accepted",
            regulator,
        )
        assert deliverable.milestone.state == "accepted"
        assert ProcessStep.objects.get(kind="acceptance").kept

    def test_a_dispute_decided_for_the_intermediary(self, frozen_clock, regulator):
        third = return_three_times(ContractFactory(delivered=True))

        services.decide_deliverable(deliverable_id=third.pk, accepted=True, reasons="退回理由不成立。", actor=regulator)

        third.refresh_from_db()
        assert (third.outcome, third.decision, third.milestone.state) == ("returned", "accepted", "accepted")

    def test_a_dispute_decided_for_the_owner_sends_the_work_back(self, frozen_clock, regulator):
        contract = ContractFactory(delivered=True)
        third = return_three_times(contract)

        services.decide_deliverable(deliverable_id=third.pk, accepted=False, reasons="数据确有缺漏。", actor=regulator)
        fourth = deliver(contract.milestones.first())
        give_back(fourth, contract)

        fourth.refresh_from_db()
        assert (fourth.submission, fourth.milestone.state) == (4, "disputed")
        assert [each.pk for each in Deliverable.objects.for_a_regulator(clock.now())] == [fourth.pk]

    def test_the_last_milestone_decided_completes_the_contract(self, frozen_clock, regulator):
        contract = ContractFactory(delivered=True)
        services.accept_deliverable(deliverable_id=Deliverable.objects.get().pk, actor=owner_of(contract))
        last = deliver(contract.milestones.last())
        frozen_clock.move_to(last.answer_due_at)

        services.decide_deliverable(deliverable_id=last.pk, accepted=True, reasons="符合约定。", actor=regulator)

        assert Contract.objects.get().state == "completed"

    def test_while_the_owner_s_time_runs_nobody_decides_for_it(self, frozen_clock, regulator):
        ContractFactory(delivered=True)

        with pytest.raises(UnableToDecide, match="does not wait"):
            services.decide_deliverable(
                deliverable_id=Deliverable.objects.get().pk, accepted=True, reasons="快办", actor=regulator
            )

        assert Deliverable.objects.get().outcome == "pending"

    def test_without_reasons_or_twice_it_is_refused(self, frozen_clock, regulator):
        ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        frozen_clock.move_to(deliverable.answer_due_at)

        with pytest.raises(UnableToDecide, match="reasons"):
            services.decide_deliverable(deliverable_id=deliverable.pk, accepted=True, reasons=" ", actor=regulator)
        services.decide_deliverable(deliverable_id=deliverable.pk, accepted=False, reasons="缺附件。", actor=regulator)
        with pytest.raises(UnableToDecide):
            services.decide_deliverable(deliverable_id=deliverable.pk, accepted=True, reasons="改判", actor=regulator)

        assert Deliverable.objects.get().decision == "returned"

    def test_a_regulator_of_a_party_does_not_decide(self, frozen_clock):
        contract = ContractFactory(delivered=True, owner=OrganisationFactory(authority=True))
        frozen_clock.move_to(Deliverable.objects.get().answer_due_at)

        with pytest.raises(Refused, match="another regulator decides"):
            services.decide_deliverable(
                deliverable_id=Deliverable.objects.get().pk, accepted=True, reasons="自行认定", actor=owner_of(contract)
            )

        assert Deliverable.objects.get().outcome == "pending"

    def test_the_parties_do_not_decide(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        frozen_clock.move_to(Deliverable.objects.get().answer_due_at)

        for person in (owner_of(contract), intermediary_of(contract)):
            with pytest.raises(Refused, match="Only a regulator"):
                services.decide_deliverable(
                    deliverable_id=Deliverable.objects.get().pk, accepted=True, reasons="认定", actor=person
                )

        assert Deliverable.objects.get().outcome == "pending"
