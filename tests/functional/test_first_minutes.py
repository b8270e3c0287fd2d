"""A visitor who lacks something is led to it, and back to where they were going."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.urls import reverse

from marketplace.accounts.models import District, Organisation
from tests.factories.accounts import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.tendering import WorkRequestFactory, member_of

pytestmark = pytest.mark.django_db

POST_A_REQUEST = "/workbench/requests/new/?item=HB-001"
RECORD = "/workbench/organisation/new/"


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    pass


def where_to(response):
    return parse_qs(urlsplit(response.url).query)["next"]


def enterprise():
    return {
        "uscc": OrganisationFactory.build().uscc,
        "name_zh": "常州海市新材料有限公司",
        "legal_representative": "孙某",
        "district": District.objects.first().pk,
        "address": "常州市新北区港区路 8 号",
        "phone": "0519-85680001",
        "has_no_holders": "on",
        "holders-TOTAL_FORMS": "4",
        "holders-INITIAL_FORMS": "0",
    }


class TestAVisitorWhoPostsARequest:
    def test_comes_back_to_it_through_sign_up_confirmation_and_enterprise(self, client):
        OrganisationFactory()
        sent_to_sign_in = client.get(POST_A_REQUEST)
        assert where_to(sent_to_sign_in) == [POST_A_REQUEST]
        sign_up = re.search(
            r'href="(/accounts/signup/\?next=[^"]+)"', client.get(sent_to_sign_in.url).content.decode()
        )[1]
        assert 'name="next" value="/workbench/requests/new/?item=HB-001"' in client.get(sign_up).content.decode()

        person = {"name": "赵某", "email": "zhao@example.com", "password1": PASSWORD, "password2": PASSWORD}
        confirm = client.post("/accounts/signup/", person | {"next": POST_A_REQUEST}).url
        code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[0].body, re.MULTILINE).group(1)
        assert client.post(confirm, {"code": code}).url == POST_A_REQUEST

        lacking = client.get(POST_A_REQUEST)
        assert lacking.url.startswith(RECORD)
        page = client.get(lacking.url).content.decode()
        assert "请先登记您的企业" in page
        assert 'name="next" value="/workbench/requests/new/?item=HB-001"' in page
        recorded = client.post(RECORD, enterprise() | {"next": POST_A_REQUEST})

        assert recorded.url == POST_A_REQUEST
        assert client.get(POST_A_REQUEST).status_code == 200

    def test_is_led_nowhere_outside(self, client):
        OrganisationFactory()
        client.force_login(UserFactory())

        recorded = client.post(RECORD, enterprise() | {"next": "https://elsewhere.example/"})

        assert recorded.url == reverse("accounts:organisation-detail")


class TestWhoActsForAnotherKind:
    def test_can_go_on_for_their_enterprise(self, client):
        firm = MembershipFactory(organisation=OrganisationFactory(intermediary=True))
        other = MembershipFactory(user=firm.user)
        client.force_login(firm.user)

        page = client.get(POST_A_REQUEST)

        assert page.status_code == 403
        assert f"以{other.organisation}继续" in page.content.decode()
        chosen = {"organisation": other.organisation_id, "next": POST_A_REQUEST}
        assert client.post(reverse("accounts:switch-organisation"), chosen).url == POST_A_REQUEST
        assert client.get(POST_A_REQUEST).status_code == 200

    def test_without_one_is_offered_to_record_it(self, client):
        client.force_login(MembershipFactory(organisation=OrganisationFactory(intermediary=True)).user)

        page = client.get(POST_A_REQUEST).content.decode()

        assert f'href="{RECORD}?next=' in page

    def test_only_looking_is_not_offered_to_go_on(self, client):
        firm = MembershipFactory(organisation=OrganisationFactory(intermediary=True))
        other = MembershipFactory(user=firm.user, reader=True)
        client.force_login(firm.user)

        assert f"以{other.organisation}继续" not in client.get(POST_A_REQUEST).content.decode()


class TestWhoWantsToBid:
    def test_without_a_firm_is_led_to_registering_it(self, client):
        work_request = WorkRequestFactory(published=True)
        client.force_login(UserFactory())

        answer = client.get(f"/requests/{work_request.number}/bid/")

        assert answer.url.startswith("/workbench/registration/start/?next=")
        assert "核查通过后即可报名" in client.get(answer.url).content.decode()

    def test_who_sends_a_form_is_told_why_not(self, client):
        work_request = WorkRequestFactory(published=True)
        client.force_login(UserFactory())

        answer = client.post(f"/requests/{work_request.number}/bid/")

        assert answer.status_code == 403


def primary(page):
    return re.findall(r'class="btn btn-primary[^"]*"\s+href="([^"]+)"', page.content.decode())


class TestTheMainButton:
    @pytest.mark.parametrize("kind", ["reader", "intermediary"])
    def test_of_ones_requests_is_not_for_who_may_not_post(self, client, kind):
        organisation = OrganisationFactory(**({"intermediary": True} if kind == "intermediary" else {}))
        client.force_login(MembershipFactory(organisation=organisation, reader=kind == "reader").user)

        assert "/workbench/requests/new/" not in primary(client.get("/workbench/requests/"))

    def test_of_ones_requests_is_for_who_may(self, client):
        client.force_login(member_of(OrganisationFactory(kind=Organisation.Kind.ENTERPRISE)))

        assert "/workbench/requests/new/" in primary(client.get("/workbench/requests/"))
