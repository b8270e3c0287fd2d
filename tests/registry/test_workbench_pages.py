"""The registration in steps, the record and the offers, as the firm's people use them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.additions.duties import duties_of, matters_of
from marketplace.core.typed.identifiers import with_check_digits
from marketplace.registry import services
from marketplace.registry.models import Intermediary, Offer, Registration
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import IntermediaryFactory, OfferFactory, QualificationFactory
from tests.registry import filings
from tests.words import words_of

pytestmark = pytest.mark.django_db
CODE = with_check_digits("91320400MA0C8A7B")


def base(registration):
    return f"/en/workbench/registrations/{registration.number}/"


def step(registration, name):
    return f"{base(registration)}steps/{name}/"


@pytest.fixture
def drafted(client):
    registration, person = filings.draft()
    client.force_login(person)
    return registration


def payload(registration):
    return Registration.objects.get(pk=registration.pk).payload


class TestStart:
    def test_a_new_person_begins_with_code_and_name(self, client):
        client.force_login(UserFactory())

        response = client.post(
            "/en/workbench/registration/start/", {"uscc": CODE, "name_zh": "常州乌有环保咨询有限公司"}
        )

        registration = Registration.objects.get()
        assert response["Location"] == step(registration, "particulars")
        assert registration.intermediary.uscc == CODE

    @pytest.mark.parametrize(
        ("code", "words"),
        [(CODE[:-1] + "#", "digits and capitals only"), (CODE[:-1], "18 characters"), ("", "required")],
    )
    def test_a_faulty_code_is_named_at_its_field(self, client, code, words):
        client.force_login(UserFactory())

        response = client.post("/en/workbench/registration/start/", {"uscc": code, "name_zh": "乌有"})

        assert response.status_code == 422
        assert words in str(response.context["form"].errors["uscc"])
        assert not Registration.objects.exists()

    def test_a_wrong_check_digit_is_named_at_its_field(self, client):
        client.force_login(UserFactory())
        wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")

        response = client.post("/en/workbench/registration/start/", {"uscc": wrong, "name_zh": "乌有"})

        assert "check digit" in str(response.context["form"].errors["uscc"])
        assert not Registration.objects.exists()

    def test_a_code_that_is_taken_is_named_at_its_field(self, client):
        OrganisationFactory(intermediary=True, uscc=CODE)
        client.force_login(UserFactory())

        response = client.post("/en/workbench/registration/start/", {"uscc": CODE, "name_zh": "乌有"})

        assert "registered already" in str(response.context["form"].errors["uscc"])

    def test_a_registered_firm_is_led_to_its_record(self, client):
        client.force_login(MembershipFactory(organisation=IntermediaryFactory().organisation).user)

        for method in (client.get, client.post):
            assert method("/en/workbench/registration/start/")["Location"] == "/en/workbench/record/"
        assert not Registration.objects.exists()

    def test_a_visitor_signs_in_first(self, client):
        assert client.get("/en/workbench/registration/start/").status_code == 302


class TestSteps:
    @pytest.mark.parametrize(
        "name", ["particulars", "holders", "documents", "qualifications", "practitioners", "offers", "commitment"]
    )
    def test_each_shows_an_empty_draft(self, client, drafted, name):
        assert client.get(step(drafted, name)).status_code == 200

    def test_saving_keeps_what_is_wrong_and_says_so_only_on_going_on(self, client, drafted):
        data = {"version": 0, "rows": "1", "rows-0-name": "王某", "rows-0-share_percent": "10"}

        saved = client.post(f"{step(drafted, 'holders')}leave/", data)
        refused = client.post(step(drafted, "holders"), data | {"version": 1})

        assert saved["Location"] == base(drafted)
        assert payload(drafted)["holders"]["rows"][0]["share_percent"] == "10"
        assert refused.status_code == 422
        page = refused.content.decode()
        assert page.count("Enter a share from 25 to 100 percent.") == 2  # above and at the field
        assert 'href="#id_rows-0-share_percent"' in page

    def test_a_right_step_leads_to_the_next(self, client, drafted):
        data = {"version": 0, "rows": "1", "rows-0-name": "王某", "rows-0-share_percent": "60"}

        assert client.post(step(drafted, "holders"), data)["Location"] == step(drafted, "documents")

    def test_rows_are_added_and_removed_without_javascript(self, client, drafted):
        data = {"version": 0, "rows": "2", "rows-0-name": "王某", "rows-1-name": "赵某"}

        added = client.post(f"{step(drafted, 'holders')}rows/", data)
        page = client.get(added["Location"])
        client.post(f"{step(drafted, 'holders')}rows/0/remove/", data | {"version": 1})

        assert len(page.context["forms"].forms) == 3
        assert [row["name"] for row in payload(drafted)["holders"]["rows"]] == ["赵某"]

    @pytest.mark.parametrize("rows", ["-1", "x", "", "999999999"])
    def test_a_forged_number_of_rows_does_no_harm(self, client, drafted, rows):
        assert client.post(f"{step(drafted, 'holders')}leave/", {"version": 0, "rows": rows}).status_code == 302
        assert payload(drafted)["holders"]["rows"] == []

    def test_a_stale_page_is_refused_and_shows_both(self, client, drafted):
        url = step(drafted, "holders")
        client.post(url, {"version": 0, "rows": "1", "rows-0-name": "王某"})

        response = client.post(url, {"version": 0, "rows": "1", "rows-0-name": "赵某"})

        assert response.status_code == 409
        page = response.content.decode()
        assert "Another window saved this page at" in page
        assert "王某" in page
        assert 'value="赵某"' in page
        assert payload(drafted)["holders"]["rows"][0]["name"] == "王某"

    def test_what_was_shown_beside_can_be_replaced_knowingly(self, client, drafted):
        url = step(drafted, "holders")
        client.post(url, {"version": 0, "rows": "1", "rows-0-name": "王某"})
        refused = client.post(url, {"version": 0, "rows": "1", "rows-0-name": "赵某"})

        version = refused.context["registration"].version
        client.post(url, {"version": version, "rows": "1", "rows-0-name": "赵某"})

        assert payload(drafted)["holders"]["rows"][0]["name"] == "赵某"

    def test_a_page_sent_after_filing_is_refused(self, client):
        registration, person = filings.filed()
        client.force_login(person)
        before = payload(registration)

        response = client.post(step(registration, "holders"), {"version": 20, "rows": "0"})

        assert response.status_code == 409
        assert "has been filed" in response.content.decode()
        assert payload(registration) == before

    def test_the_licence_is_uploaded_and_downloaded(self, client, drafted):
        data = {"version": 0, "authorised_person": "周某", "licence": filings.pdf()}
        client.post(step(drafted, "documents"), data)

        response = client.get(f"{base(drafted)}documents/licence/")

        assert b"".join(response.streaming_content) == filings.PDF
        assert response["Content-Disposition"] == 'attachment; filename="licence.pdf"'

    def test_a_disguised_upload_is_named_at_its_field_and_the_page_keeps_the_text(self, client, drafted):
        program = SimpleUploadedFile("licence.pdf", b"MZ\x90\x00")
        data = {"version": 0, "authorised_person": "周某", "licence": program}

        response = client.post(step(drafted, "documents"), data)

        assert response.status_code == 422
        assert "content is not that of a .pdf file" in str(response.context["forms"].form.errors["licence"])
        assert 'value="周某"' in response.content.decode()
        assert not any(payload(drafted).get("documents", {}).values())

    def test_an_unknown_step_is_not_found(self, client, drafted):
        assert client.get(step(drafted, "nothing")).status_code == 404

    def test_a_returned_registration_shows_the_reason_at_its_row(self, client):
        registration, person = filings.filed()
        officer = filings.regulator()
        reasons = filings.findings(registration, qualifications="查无此证", holders="比例不符")
        services.check_items(registration_id=registration.pk, findings=reasons, actor=officer)
        services.return_registration(registration_id=registration.pk, actor=officer)
        client.force_login(person)

        whole = client.get(base(registration)).content.decode()
        row = client.get(step(registration, "qualifications")).context["forms"].forms[0]

        assert "查无此证" in whole
        assert "比例不符" in whole
        assert row.reason == "查无此证"
        assert "比例不符" in client.get(step(registration, "holders")).content.decode()


class TestSavingAsOneTypes:
    def typed(self, client, registration, name, data):
        return client.post(f"{step(registration, name)}typed/", data)

    def test_keeps_what_is_half_typed_and_says_when(self, client, drafted, frozen_clock):
        answer = self.typed(client, drafted, "holders", {"version": 0, "rows": "1", "rows-0-share_percent": "三十"})

        assert answer.json()["saved_at"] == "10:00"
        assert answer.json()["fields"]["version"] == "1"
        assert payload(drafted)["holders"]["rows"][0]["share_percent"] == "三十"

    def test_gives_a_new_row_its_key_once(self, client, drafted):
        data = {"version": 0, "rows": "2", "rows-1-name": "王"}
        first = self.typed(client, drafted, "holders", data).json()["fields"]

        second = self.typed(client, drafted, "holders", data | first | {"rows-1-name": "王某"})

        assert second.json()["fields"]["rows-1-key"] == first["rows-1-key"]
        assert [row["key"] for row in payload(drafted)["holders"]["rows"]] == [first["rows-1-key"]]

    def test_does_not_overwrite_what_another_window_saved(self, client, drafted):
        self.typed(client, drafted, "holders", {"version": 0, "rows": "1", "rows-0-name": "王某"})

        answer = self.typed(client, drafted, "holders", {"version": 0, "rows": "1", "rows-0-name": "赵某"})

        assert answer.status_code == 409
        assert answer.json()["is_elsewhere"]
        assert payload(drafted)["holders"]["rows"][0]["name"] == "王某"

    def test_signs_nothing(self, client, drafted):
        assert self.typed(client, drafted, "commitment", {"version": 0, "agreed": "on"}).status_code == 404
        assert "commitment" not in payload(drafted)

    def test_only_the_firms_own_people_may(self, client, drafted):
        client.force_login(MembershipFactory().user)

        assert self.typed(client, drafted, "holders", {"version": 0}).status_code == 404


class TestFiling:
    def test_the_whole_is_read_through_and_filed(self, client):
        registration, person = filings.draft()
        registration = filings.complete(registration, person)
        client.force_login(person)

        page = client.get(base(registration))
        client.post(f"{base(registration)}file/", {"version": page.context["registration"].version})

        assert "File the registration" in page.content.decode()
        assert Registration.objects.get().state == "filed"

    def test_an_incomplete_one_shows_every_point_and_stays_a_draft(self, client, drafted):
        response = client.post(f"{base(drafted)}file/", {"version": 0})

        assert response.status_code == 409
        assert "Sign the commitment." in response.content.decode()
        assert Registration.objects.get().state == "draft"

    @pytest.mark.parametrize("who", ["stranger", "visitor"])
    def test_strangers_do_not_find_it(self, client, who):
        registration, _ = filings.draft()
        if who == "stranger":
            client.force_login(MembershipFactory().user)

        statuses = [
            client.get(base(registration)).status_code,
            client.get(step(registration, "holders")).status_code,
            client.post(step(registration, "holders")).status_code,
            client.post(f"{base(registration)}file/").status_code,
            client.post(f"{base(registration)}withdraw/").status_code,
            client.get(f"{base(registration)}documents/licence/").status_code,
        ]

        assert statuses == [404 if who == "stranger" else 302] * 6
        assert payload(registration)["holders"]["rows"] == []

    def test_a_reader_reads_and_changes_nothing(self, client):
        registration, _ = filings.draft()
        reader = MembershipFactory(organisation=registration.intermediary.organisation, reader=True).user
        client.force_login(reader)

        assert client.get(base(registration)).status_code == 200
        assert client.get(step(registration, "holders"))["Location"] == base(registration)
        assert client.post(step(registration, "holders"), {"version": 0}).status_code == 403
        assert client.post(f"{base(registration)}file/", {"version": 0}).status_code == 403


@pytest.fixture
def listed(client):
    firm = IntermediaryFactory()
    person = MembershipFactory(organisation=firm.organisation).user
    client.force_login(person)
    return firm


class TestRecord:
    def test_shows_the_record_and_begins_a_change(self, client, listed):
        QualificationFactory(intermediary=listed, number="苏 1")

        page = words_of(client.get("/en/workbench/record/"))
        response = client.post("/en/workbench/record/change/")

        change = Registration.objects.get()
        assert "苏 1" in page
        assert change.kind == "change"
        assert response["Location"] == base(change)

    def test_a_change_is_dropped(self, client, listed):
        client.post("/en/workbench/record/change/")

        client.post(f"{base(Registration.objects.get())}withdraw/")

        assert Registration.objects.get().state == "withdrawn"

    def test_leaving_needs_a_reason(self, client, listed):
        assert client.post("/en/workbench/record/leave/", {"reason": " "}).status_code == 422
        assert Intermediary.objects.get().status == "listed"

        client.post("/en/workbench/record/leave/", {"reason": "转行"})

        assert Intermediary.objects.get().status == "closed"


class TestOffers:
    def test_a_price_is_changed(self, client, listed):
        offer = OfferFactory(intermediary=listed)

        client.post(
            f"/en/workbench/offers/{offer.item.code}/", {"pricing": "fixed", "amount": "99000", "unit": "", "days": "9"}
        )

        changed = Offer.objects.get()
        assert (changed.pricing, str(changed.amount), changed.days) == ("fixed", "99000.00", 9)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"amount": "-1"}, "amount"),
            ({"amount": "0"}, "amount"),
            ({"amount": "9" * 30}, "amount"),
            ({"amount": "1e999"}, "amount"),
            ({"amount": "a lot"}, "amount"),
            ({"days": "0"}, "days"),
            ({"days": "400"}, "days"),
            ({"days": "soon"}, "days"),
            ({"pricing": "per_unit"}, "unit"),
            ({"pricing": "barter"}, "pricing"),
        ],
    )
    def test_what_does_not_fit_is_named_at_its_field_and_nothing_changes(self, client, listed, change, field):
        offer = OfferFactory(intermediary=listed)
        data = {"pricing": "fixed", "amount": "99000", "unit": "", "days": "9"} | change

        response = client.post(f"/en/workbench/offers/{offer.item.code}/", data)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert str(Offer.objects.get().amount) == "14.00"

    def test_only_services_without_qualification_can_be_added(self, client, listed):
        free, bound = ServiceItemFactory(qualification_type=None), ServiceItemFactory()
        data = {"pricing": "fixed", "amount": "500", "unit": "", "days": "9"}

        assert client.post("/en/workbench/offers/new/", data | {"item": bound.code}).status_code == 422
        assert client.post("/en/workbench/offers/new/", data | {"item": free.code}).status_code == 302
        assert Offer.objects.get().item == free

    def test_another_firms_offer_is_not_found(self, client, listed):
        offer = OfferFactory()

        assert client.get(f"/en/workbench/offers/{offer.item.code}/").status_code == 404
        assert client.post(f"/en/workbench/offers/{offer.item.code}/withdraw/").status_code == 404
        assert Offer.objects.exists()

    def test_the_last_service_stays_with_a_message(self, client, listed):
        offer = OfferFactory(intermediary=listed)

        response = client.post(f"/en/workbench/offers/{offer.item.code}/withdraw/", follow=True)

        assert "this is the last one" in response.content.decode()
        assert Offer.objects.exists()

    def test_the_list_takes_a_fixed_number_of_queries(self, client, listed, django_assert_max_num_queries):
        OfferFactory.create_batch(15, intermediary=listed)

        with django_assert_max_num_queries(24):
            client.get("/en/workbench/offers/")


class TestDuties:
    def test_a_regulator_has_what_was_filed_with_its_clock(self, frozen_clock):
        registration, _ = filings.filed()
        officer = filings.regulator()
        authority = officer.memberships.get().organisation

        duty = duties_of(officer, authority)[0]

        assert duty.object_label == registration.number
        assert duty.counterpart == str(registration.intermediary)
        assert duty.due_at == registration.due_at

    def test_a_firm_has_its_draft_and_what_expires(self, frozen_clock):
        registration, person = filings.draft()
        firm = IntermediaryFactory()
        QualificationFactory(intermediary=firm, expiring=True)
        QualificationFactory(intermediary=firm)
        member = MembershipFactory(organisation=firm.organisation).user

        assert [duty.object_label for duty in duties_of(person, registration.intermediary.organisation)] == [
            registration.number
        ]
        titles = [str(duty.title) for duty in duties_of(member, firm.organisation)]
        assert titles.count("Renew the qualification") == 1

    def test_a_registration_is_a_matter_until_it_has_passed(self):
        firm, person, _ = filings.passed()

        current, past = matters_of(person, firm.organisation)

        assert [matter.number for matter in current] == []
        assert [matter.number for matter in past] == [firm.registrations.get().number]
