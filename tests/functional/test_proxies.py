from io import BytesIO

import pytest
from granian.utils.proxies import wrap_wsgi_with_proxy_headers
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import AnonRateThrottle

from marketplace.config import env, wsgi


def address_seen(trusted, forwarded):
    """What an application behind the wrapper is told as the visitor's address, asked by 10.0.0.7."""
    seen = {}
    wrapped = wrap_wsgi_with_proxy_headers(lambda environ, start: seen.update(environ), trusted_hosts=trusted)
    wrapped({"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": forwarded, "wsgi.input": BytesIO()}, None)
    return seen["REMOTE_ADDR"]


class TestTheVisitorsAddress:
    def test_is_what_a_trusted_proxy_says(self):
        assert address_seen(["10.0.0.0/8"], "1.2.3.4, 203.0.113.5") == "203.0.113.5"

    def test_is_not_what_anybody_says(self):
        assert address_seen(env.TRUSTED_PROXIES, "203.0.113.5") == "10.0.0.7"

    def test_is_settled_where_the_market_is_served(self):
        assert hasattr(wsgi.application, "__wrapped__")


@pytest.mark.parametrize("forwarded", ["203.0.113.5", "203.0.113.6"])
def test_a_forged_header_does_not_slip_the_throttle(forwarded):
    request = APIRequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="10.0.0.7")

    assert AnonRateThrottle().get_ident(request) == "10.0.0.7"
