"""A tester that reads the API's description and tries everything that it names, as each role: nothing undocumented."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from marketplace.core import clock
from tests.conftest import MONDAY_MORNING
from tests.functional.scene import set_scene

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "stranger", "owner", "firm", "regulator", "operator")
#: Of each operation, role and way to be wrong; at night 50 times as many.
EXAMPLES = max(settings.default.max_examples // 20, 5)
#: What a browser sends along with a form, so that a session gets as far as the rules.
CSRF = "a" * 32
CHECKS = [
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def sessions(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), clock.at(MONDAY_MORNING), transaction.atomic():
        people, found = set_scene().people, {}
        for role in ROLES:
            client = Client()
            if people[role] is not None:
                client.force_login(people[role])
            found[role] = {name: cookie.value for name, cookie in client.cookies.items()}
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def api(sessions, frozen_clock, monkeypatch):
    # The limits are tested elsewhere; here they would answer everything from the 120th question on.
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    # A request of a real server ends its connection, and with it the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def failures_of(operation, mode, cookies):
    """The first thing that an operation answers against its description, of cases that fit it or break it."""

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        answer = case.call(cookies={**cookies, "csrftoken": CSRF}, headers={"X-CSRFToken": CSRF})
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # Nothing breaks an operation that takes nothing.
        return []
    except (AssertionError, BaseExceptionGroup) as failure:
        several = getattr(failure, "exceptions", [failure])
        return [f"{operation.label} ({mode.value}): {one}" for one in several]
    return []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_undocumented_is_answered(api, sessions, role):
    found = [
        failure
        for each in api.get_all_operations()
        for mode in GenerationMode
        for failure in failures_of(each.ok(), mode, sessions[role])
    ]

    assert "\n\n".join(found) == ""
