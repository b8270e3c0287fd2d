import pytest
from django.core.exceptions import PermissionDenied

from marketplace.core import audit
from marketplace.registry import leaving, services
from marketplace.registry.models import Intermediary, Registration
from marketplace.registry.services import UnableToLeave
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.contracting import ContractFactory
from tests.factories.credit import ConductEventFactory
from tests.factories.registry import IntermediaryFactory, RegistrationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return IntermediaryFactory()


@pytest.fixture
def person(firm):
    return MembershipFactory(organisation=firm.organisation).user


@pytest.fixture
def blockers(monkeypatch):
    found = []
    monkeypatch.setattr(leaving, "_blockers", [lambda firm: found])
    return found


class TestLeaveMarket:
    def test_closes_the_record_and_drops_an_open_change(self, firm, person, blockers):
        change = RegistrationFactory(change=True, intermediary=firm)

        services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        closed = Intermediary.objects.get()
        assert (closed.status, closed.closing_reason) == ("closed", "转行")
        assert list(Intermediary.objects.public()) == [firm]
        assert list(Intermediary.objects.listed()) == []
        assert Registration.objects.get(pk=change.pk).state == "withdrawn"
        assert audit.trail(firm.audit_matter)[-1].action == "leave"

    def test_a_contract_under_way_keeps_the_firm(self, frozen_clock):
        contract = ContractFactory()
        firm = contract.award.intermediary
        person = MembershipFactory(organisation=firm.organisation).user

        with pytest.raises(UnableToLeave, match=contract.number):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        assert Intermediary.objects.get(pk=firm.pk).status == "listed"

    def test_what_another_app_names_keeps_the_firm(self, firm, person, blockers):
        blockers.append("An award is open.")

        with pytest.raises(UnableToLeave, match="An award is open"):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        assert Intermediary.objects.get().status == "listed"

    def test_an_undecided_credit_case_keeps_the_firm(self, firm, person):
        ConductEventFactory(subject=firm.organisation)

        with pytest.raises(UnableToLeave, match="is not decided yet"):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        assert Intermediary.objects.get().status == "listed"

    def test_a_change_that_is_being_checked_keeps_the_firm(self, firm, person, blockers):
        RegistrationFactory(change=True, filed=True, intermediary=firm)

        with pytest.raises(UnableToLeave, match="being checked"):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        assert Intermediary.objects.get().status == "listed"

    def test_a_stranger_is_refused(self, firm, blockers):
        with pytest.raises(PermissionDenied):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=UserFactory())

        assert Intermediary.objects.get().status == "listed"

    def test_leaving_twice_is_refused(self, firm, person, blockers):
        services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)

        with pytest.raises(UnableToLeave):
            services.leave_market(intermediary_id=firm.pk, reason="转行", actor=person)
