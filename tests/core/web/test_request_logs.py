"""What the logs say of a request, and of whom they say nothing."""

import json
import logging

import pytest

from marketplace.core.web.request_logs import path_of
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
WHO = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "Phone of Zhou"}


@pytest.fixture
def lines(caplog):
    """Reads what was logged since, each line as it is printed."""
    caplog.set_level("INFO")
    handler = logging.getLogger().handlers
    console = next(one for one in handler if type(one) is logging.StreamHandler)

    def read():
        kept = [record for record in caplog.records if all(one.filter(record) for one in console.filters)]
        return [json.loads(console.format(record)) for record in kept]

    return read


class TestSigningIn:
    @pytest.mark.parametrize(
        "path",
        [
            "/accounts/login/?next=/requests/MX-2026-0001/bid/",
            "/en/accounts/login/?next=/requests/MX-2026-0001/bid/",
            "/accounts/signup/?next=/requests/MX-2026-0001/bid/",
            "/accounts/reauthenticate/?next=/requests/MX-2026-0001/bid/",
            "/console/login/?next=/console/requests/MX-2026-0001/",
        ],
    )
    def test_says_neither_where_it_leads_nor_who_comes(self, client, lines, path):
        client.get(path, **WHO)

        said = json.dumps(lines())
        assert "MX-2026-0001" not in said
        assert "203.0.113.7" not in said
        assert "Phone of Zhou" not in said

    def test_names_nobody_when_it_succeeds(self, client, lines):
        user = UserFactory(verified=True)

        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, **WHO)
        client.get("/workbench/", **WHO)

        assert "_auth_user_id" in client.session
        assert not [line for line in lines() if {"user_id", "ip", "user_agent"} & line.keys()]

    def test_names_the_address_of_who_guesses(self, client, lines):
        for _ in range(6):
            client.post("/accounts/login/", {"login": "zhou@example.com", "password": "wrong"}, **WHO)

        assert [line["ip"] for line in lines() if "ip" in line] == ["203.0.113.7"]
        assert "zhou@example.com" not in json.dumps(lines())


class TestAnyRequest:
    def test_a_visitors_line_has_address_and_device_and_no_query(self, client, lines):
        client.get("/services/?q=环评", **WHO)

        started = lines()[0]
        assert (started["request"], started["ip"], started["user_agent"]) == (
            "GET /services/",
            "203.0.113.7",
            "Phone of Zhou",
        )

    def test_a_members_line_has_neither(self, client, lines):
        client.force_login(MembershipFactory().user)

        client.get("/services/", **WHO)

        assert not [line for line in lines() if {"user_id", "ip", "user_agent"} & line.keys()]

    def test_the_line_of_a_refusal_is_cut_too(self, client, lines):
        client.get("/requests/MX-2026-0001/bid/nowhere/", **WHO)
        client.put("/requests/MX-2026-0001/bid/withdraw/", **WHO)

        assert {line["request"] for line in lines() if "request" in line} == {
            "GET /requests/MX-2026-0001/bid/",
            "PUT /requests/MX-2026-0001/bid/",
        }
        assert "withdraw" not in json.dumps(lines())

    def test_an_invitations_token_is_not_written(self):
        assert path_of("/en/invitations/AbCdEf/") == "/en/invitations/…/"

    @pytest.mark.parametrize("given", ["a\nb", "x" * 65, "周"])
    def test_an_id_that_is_none_is_made_anew(self, client, lines, given):
        client.get("/healthz", headers={"x-request-id": given.encode().decode("latin-1")})

        assert all(len(line["request_id"]) == 36 for line in lines() if "request_id" in line)
        assert lines()

    def test_an_id_of_the_proxy_is_kept(self, client, lines):
        client.get("/healthz", headers={"x-request-id": "7f3a-9"})

        assert {line["request_id"] for line in lines()} == {"7f3a-9"}
