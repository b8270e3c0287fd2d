from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.accounts.models import Notice, Organisation
from marketplace.accounts.services import CodeTaken
from marketplace.core import audit
from marketplace.core.failures import SavedElsewhere
from marketplace.core.models import StoredFile
from marketplace.core.typed.identifiers import with_check_digits
from marketplace.registry import services
from marketplace.registry.models import Intermediary, Registration
from marketplace.registry.services import UnableToFile, UnableToRegister
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import IntermediaryFactory, PractitionerFactory, QualificationFactory
from tests.registry import filings

pytestmark = pytest.mark.django_db
CODE = with_check_digits("91320400MA0C8A7B")


def state(registration):
    return Registration.objects.values("state", "payload", "version").get(pk=registration.pk)


class TestRegisterFirm:
    def test_records_the_firm_with_the_person_as_its_administrator(self, frozen_clock):
        person = UserFactory()

        spaced = f" {CODE[:4].lower()} {CODE[4:].lower()}"
        registration = services.register_firm(uscc=spaced, name_zh="常州乌有环保咨询有限公司", actor=person)

        organisation = Organisation.objects.get(uscc=CODE)
        assert registration.number == "RZ-2026-0001"
        assert registration.intermediary.organisation == organisation
        assert organisation.memberships.get().user == person
        assert Intermediary.objects.get().status == "draft"

    def test_a_code_with_a_wrong_check_digit_is_refused_and_nothing_is_recorded(self):
        wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")

        with pytest.raises(ValidationError, match="check digit"):
            services.register_firm(uscc=wrong, name_zh="乌有", actor=UserFactory())

        assert not Organisation.objects.exists()
        assert not Registration.objects.exists()

    def test_a_code_that_is_taken_is_refused_and_nothing_is_recorded(self):
        OrganisationFactory(intermediary=True, uscc=CODE)

        with pytest.raises(CodeTaken):
            services.register_firm(uscc=CODE, name_zh="乌有", actor=UserFactory())

        assert not Registration.objects.exists()


class TestStartRegistration:
    def test_gives_back_the_open_one_when_pressed_twice(self):
        registration, person = filings.draft()

        again = services.start_registration(organisation=registration.intermediary.organisation, actor=person)

        assert again == registration
        assert Registration.objects.count() == 1

    def test_an_enterprise_cannot_register(self):
        membership = MembershipFactory()

        with pytest.raises(PermissionDenied):
            services.start_registration(organisation=membership.organisation, actor=membership.user)

        assert not Intermediary.objects.exists()

    def test_a_reader_cannot_begin(self):
        membership = MembershipFactory(reader=True, organisation=OrganisationFactory(intermediary=True))

        with pytest.raises(PermissionDenied):
            services.start_registration(organisation=membership.organisation, actor=membership.user)

        assert not Registration.objects.exists()

    def test_a_listed_firm_files_a_change_instead(self):
        firm = IntermediaryFactory()
        person = MembershipFactory(organisation=firm.organisation).user

        with pytest.raises(UnableToRegister, match="change of particulars"):
            services.start_registration(organisation=firm.organisation, actor=person)

        assert not Registration.objects.exists()


class TestSaveStep:
    def test_keeps_what_is_half_filled_and_drops_blank_rows_and_foreign_fields(self):
        registration, person = filings.draft()

        services.save_step(
            registration_id=registration.pk,
            step="qualifications",
            data={"rows": [{"number": " 苏 1 ", "valid_to": "tomorrow", "verified_on": "2026-01-01"}, {"number": ""}]},
            actor=person,
        )

        rows = state(registration)["payload"]["qualifications"]["rows"]
        assert [{name: row[name] for name in row if name != "key"} for row in rows] == [
            {
                "qualification_type": "",
                "level": "",
                "number": "苏 1",
                "issuer": "",
                "valid_from": "",
                "valid_to": "tomorrow",
            }
        ]
        assert len(rows[0]["key"]) == 8

    def test_writes_an_audit_line_only_where_something_changed(self):
        registration, person = filings.draft()
        data = {"authorised_person": "周某"}

        for _ in range(2):
            services.save_step(registration_id=registration.pk, step="documents", data=data, actor=person)

        assert [line.action for line in audit.trail(registration.audit_matter)] == ["start", "save documents"]

    def test_a_page_older_than_the_draft_is_refused_and_nothing_is_lost(self):
        registration, person = filings.draft()
        saved = {"authorised_person": "周某"}
        services.save_step(registration_id=registration.pk, step="documents", data=saved, actor=person, version=0)
        before = state(registration)

        with pytest.raises(SavedElsewhere, match="Another window"):
            services.save_step(registration_id=registration.pk, step="documents", data={}, actor=person, version=0)

        assert state(registration) == before

    def test_nothing_is_saved_after_filing(self):
        registration, person = filings.filed()
        before = state(registration)

        with pytest.raises(UnableToRegister, match="has been filed"):
            services.save_step(registration_id=registration.pk, step="holders", data={}, actor=person)

        assert state(registration) == before

    def test_a_stranger_cannot_save(self):
        registration, _ = filings.draft()
        before = state(registration)

        with pytest.raises(PermissionDenied):
            services.save_step(registration_id=registration.pk, step="holders", data={}, actor=UserFactory())

        assert state(registration) == before

    def test_the_commitment_keeps_who_signed_and_when(self, frozen_clock):
        registration, person = filings.draft()
        for _ in range(2):
            services.save_step(registration_id=registration.pk, step="commitment", data={"agreed": "on"}, actor=person)
            frozen_clock.advance(hours=1)

        assert state(registration)["payload"]["commitment"] == {
            "agreed": True,
            "version": "2026.1",
            "agreed_at": "2026-11-23T02:00:00+00:00",
            "agreed_by": person.pk,
            "agreed_by_name": str(person),
        }

    def test_more_rows_than_a_firm_can_have_are_refused(self):
        registration, person = filings.draft()
        rows = [{"name": f"王某{n}"} for n in range(101)]

        with pytest.raises(UnableToRegister, match="at most 100"):
            services.save_step(registration_id=registration.pk, step="holders", data={"rows": rows}, actor=person)

        assert state(registration)["payload"]["holders"]["rows"] == []


class TestAttachDocument:
    def test_a_disguised_upload_is_refused_at_its_field_and_nothing_is_stored(self):
        registration, person = filings.draft()
        program = SimpleUploadedFile("licence.pdf", b"MZ\x90\x00 not a licence")

        with pytest.raises(UnableToRegister) as refused:
            services.attach_document(registration_id=registration.pk, document="licence", upload=program, actor=person)

        assert list(refused.value.field_errors) == ["licence"]
        assert not StoredFile.objects.exists()

    def test_an_oversize_upload_is_refused(self, settings):
        settings.MAX_UPLOAD_BYTES = 10
        registration, person = filings.draft()

        with pytest.raises(UnableToRegister):
            services.attach_document(
                registration_id=registration.pk, document="licence", upload=filings.pdf(), actor=person
            )

        assert not StoredFile.objects.exists()


class TestFileRegistration:
    def test_starts_the_clock_of_two_working_days(self, frozen_clock):
        frozen_clock.move_to("2026-11-27 16:00")  # a Friday

        registration, person = filings.filed()

        assert registration.state == "filed"
        assert registration.round == 1
        assert registration.due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)  # 24:00 of Tuesday, 1 December
        assert Intermediary.objects.get().status == "under_review"
        assert Notice.objects.get(user=person).title.startswith("RZ-2026-0001")

    def test_an_empty_draft_is_refused_with_every_point(self):
        registration, person = filings.draft()

        with pytest.raises(UnableToFile) as refused:
            services.file_registration(registration_id=registration.pk, actor=person)

        steps = {problem.step for problem in refused.value.problems}
        assert steps == {"particulars", "holders", "documents", "practitioners", "offers", "commitment"}
        assert state(registration)["state"] == "draft"
        assert Intermediary.objects.get().status == "draft"

    def test_a_certificate_of_another_firm_is_refused_at_its_row(self):
        item = ServiceItemFactory()
        QualificationFactory(qualification_type=item.qualification_type, number="苏环评2026-001")
        registration, person = filings.draft()
        filings.complete(registration, person, item, number="苏环评 2026-001")

        with pytest.raises(UnableToFile) as refused:
            services.file_registration(registration_id=registration.pk, actor=person)

        assert [(each.step, each.field, each.row) for each in refused.value.problems] == [
            ("qualifications", "number", 0)
        ]
        assert state(registration)["state"] == "draft"

    def test_a_practitioner_of_another_firm_is_refused(self):
        PractitionerFactory(licence_type="环境影响评价工程师", licence_no="BH000001")
        registration, person = filings.draft()
        filings.complete(registration, person)

        with pytest.raises(UnableToFile) as refused:
            services.file_registration(registration_id=registration.pk, actor=person)

        assert [(each.step, each.field) for each in refused.value.problems] == [("practitioners", "licence_no")]

    def test_a_certificate_that_another_firm_gave_up_can_be_filed(self):
        item = ServiceItemFactory()
        QualificationFactory(withdrawn=True, qualification_type=item.qualification_type, number="苏环评2026-001")

        registration, _ = filings.filed(item)

        assert registration.state == "filed"

    def test_pressing_twice_files_once(self):
        registration, person = filings.filed()

        with pytest.raises(UnableToRegister):
            services.file_registration(registration_id=registration.pk, actor=person)

        assert Registration.objects.get(pk=registration.pk).round == 1


class TestWithdrawRegistration:
    def test_drops_a_change_and_leaves_the_record(self):
        firm, person, _ = filings.passed()
        change = services.start_change(intermediary_id=firm.pk, actor=person)

        services.withdraw_registration(registration_id=change.pk, actor=person)

        assert Registration.objects.get(pk=change.pk).state == "withdrawn"
        assert services.start_change(intermediary_id=firm.pk, actor=person) != change

    def test_a_first_registration_stays(self):
        registration, person = filings.draft()

        with pytest.raises(UnableToRegister):
            services.withdraw_registration(registration_id=registration.pk, actor=person)

        assert state(registration)["state"] == "draft"
