import pytest

from marketplace.contracting import services
from marketplace.contracting.models import Contract
from marketplace.contracting.services import UnableToTerminate
from marketplace.core import outbox
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def regulator():
    return MembershipFactory(regulator=True).user


class TestTerminateContract:
    @pytest.mark.parametrize("stage", ["drafting", "agreed", "signed", "delivered"])
    def test_a_regulator_ends_contract_and_request_with_the_reason(self, frozen_clock, regulator, stage):
        contract = ContractFactory(stage=stage)

        services.terminate_contract(contract_id=contract.pk, reason="项目取消，双方同意终止。", actor=regulator)
        outbox.run_due()

        contract = Contract.objects.get()
        assert (contract.state, contract.end_reason) == ("terminated", "项目取消，双方同意终止。")
        assert contract.award.work_request.status == "voided"
        assert contract.award.state == "ended"

    def test_without_a_reason_it_is_refused(self, frozen_clock, regulator):
        contract = ContractFactory(signed=True)

        with pytest.raises(UnableToTerminate) as refusal:
            services.terminate_contract(contract_id=contract.pk, reason=" ", actor=regulator)

        assert "reason" in refusal.value.field_errors
        assert Contract.objects.get().state == "in_service"

    def test_what_is_completed_cannot_be_ended(self, frozen_clock, regulator):
        contract = ContractFactory(completed=True)

        with pytest.raises(UnableToTerminate, match="ended already"):
            services.terminate_contract(contract_id=contract.pk, reason="撤销", actor=regulator)

        assert Contract.objects.get().state == "completed"

    def test_the_parties_cannot_end_it_alone(self, frozen_clock):
        contract = ContractFactory(signed=True)

        for person in (owner_of(contract), intermediary_of(contract)):
            with pytest.raises(Refused, match="Only a regulator"):
                services.terminate_contract(contract_id=contract.pk, reason="不做了", actor=person)

        assert Contract.objects.get().state == "in_service"
