from datetime import date
from decimal import Decimal

import pytest

from marketplace.accounts.models import Notice
from marketplace.contracting import services
from marketplace.contracting.models import Contract
from marketplace.contracting.text import digest
from marketplace.core import audit, outbox
from marketplace.core.models import DueWork
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of
from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db


class TestPrepareContract:
    def test_an_award_notice_drafts_the_contract_at_the_award_s_price(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=1, awarded=True)
        award = work_request.awards.get()
        frozen_clock.move_to(award.confirmed_at)

        outbox.run_due()

        contract = Contract.objects.get(award=award)
        assert (contract.owner, contract.intermediary) == (work_request.owner, award.intermediary.organisation)
        assert (contract.price, contract.state, contract.turn) == (award.price, "drafting", "owner")
        assert contract.sign_due_at == award.sign_by
        assert [item.pk for item in contract.items.all()] == [item.pk for item in work_request.items.all()]

    def test_it_starts_with_one_milestone_for_all_of_the_price(self, frozen_clock):
        contract = ContractFactory()

        [milestone] = contract.milestones.all()

        assert (milestone.percent, milestone.amount) == (Decimal(100), contract.price)
        assert contract.service_starts_on == date(2026, 12, 4)
        assert milestone.due_on == contract.service_ends_on == date(2027, 1, 22)

    def test_running_again_drafts_no_second_contract(self, frozen_clock):
        contract = ContractFactory()

        again = services.prepare_contract(award_id=contract.award_id)

        assert again == contract
        assert Contract.objects.count() == 1
        assert len(audit.trail(contract.audit_matter)) == 1

    def test_an_award_that_is_not_confirmed_gets_no_contract(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=1, opened=True)

        assert services.prepare_contract(award_id=work_request.awards.get().pk) is None
        assert not Contract.objects.exists()

    def test_the_text_names_both_parties_and_its_hash_is_that_of_its_bytes(self, frozen_clock):
        contract = ContractFactory()

        text = contract.current_text

        assert text.sha256 == digest(text.body)
        assert contract.owner.uscc in text.body
        assert contract.intermediary.name_zh in text.body
        assert "180,000.00（大写：壹拾捌万元整）" in text.body
        assert "文本版本：第 1 版" in text.body

    def test_both_sides_are_told_and_the_signing_clock_is_set(self, frozen_clock):
        contract = ContractFactory()

        for person in (owner_of(contract), intermediary_of(contract)):
            assert Notice.objects.filter(user=person, key__contains=f"{contract.audit_matter}:prepared").count() == 1
        work = DueWork.objects.get(kind="contracting.lapse")
        assert work.due_at == contract.award.sign_by
