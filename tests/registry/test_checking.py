from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.accounts.models import Notice, Organisation
from marketplace.core import audit, events
from marketplace.registry import services
from marketplace.registry.events import IntermediaryChanged, IntermediaryListed
from marketplace.registry.models import Intermediary, Offer, Practitioner, Qualification, Registration
from marketplace.registry.services import UnableToCheck
from tests.factories.accounts import MembershipFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import QualificationFactory
from tests.registry import filings

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch):
    told = []
    monkeypatch.setattr("marketplace.registry.services.checking.publish", told.append)
    assert events.publish
    return told


class TestCheckItem:
    def test_a_second_finding_replaces_the_first(self):
        registration, _ = filings.filed()
        officer = filings.regulator()
        arguments = {"registration_id": registration.pk, "item": "holders", "actor": officer}
        services.check_item(**arguments, verdict="return", reason="缺少股东名册")

        services.check_item(**arguments, verdict="pass")

        assert [(check.verdict, check.reason) for check in registration.checks.all()] == [("pass", "")]
        assert [line.action for line in audit.trail(registration.audit_matter)][-2:] == ["check item", "check item"]

    @pytest.mark.parametrize(
        ("item", "verdict", "reason"),
        [
            ("holders", "return", "  "),
            ("holders", "maybe", ""),
            ("nothing", "pass", ""),
            ("holders", "return", "长" * 1001),
        ],
    )
    def test_what_says_nothing_is_refused_and_nothing_is_recorded(self, item, verdict, reason):
        registration, _ = filings.filed()

        with pytest.raises(UnableToCheck):
            services.check_item(
                registration_id=registration.pk, item=item, verdict=verdict, reason=reason, actor=filings.regulator()
            )

        assert not registration.checks.exists()

    def test_a_member_of_the_firm_never_checks_it(self):
        registration, _ = filings.filed()
        officer = filings.regulator()
        MembershipFactory(user=officer, organisation=registration.intermediary.organisation, reader=True)

        with pytest.raises(PermissionDenied, match="belong to this firm"):
            services.check_item(registration_id=registration.pk, item="holders", verdict="pass", actor=officer)

        assert not registration.checks.exists()

    def test_who_is_no_regulator_does_not_check(self):
        registration, person = filings.filed()

        with pytest.raises(PermissionDenied):
            services.check_item(registration_id=registration.pk, item="holders", verdict="pass", actor=person)

        assert not registration.checks.exists()

    def test_a_page_of_an_earlier_filing_is_refused(self):
        registration, person = filings.filed()
        officer = filings.regulator()
        services.check_items(
            registration_id=registration.pk, findings=filings.findings(registration, holders="缺少"), actor=officer
        )
        services.return_registration(registration_id=registration.pk, actor=officer)
        services.file_registration(registration_id=registration.pk, actor=person)

        with pytest.raises(UnableToCheck, match="moved on"):
            services.check_item(registration_id=registration.pk, item="holders", verdict="pass", actor=officer, round=1)

        assert not registration.checks.filter(round=2).exists()


class TestPassRegistration:
    def test_lists_the_firm_at_once_with_all_that_was_filed(self, frozen_clock, published):
        item = ServiceItemFactory()
        registration, person = filings.filed(item)
        officer = filings.regulator()
        services.check_items(registration_id=registration.pk, findings=filings.findings(registration), actor=officer)
        frozen_clock.move_to("2026-11-24 15:00")

        services.pass_registration(registration_id=registration.pk, actor=officer)

        firm = Intermediary.objects.select_related("organisation").get()
        qualification = Qualification.objects.get()
        assert (firm.status, firm.listed_on, firm.commitment_version) == ("listed", date(2026, 11, 24), "2026.1")
        assert firm.organisation.legal_representative == "李某"
        assert [(holder.name, holder.share_percent) for holder in firm.organisation.holders.all()] == [
            ("王某", Decimal("60.00"))
        ]
        assert (qualification.number, qualification.verified_on) == ("苏环评 2026-001", date(2026, 11, 24))
        assert Practitioner.objects.get().licence_no == "BH000001"
        assert [(offer.item, offer.amount, offer.days) for offer in Offer.objects.all()] == [
            (item, Decimal("156864.00"), 30)
        ]
        assert firm.organisation.standing.score == Decimal("86.00")
        assert Notice.objects.filter(user=person, key__contains="passed").count() == 1
        assert published == [IntermediaryListed(firm.pk)]
        assert [line.action for line in audit.trail(firm.audit_matter)] == ["list"]

    def test_an_unchecked_item_stands_in_the_way(self):
        registration, _ = filings.filed()

        with pytest.raises(UnableToCheck, match="every item"):
            services.pass_registration(registration_id=registration.pk, actor=filings.regulator())

        assert Registration.objects.get().state == "filed"
        assert Intermediary.objects.get().status == "under_review"

    def test_a_returned_item_stands_in_the_way(self):
        registration, _ = filings.filed()
        officer = filings.regulator()
        services.check_items(
            registration_id=registration.pk, findings=filings.findings(registration, holders="缺少"), actor=officer
        )

        with pytest.raises(UnableToCheck, match="return the registration"):
            services.pass_registration(registration_id=registration.pk, actor=officer)

        assert Registration.objects.get().state == "filed"

    def test_a_certificate_taken_meanwhile_stands_in_the_way(self):
        item = ServiceItemFactory()
        registration, _ = filings.filed(item)
        officer = filings.regulator()
        services.check_items(registration_id=registration.pk, findings=filings.findings(registration), actor=officer)
        QualificationFactory(qualification_type=item.qualification_type, number="苏环评2026-001")

        with pytest.raises(UnableToCheck, match="another intermediary"):
            services.pass_registration(registration_id=registration.pk, actor=officer)

        assert Registration.objects.get().state == "filed"
        assert Qualification.objects.count() == 1
        assert not Offer.objects.exists()

    def test_a_certificate_that_expired_during_the_check_stands_in_the_way(self, frozen_clock):
        registration, _ = filings.filed()
        officer = filings.regulator()
        services.check_items(registration_id=registration.pk, findings=filings.findings(registration), actor=officer)
        frozen_clock.move_to("2028-06-01 09:00")

        with pytest.raises(UnableToCheck, match="expired"):
            services.pass_registration(registration_id=registration.pk, actor=officer)

        assert Registration.objects.get().state == "filed"

    def test_a_second_decision_is_refused(self):
        firm, _, officer = filings.passed()

        with pytest.raises(UnableToCheck, match="moved on"):
            services.pass_registration(registration_id=firm.registrations.get().pk, actor=officer)


class TestReturnRegistration:
    def test_tells_the_firm_why_and_lets_it_file_again(self, frozen_clock):
        registration, person = filings.filed()
        officer = filings.regulator()
        services.check_items(
            registration_id=registration.pk,
            findings=filings.findings(registration, qualifications="证书编号查无此证"),
            actor=officer,
        )

        services.return_registration(registration_id=registration.pk, actor=officer)

        assert Registration.objects.get().state == "returned"
        assert Intermediary.objects.get().status == "returned"
        assert "证书编号查无此证" in Notice.objects.get(key__contains="returned").body
        services.file_registration(registration_id=registration.pk, actor=person)
        assert Registration.objects.get().round == 2
        assert Intermediary.objects.get().status == "under_review"

    def test_nothing_to_correct_is_no_return(self):
        registration, _ = filings.filed()
        officer = filings.regulator()
        services.check_items(registration_id=registration.pk, findings=filings.findings(registration), actor=officer)

        with pytest.raises(UnableToCheck, match="nothing to return"):
            services.return_registration(registration_id=registration.pk, actor=officer)

        assert Registration.objects.get().state == "filed"


class TestChangeOfParticulars:
    def change(self, firm, person, **edits):
        change = services.start_change(intermediary_id=firm.pk, actor=person)
        payload = Registration.objects.get(pk=change.pk).payload
        for step, edit in edits.items():
            entry = payload.get(step) or {}
            edit(entry)
            services.save_step(registration_id=change.pk, step=step, data=entry, actor=person)
        services.save_step(registration_id=change.pk, step="commitment", data={"agreed": True}, actor=person)
        services.save_step(
            registration_id=change.pk, step="documents", data={"authorised_person": "周某"}, actor=person
        )
        services.file_registration(registration_id=change.pk, actor=person)
        return Registration.objects.get(pk=change.pk)

    def decide(self, change, officer):
        services.check_items(registration_id=change.pk, findings=filings.findings(change), actor=officer)
        services.pass_registration(registration_id=change.pk, actor=officer)

    def test_the_record_stands_until_the_change_has_passed(self, published):
        firm, person, officer = filings.passed()
        published.clear()

        change = self.change(firm, person, particulars=lambda entry: entry.update(legal_representative="赵某"))

        assert Organisation.objects.get(pk=firm.organisation_id).legal_representative == "李某"
        assert Intermediary.objects.get(pk=firm.pk).status == "listed"
        self.decide(change, officer)
        assert Organisation.objects.get(pk=firm.organisation_id).legal_representative == "赵某"
        assert published == [IntermediaryChanged(firm.pk)]

    def test_what_is_no_longer_named_is_withdrawn_and_stays_for_its_time(self, frozen_clock):
        firm, person, officer = filings.passed()
        before = Qualification.objects.get()
        frozen_clock.move_to("2026-12-01 10:00")

        def renew(entry):
            entry["rows"][0]["valid_to"] = "2031-05-31"

        self.decide(self.change(firm, person, qualifications=renew), officer)

        rows = {row.valid_to.year: row for row in firm.qualifications.all()}
        assert rows[2028].pk == before.pk
        assert rows[2028].withdrawn_at == rows[2031].recorded_at
        assert list(firm.qualifications.current()) == [rows[2031]]
        assert list(firm.qualifications.recorded_at(before.recorded_at)) == [rows[2028]]

    def test_what_stays_is_verified_anew_and_not_rewritten(self, frozen_clock):
        firm, person, officer = filings.passed()
        frozen_clock.move_to("2026-12-01 10:00")

        self.decide(self.change(firm, person), officer)

        assert Qualification.objects.get().verified_on == date(2026, 12, 1)
        assert Practitioner.objects.count() == 1

    def test_a_price_set_during_the_check_stands(self):
        item = ServiceItemFactory()
        firm, person, officer = filings.passed(item)
        change = self.change(firm, person)
        services.set_offer(
            intermediary_id=firm.pk, item=item, pricing="fixed", amount=Decimal("99000"), days=20, actor=person
        )

        self.decide(change, officer)

        assert firm.offers.get().amount == Decimal("99000.00")

    def test_a_new_service_with_a_qualification_comes_by_a_change(self):
        item = ServiceItemFactory()
        other = ServiceItemFactory(qualification_type=item.qualification_type)
        firm, person, officer = filings.passed(item)

        def add(entry):
            entry["rows"] = [{"item": other.code, "pricing": "fixed", "amount": "500", "days": "10"}]

        self.decide(self.change(firm, person, offers=add), officer)

        assert set(firm.offers.values_list("item__code", flat=True)) == {item.code, other.code}
