from io import BytesIO

import pytest
from allauth.core.internal.ratelimit import get_ip
from django.test import RequestFactory
from rest_framework.test import APIRequestFactory

from marketplace.config import env, wsgi
from marketplace.core.web.addresses import behind, client_address, networks
from marketplace.core.web.api import PersonThrottle, VisitorThrottle
from marketplace.tendering.senders import sender_of

PROXY = "10.0.0.7"


def environ_behind(trusted, peer=PROXY, **headers):
    """What an application is told of a request that reaches the market from a peer."""
    seen = {}
    environ = {"REMOTE_ADDR": peer, "wsgi.input": BytesIO(), **headers}
    behind(trusted, lambda environ, start: seen.update(environ))(environ, None)
    return seen


def address_behind(trusted, forwarded, peer=PROXY):
    return environ_behind(trusted, peer, HTTP_X_FORWARDED_FOR=forwarded)["REMOTE_ADDR"]


class TestTheVisitorsAddress:
    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            ("203.0.113.5", "203.0.113.5"),
            # What stands before the last untrusted one is the visitor's own claim.
            ("1.2.3.4, 203.0.113.5", "203.0.113.5"),
            ("203.0.113.5, 10.0.0.9", "203.0.113.5"),
            ("203.0.113.5:41414", "203.0.113.5"),
            ("[2001:db8::5]:41414", "2001:db8::5"),
            ("::ffff:203.0.113.5", "203.0.113.5"),
            # A proxy that says nonsense says nothing.
            ("unknown", PROXY),
            ("203.0.113.5, somebody", PROXY),
            ("", PROXY),
        ],
    )
    def test_is_what_a_trusted_proxy_says(self, forwarded, address):
        assert address_behind(["10.0.0.0/8"], forwarded) == address

    def test_is_not_what_anybody_says(self):
        assert address_behind(env.TRUSTED_PROXIES, "203.0.113.5") == PROXY
        assert address_behind(["192.0.2.1"], "203.0.113.5") == PROXY

    def test_a_proxy_within_ipv6_is_the_one_that_is_trusted(self):
        assert address_behind(["10.0.0.0/8"], "203.0.113.5", peer="::ffff:10.0.0.7") == "203.0.113.5"

    def test_a_local_socket_has_none(self):
        assert address_behind(["10.0.0.0/8"], "203.0.113.5", peer="") == ""

    def test_is_settled_where_the_market_is_served(self):
        assert hasattr(wsgi.application, "__wrapped__")

    def test_a_proxy_that_is_no_address_stops_the_start(self):
        with pytest.raises(ValueError, match="my-proxy"):
            networks(["10.0.0.0/8", "my-proxy"])


class TestHeaders:
    SAID = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.5",
        "HTTP_FORWARDED": "for=203.0.113.5",
        "HTTP_X_REAL_IP": "203.0.113.5",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "market.example",
    }

    def test_no_library_gets_to_read_what_a_stranger_says(self):
        seen = environ_behind([], **self.SAID)

        assert not seen.keys() & self.SAID.keys()

    def test_a_trusted_proxy_says_how_the_visitor_came(self):
        seen = environ_behind(["10.0.0.0/8"], **self.SAID)

        assert seen.keys() & self.SAID.keys() == {"HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"}


class TestEverybodyAsksTheSameFunction:
    """The request's header names another address than the one that was settled."""

    FORGED = {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "REMOTE_ADDR": "192.0.2.7"}

    def test_the_limits_of_the_api(self):
        request = APIRequestFactory().get("/", **self.FORGED)

        assert VisitorThrottle().get_ident(request) == PersonThrottle().get_ident(request) == "192.0.2.7"

    def test_the_limits_of_signing_in(self, rf):
        assert get_ip(rf.get("/", **self.FORGED)) == "192.0.2.7"

    def test_a_bids_envelope(self, rf):
        assert sender_of(rf.get("/", **self.FORGED))["address"] == "192.0.2.7"

    def test_the_logs(self, client, caplog, db):
        caplog.set_level("INFO")

        client.get("/services/", **self.FORGED)

        assert {record.msg["ip"] for record in caplog.records if "ip" in record.msg} == {"192.0.2.7"}

    def test_nobody_else_reads_a_header(self):
        assert client_address(RequestFactory().get("/", **self.FORGED)) == "192.0.2.7"
