import uuid
from datetime import date
from decimal import Decimal

import pytest

from marketplace.contracting import services
from marketplace.contracting.models import Payment
from marketplace.contracting.services import UnableToConfirmPayment, UnableToRecordPayment
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, PaymentFactory, intermediary_of, owner_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def record(contract, actor, amount="54000.00", paid_on=TODAY, **more):
    return services.record_payment(
        contract_id=contract.pk,
        amount=Decimal(amount),
        paid_on=paid_on,
        actor=actor,
        token=more.pop("token", None) or uuid.uuid4(),
        **more,
    )


class TestRecordPayment:
    @pytest.mark.parametrize(("person_of", "party"), [(owner_of, "owner"), (intermediary_of, "intermediary")])
    def test_either_side_records_and_it_waits_for_the_other(self, frozen_clock, person_of, party):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()

        payment = record(contract, person_of(contract), milestone_id=milestone.pk, note="工行回单 0012")

        assert (payment.recorded_party, payment.state, payment.milestone) == (party, "recorded", milestone)

    def test_the_same_form_twice_records_once(self, frozen_clock):
        contract = ContractFactory(signed=True)
        token = uuid.uuid4()

        first = record(contract, owner_of(contract), token=token)
        second = record(contract, owner_of(contract), token=token)

        assert first == second
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize(
        ("amount", "paid_on", "field"),
        [
            ("0", TODAY, "amount"),
            ("-5", TODAY, "amount"),
            ("NaN", TODAY, "amount"),
            ("180000.01", TODAY, "amount"),
            ("100", date(2026, 11, 24), "paid_on"),
            ("100", date(2026, 11, 22), "paid_on"),
        ],
    )
    def test_impossible_amounts_and_days_are_refused_at_their_field(self, frozen_clock, amount, paid_on, field):
        contract = ContractFactory(signed=True)

        with pytest.raises(UnableToRecordPayment) as refusal:
            record(contract, owner_of(contract), amount, paid_on)

        assert set(refusal.value.field_errors) == {field}
        assert not Payment.objects.exists()

    def test_all_payments_come_to_the_price_at_most_and_denied_ones_do_not_count(self, frozen_clock):
        contract = ContractFactory(signed=True)
        payment = record(contract, owner_of(contract), "100000")
        with pytest.raises(UnableToRecordPayment, match="cannot be recorded"):
            record(contract, owner_of(contract), "80000.01")
        services.deny_payment(payment_id=payment.pk, reason="未到账", actor=intermediary_of(contract))

        record(contract, owner_of(contract), "180000.00")

        assert Payment.objects.count() == 2

    def test_another_contract_s_milestone_is_refused(self, frozen_clock):
        contract, other = ContractFactory(signed=True), ContractFactory(signed=True)

        with pytest.raises(UnableToRecordPayment) as refusal:
            record(contract, owner_of(contract), milestone_id=other.milestones.first().pk)

        assert "milestone" in refusal.value.field_errors
        assert not Payment.objects.exists()

    def test_before_the_signatures_nothing_is_recorded(self, frozen_clock):
        contract = ContractFactory(agreed=True)

        with pytest.raises(UnableToRecordPayment, match="both sides have signed"):
            record(contract, owner_of(contract))

        assert not Payment.objects.exists()

    def test_strangers_record_nothing(self, frozen_clock):
        contract = ContractFactory(signed=True)

        for person in (MembershipFactory().user, MembershipFactory(regulator=True).user):
            with pytest.raises(Refused):
                record(contract, person)

        assert not Payment.objects.exists()


class TestAnswerPayment:
    def test_the_other_side_confirms(self, frozen_clock):
        payment = PaymentFactory()

        services.confirm_payment(payment_id=payment.pk, actor=intermediary_of(payment.contract))

        payment.refresh_from_db()
        assert (payment.state, payment.answered_by) == ("confirmed", intermediary_of(payment.contract))

    def test_the_other_side_denies_with_a_reason(self, frozen_clock):
        payment = PaymentFactory()

        services.deny_payment(payment_id=payment.pk, reason="未到账", actor=intermediary_of(payment.contract))

        payment.refresh_from_db()
        assert (payment.state, payment.denial_reason) == ("denied", "未到账")

    def test_a_denial_without_reason_is_refused(self, frozen_clock):
        payment = PaymentFactory()

        with pytest.raises(UnableToConfirmPayment, match="reason"):
            services.deny_payment(payment_id=payment.pk, reason="", actor=intermediary_of(payment.contract))

        assert Payment.objects.get().state == "recorded"

    def test_one_s_own_record_is_not_confirmed(self, frozen_clock):
        payment = PaymentFactory()

        with pytest.raises(UnableToConfirmPayment, match="other side"):
            services.confirm_payment(payment_id=payment.pk, actor=owner_of(payment.contract))

        assert Payment.objects.get().state == "recorded"

    def test_it_is_answered_once(self, frozen_clock):
        payment = PaymentFactory()
        services.confirm_payment(payment_id=payment.pk, actor=intermediary_of(payment.contract))

        with pytest.raises(UnableToConfirmPayment, match="already"):
            services.deny_payment(payment_id=payment.pk, reason="反悔", actor=intermediary_of(payment.contract))

        assert Payment.objects.get().state == "confirmed"
