"""Tokens for programs: what they open, what they don't, and what whoever reads the database learns of them."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.models import ProgramToken
from marketplace.core import audit, clock
from marketplace.core.permissions import Refused
from marketplace.tendering.models import Bid
from tests.factories.accounts import PASSWORD, MembershipFactory, OrganisationFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(published=True)


@pytest.fixture
def person(work_request):
    return member_of(bidder_for(work_request).organisation)


def make(person, *scopes, days=90):
    organisation = person.memberships.get().organisation
    return services.make_token(
        organisation_id=organisation.pk, name="ERP", scopes=list(scopes), days=days, actor=person
    )


def program(secret):
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def filings(work_request):
    return f"/api/v1/work-requests/{work_request.number}/bids/"


class TestAToken:
    def test_lets_a_program_read_its_firms_filings(self, person, work_request):
        _token, secret = make(person, "read")

        assert program(secret).get(filings(work_request)).status_code == 200

    def test_to_file_bids_files_one(self, person, work_request):
        _token, secret = make(person, "bids")

        answer = program(secret).post(filings(work_request), {"days": 10}, content_type="application/json")

        assert answer.status_code == 201
        assert Bid.objects.count() == 1

    @pytest.mark.parametrize(("scope", "method"), [("read", "post"), ("bids", "get")])
    def test_opens_nothing_beyond_its_scopes(self, person, work_request, scope, method):
        _token, secret = make(person, scope)

        answer = getattr(program(secret), method)(filings(work_request), {"days": 10}, content_type="application/json")

        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert not Bid.objects.exists()

    def test_opens_no_page_of_the_site(self, person):
        _token, secret = make(person, "read", "bids")

        assert program(secret).get("/workbench/").status_code == 302

    def test_changes_nothing_where_a_view_names_no_scope(self, person):
        _token, secret = make(person, "read", "bids")

        answer = program(secret).post("/api/v1/fee-calculations/", {}, content_type="application/json")

        assert answer.status_code == 403

    @pytest.mark.parametrize("end", ["revoked", "expired", "left", "closed"])
    def test_ends(self, person, work_request, frozen_clock, end):
        token, secret = make(person, "read", days=30)
        match end:
            case "revoked":
                services.revoke_token(token_id=token.pk, actor=person)
            case "expired":
                frozen_clock.advance(days=30)
            case "left":
                person.memberships.update(is_active=False)
            case "closed":
                person.is_active = False
                person.save()

        answer = program(secret).get(filings(work_request))

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
        assert answer.json()["title"].startswith("The token is unknown, revoked or expired.")

    def test_that_nobody_made_is_refused(self, work_request):
        assert program("mingxuan_x").get("/api/v1/service-items/").status_code == 401

    def test_acts_for_the_firm_that_it_was_made_for(self, person, work_request):
        _token, secret = make(person, "bids")
        MembershipFactory(user=person, organisation=OrganisationFactory())

        answer = program(secret).post(filings(work_request), {"days": 10}, content_type="application/json")

        assert answer.status_code == 201


class TestWhoReadsTheDatabase:
    def test_finds_no_token(self, person):
        token, secret = make(person, "read")

        row = json.dumps(ProgramToken.objects.filter(pk=token.pk).values().get(), default=str)
        assert secret not in row
        assert secret[len(token.start) :] not in row

    def test_learns_the_day_of_its_use_and_no_more(self, person):
        token, secret = make(person, "read")

        program(secret).get("/api/v1/service-items/")

        token.refresh_from_db()
        assert token.last_used_on == clock.today()

    def test_does_not_learn_that_it_filed(self, person, work_request):
        token, secret = make(person, "bids")
        before = ProgramToken.objects.filter(pk=token.pk).values().get()

        program(secret).post(filings(work_request), {"days": 10}, content_type="application/json")

        assert Bid.objects.count() == 1
        assert ProgramToken.objects.filter(pk=token.pk).values().get() == before


class TestMaking:
    def test_and_revoking_stand_in_the_trail_without_the_secret(self, person):
        token, secret = make(person, "read")
        services.revoke_token(token_id=token.pk, actor=person)
        services.revoke_token(token_id=token.pk, actor=person)

        lines = audit.trail(f"organisation:{token.organisation_id}")
        assert [(line.action, line.actor) for line in lines][-2:] == [("token_made", person), ("token_revoked", person)]
        assert secret not in json.dumps([line.after for line in lines])

    def test_a_reader_lets_no_program_file(self):
        reader = MembershipFactory(reader=True).user

        make(reader, "read")
        with pytest.raises(Refused):
            make(reader, "bids")

        assert ProgramToken.objects.count() == 1

    @pytest.mark.parametrize(("scopes", "days"), [([], 90), (["everything"], 90), (["read"], 0), (["read"], 367)])
    def test_without_scope_or_end_is_refused(self, person, scopes, days):
        with pytest.raises(services.UnableToMakeToken):
            make(person, *scopes, days=days)

        assert not ProgramToken.objects.exists()

    def test_beyond_ten_is_refused_until_one_is_revoked(self, person):
        tokens = [make(person, "read")[0] for _ in range(10)]
        with pytest.raises(services.UnableToMakeToken):
            make(person, "read")

        services.revoke_token(token_id=tokens[0].pk, actor=person)

        assert make(person, "read")


class TestPages:
    @pytest.fixture
    def confirmed(self, client):
        person = MembershipFactory(user__verified=True).user
        client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return person

    FORM = {"name": "ERP", "scopes": ["read"], "days": "90"}

    def test_a_new_token_is_shown_once(self, client, confirmed):
        page = client.post(reverse("accounts:token-create"), self.FORM, follow=True).content.decode()

        token = ProgramToken.objects.get()
        assert page.count(token.start) == 2
        assert client.get(reverse("accounts:token-list")).content.decode().count(token.start) == 1

    def test_revoking_ends_it(self, client, confirmed):
        token, secret = make(confirmed, "read")

        client.post(reverse("accounts:token-revoke", args=[token.pk]))

        assert program(secret).get("/api/v1/service-items/").status_code == 401

    def test_somebody_elses_is_not_found(self, client, confirmed):
        token, secret = make(MembershipFactory().user, "read")

        answer = client.post(reverse("accounts:token-revoke", args=[token.pk]))

        assert answer.status_code == 404
        assert program(secret).get("/api/v1/service-items/").status_code == 200

    @pytest.mark.parametrize("route", ["accounts:token-create", "accounts:token-revoke"])
    def test_both_ask_for_the_password_once_more(self, client, route):
        person = MembershipFactory().user
        token, _secret = make(person, "read")
        client.force_login(person)
        arguments = [token.pk] if route.endswith("revoke") else []

        answer = client.post(reverse(route, args=arguments), self.FORM)

        assert answer.url.partition("?")[0] == reverse("account_reauthenticate")
        assert ProgramToken.objects.get().is_live

    def test_what_is_missing_is_said(self, client, confirmed):
        assert client.post(reverse("accounts:token-create"), {"name": "ERP", "days": "90"}).status_code == 422
        assert not ProgramToken.objects.exists()
