import pytest

from credit.models import ProcessStep
from marketplace.contracting import services
from marketplace.contracting.models import Contract
from marketplace.core import calendar, clock, outbox
from marketplace.tendering import services as tendering
from marketplace.tendering.models import Award, WorkRequest
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of, sign, terms_of

pytestmark = pytest.mark.django_db


def let_the_time_pass(frozen_clock, contract):
    frozen_clock.move_to(contract.sign_due_at)
    outbox.run_due()
    return Contract.objects.get(pk=contract.pk)


class TestTheIntermediaryDidNotSign:
    def test_it_loses_the_award_to_the_next_in_rank(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, owner_of(contract))

        lapsed = let_the_time_pass(frozen_clock, contract)

        assert lapsed.state == "lapsed"
        assert [award.state for award in Award.objects.order_by("rank")] == ["passed_on", "publicity"]
        assert WorkRequest.objects.get().status == "publicity"

    def test_neither_signing_nor_no_withdrawal_counts_as_kept(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        let_the_time_pass(frozen_clock, contract)

        steps = ProcessStep.objects.filter(subject=contract.intermediary)
        assert {(step.kind, step.contract_no, step.kept, step.own_fault) for step in steps} == {
            ("signing", contract.award.number, False, True),
            ("no_withdrawal", contract.award.number, False, True),
        }

    def test_running_again_changes_nothing(self, frozen_clock):
        contract = let_the_time_pass(frozen_clock, ContractFactory(proposed=True))

        services.lapse_contract(contract_id=contract.pk)

        assert ProcessStep.objects.count() == 2
        assert Award.objects.count() == 2

    def test_the_next_award_gets_a_contract_of_its_own(self, frozen_clock):
        contract = let_the_time_pass(frozen_clock, ContractFactory(proposed=True))
        following = Award.objects.get(rank=2)

        frozen_clock.move_to(following.publicity_ends_at)
        outbox.run_due()

        assert Contract.objects.exclude(pk=contract.pk).get().award == following


class TestTheOwnerDidNotSign:
    def test_the_award_stands_and_the_project_is_blocked(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, intermediary_of(contract))

        late = let_the_time_pass(frozen_clock, contract)

        award = Award.objects.get(pk=contract.award_id)
        assert (late.state, late.owner_defaulted_at) == ("signing", contract.sign_due_at)
        assert (award.state, award.owner_unsigned_on) == ("confirmed", clock.date_of(contract.sign_due_at))
        assert not ProcessStep.objects.exists()
        assert Contract.objects.public().get() == contract

    def test_an_owner_that_never_proposed_terms_is_the_one_answerable(self, frozen_clock):
        late = let_the_time_pass(frozen_clock, ContractFactory())

        assert (late.state, late.owner_defaulted_at) == ("drafting", late.sign_due_at)

    def test_it_can_still_be_signed_and_the_intermediary_s_step_stays_kept(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, intermediary_of(contract))
        let_the_time_pass(frozen_clock, contract)

        sign(contract, owner_of(contract))

        assert Contract.objects.get().state == "in_service"
        step = ProcessStep.objects.get(kind="signing")
        assert (step.kept, step.own_fault) == (True, True)

    def test_signed_late_because_the_owner_was_late_does_not_count(self, frozen_clock):
        contract = let_the_time_pass(frozen_clock, ContractFactory())
        services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract))
        sha256 = Contract.objects.get().current_text.sha256
        services.agree_terms(contract_id=contract.pk, sha256=sha256, actor=intermediary_of(contract))

        sign(contract, owner_of(contract))
        sign(contract, intermediary_of(contract))

        step = ProcessStep.objects.get(kind="signing")
        assert (step.kept, step.own_fault) == (False, False)


class TestWhenNothingLapses:
    def test_a_contract_signed_by_both_stays(self, frozen_clock):
        contract = ContractFactory(signed=True)

        assert let_the_time_pass(frozen_clock, contract).state == "in_service"

    def test_before_the_time_is_over_nothing_happens(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        services.lapse_contract(contract_id=contract.pk)

        assert Contract.objects.get().state == "drafting"

    def test_a_suspension_stops_the_clock_and_it_runs_on_afterwards(self, frozen_clock):
        contract = ContractFactory(proposed=True)
        regulator = MembershipFactory(regulator=True).user
        request_id = contract.award.work_request_id
        frozen_clock.move_to("2026-12-02 10:00")
        tendering.suspend_request(request_id=request_id, reason="核查", actor=regulator)

        frozen_clock.move_to("2026-12-08 10:00")
        outbox.run_due()
        while_suspended = Contract.objects.get().state
        tendering.resume_request(request_id=request_id, reason="核查完毕", actor=regulator)
        outbox.run_due()
        frozen_clock.move_to("2026-12-11 00:00")
        outbox.run_due()

        assert while_suspended == "drafting"
        assert Contract.objects.get().sign_due_at == calendar.end_of_working_day(
            clock.shanghai("2026-12-08 00:00").date(), 3
        )
        assert Contract.objects.get().state == "lapsed"


class TestTheRequestEnds:
    def test_a_voided_request_ends_the_contract_that_nobody_has_signed(self, frozen_clock):
        contract = ContractFactory(proposed=True)
        regulator = MembershipFactory(regulator=True).user

        tendering.void_request(
            request_id=contract.award.work_request_id, reason="评审专家应回避未回避", actor=regulator
        )
        outbox.run_due()

        contract.refresh_from_db()
        assert (contract.state, contract.end_reason) == ("terminated", "The request has ended.")

    def test_an_award_that_passes_on_ends_its_contract(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        tendering.pass_award_on(award_id=contract.award_id, reason="资质到期")
        outbox.run_due()

        assert Contract.objects.get(pk=contract.pk).state == "terminated"
