from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from credit.models import ConductEvent, CreditRule, EventStep
from credit.services import load_credit_model
from marketplace.accounts.console import sync_console_access
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.credit import ConductEventFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture(autouse=True)
def _rules(db):
    load_credit_model()


def signed_in(client, **traits):
    user = MembershipFactory(**traits).user
    sync_console_access(user)
    client.force_login(user)
    return user


@pytest.fixture
def firm():
    return OrganisationFactory(intermediary=True)


def proposal(firm, **fields):
    return {
        "subject": firm.uscc,
        "rule": CreditRule.objects.get(code="D09").pk,
        "happened_on": "2026-11-18",
        "facts": "成果迟交两天。",
        "evidence": "平台时限记录",
        **fields,
    }


class TestPropose:
    def test_keeps_the_event_with_its_file_for_another_person(self, client, firm):
        user = signed_in(client, regulator=True)
        upload = SimpleUploadedFile("record.pdf", b"%PDF-1.7 record")

        answer = client.post("/console/credit/propose/", proposal(firm, upload=upload))

        event = ConductEvent.objects.get()
        assert answer.url == f"/console/credit/{event.number}/"
        assert (event.subject, event.proposed_by, event.state) == (firm, user, "proposed")
        assert event.files.get().file.name == "record.pdf"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"subject": "91320499MA1A000018"}, "subject"),
            ({"subject": ""}, "subject"),
            ({"rule": "999999999"}, "rule"),
            ({"happened_on": "2026-11-24"}, "happened_on"),
            ({"happened_on": "x"}, "happened_on"),
            ({"facts": " "}, "facts"),
            ({"evidence": ""}, "evidence"),
            ({"upload": SimpleUploadedFile("virus.exe", b"MZ")}, "upload"),
            ({"upload": SimpleUploadedFile("disguised.pdf", b"MZ")}, "upload"),
        ],
    )
    def test_bad_input_is_named_at_its_field_and_nothing_is_kept(self, client, firm, fields, field):
        signed_in(client, regulator=True)

        answer = client.post("/console/credit/propose/", proposal(firm, **fields))

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert not ConductEvent.objects.exists()


class TestDecide:
    def test_shows_the_effect_before_deciding(self, client):
        signed_in(client, regulator=True)
        event = ConductEventFactory()

        context = client.get(f"/console/credit/{event.number}/").context

        assert (str(context["before"].score), str(context["after"].score)) == ("86.00", "85.10")
        assert context["form"] is not None

    def test_records_the_decision(self, client):
        signed_in(client, regulator=True)
        event = ConductEventFactory()

        client.post(f"/console/credit/{event.number}/", {"effective": "yes", "reason": "记录清楚"})

        decision = ConductEvent.objects.get().decision
        assert (decision.kind, decision.effective_on) == (EventStep.Kind.EFFECTIVE, date(2026, 11, 24))

    def test_the_proposer_reads_and_is_told_why(self, client):
        user = signed_in(client, regulator=True)
        event = ConductEventFactory(proposed_by=user)

        page = client.get(f"/console/credit/{event.number}/")
        answer = client.post(f"/console/credit/{event.number}/", {"effective": "yes", "reason": "x"})

        assert page.context["form"] is None
        assert "您是提出人，不能作决定。" in page.content.decode()
        assert answer.status_code == 403
        assert ConductEvent.objects.get().decision is None

    @pytest.mark.parametrize("data", [{}, {"effective": "maybe", "reason": "x"}, {"effective": "yes", "reason": " "}])
    def test_bad_input_decides_nothing(self, client, data):
        signed_in(client, regulator=True)
        event = ConductEventFactory()

        answer = client.post(f"/console/credit/{event.number}/", data)

        assert answer.status_code == 422
        assert ConductEvent.objects.get().decision is None

    def test_a_second_decision_on_a_stale_page_is_refused(self, client):
        signed_in(client, regulator=True)
        event = ConductEventFactory.decided()

        answer = client.post(f"/console/credit/{event.number}/", {"effective": "no", "reason": "x"})

        assert answer.status_code == 403
        assert EventStep.objects.filter(event=event).count() == 2


class TestWhoGetsIn:
    @pytest.mark.parametrize(
        ("address", "regulator", "operator", "other"),
        [
            ("/console/credit/", 200, 403, 302),
            ("/console/credit/propose/", 200, 403, 302),
            ("/console/credit/XY-2026-0001/", 200, 403, 302),
            ("/console/credit/model/", 200, 200, 302),
        ],
    )
    def test_each_page(self, client, address, regulator, operator, other):
        ConductEventFactory(number="XY-2026-0001")

        found = []
        for traits in ({"regulator": True}, {"operator": True}, {}):
            signed_in(client, **traits)
            found.append(client.get(address).status_code)
        client.logout()

        assert found == [regulator, operator, other]
        assert client.get(address).status_code == 302

    def test_the_list_takes_a_fixed_number_of_queries(self, client, django_assert_max_num_queries):
        signed_in(client, regulator=True)
        for _ in range(6):
            ConductEventFactory()
            ConductEventFactory.decided()

        with django_assert_max_num_queries(40):
            answer = client.get("/console/credit/")

        assert len(answer.context["waiting"]) == 6
