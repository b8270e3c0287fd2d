from datetime import date

import pytest
from django.db import DatabaseError, transaction

from credit.models import Engagement, ProcessStep
from marketplace.contracting import services
from marketplace.contracting.models import Contract, Signature
from marketplace.contracting.services import UnableToSign
from marketplace.core import clock, outbox
from marketplace.core.models import DueWork
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of, sign, terms_of

pytestmark = pytest.mark.django_db


class TestSignContract:
    def test_a_first_signature_records_person_time_and_hash(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        person = intermediary_of(contract)

        signature = sign(contract, person)

        assert (signature.party, signature.signed_by, signature.signer_name) == ("intermediary", person, person.name)
        assert signature.signed_at == clock.now()
        assert signature.sha256 == contract.current_text.sha256
        assert Contract.objects.get().state == "signing"

    def test_the_second_signature_begins_the_service(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, owner_of(contract))

        sign(contract, intermediary_of(contract))

        contract = Contract.objects.get()
        assert (contract.state, contract.signed_at) == ("in_service", clock.now())
        assert contract.award.work_request.status == "contracted"
        assert DueWork.objects.filter(kind="contracting.delivery_due").count() == 2

    def test_the_request_is_in_service_from_the_service_s_first_day(self, frozen_clock):
        contract = ContractFactory(signed=True)

        frozen_clock.move_to("2026-12-03 23:59")
        outbox.run_due()
        before = Contract.objects.get().award.work_request.status
        frozen_clock.move_to("2026-12-04 00:01")
        outbox.run_due()

        assert before == "contracted"
        assert contract.service_starts_on == date(2026, 12, 4)
        assert Contract.objects.get().award.work_request.status == "in_service"

    def test_the_contract_replaces_its_award_in_the_credit_record_and_signing_counts_as_kept(self, frozen_clock):
        contract = ContractFactory(signed=True)

        engagement = Engagement.objects.get(number=contract.number)
        step = ProcessStep.objects.get(contract_no=contract.number, kind="signing")

        assert engagement.dated_on == date(2026, 11, 23)
        assert engagement.replaces.number == contract.award.number
        assert (step.kept, step.own_fault, step.due_on) == (True, True, clock.date_of(contract.sign_due_at))

    def test_the_same_side_cannot_sign_twice(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, owner_of(contract))

        with pytest.raises(UnableToSign, match="signed this text already"):
            sign(contract, owner_of(contract))

        assert Signature.objects.count() == 1

    def test_a_stale_hash_is_refused(self, frozen_clock):
        contract = ContractFactory(agreed=True)

        with pytest.raises(UnableToSign, match="text has changed"):
            services.sign_contract(contract_id=contract.pk, sha256="0" * 64, actor=owner_of(contract))

        assert not Signature.objects.exists()

    def test_before_the_terms_are_agreed_nobody_signs(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        with pytest.raises(UnableToSign, match="does not wait for signatures"):
            sign(contract, owner_of(contract))

        assert not Signature.objects.exists()

    def test_a_text_whose_delivery_dates_have_passed_is_not_signed(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        frozen_clock.move_to("2027-01-23 09:00")

        with pytest.raises(UnableToSign, match="delivery date of this text has passed"):
            sign(contract, owner_of(contract))

        assert not Signature.objects.exists()

    def test_strangers_readers_and_regulators_do_not_sign(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        people = [
            MembershipFactory().user,
            MembershipFactory(organisation=contract.owner, reader=True).user,
            MembershipFactory(regulator=True).user,
        ]

        for person in people:
            with pytest.raises(Refused):
                sign(contract, person)

        assert not Signature.objects.exists()

    def test_while_the_request_is_suspended_nobody_signs(self, frozen_clock):
        from marketplace.tendering import services as tendering

        contract = ContractFactory(agreed=True)
        regulator = MembershipFactory(regulator=True).user
        tendering.suspend_request(request_id=contract.award.work_request_id, reason="核查", actor=regulator)

        with pytest.raises(UnableToSign, match="suspended"):
            sign(contract, owner_of(contract))

        assert not Signature.objects.exists()

    def test_a_signature_can_be_neither_changed_nor_deleted(self, frozen_clock):
        ContractFactory(signed=True)

        for change in (lambda rows: rows.update(signer_name="别人"), lambda rows: rows.all()._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(Signature.objects.all())

        assert Signature.objects.count() == 2

    def test_a_text_proposed_after_a_signature_is_signed_anew_by_both(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, owner_of(contract))
        services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract, (50, 50)))
        sha256 = Contract.objects.get().current_text.sha256
        services.agree_terms(contract_id=contract.pk, sha256=sha256, actor=intermediary_of(contract))

        sign(contract, intermediary_of(contract))

        assert Contract.objects.get().state == "signing"
