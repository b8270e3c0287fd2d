"""A session is renewed by use, tells when it ends, and ends after half a day whatever was done."""

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from marketplace.accounts import sessions
from marketplace.accounts.models import StoredSession
from marketplace.accounts.session_store import SessionStore
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

#: A whole step, and not before the present: the session's table asks the machine itself.
MORNING = (time.time() // settings.SESSION_STEP + 1) * settings.SESSION_STEP
HOUR = 3600


class MachineClock:
    def __init__(self, monkeypatch):
        self.now = float(MORNING)
        monkeypatch.setattr(time, "time", lambda: self.now)

    def advance(self, seconds):
        self.now += seconds


@pytest.fixture
def machine_clock(monkeypatch):
    return MachineClock(monkeypatch)


@pytest.fixture
def member():
    return MembershipFactory().user


@pytest.fixture
def browser(member, machine_clock):
    client = Client()
    client.force_login(member)
    client.get("/workbench/")
    return client


def state(client):
    return client.get(reverse("accounts:session-state")).json()


class TestUse:
    def test_renews_so_that_who_came_in_the_morning_is_there_for_a_deadline_at_five(self, browser, machine_clock):
        for _ in range(8):
            machine_clock.advance(HOUR)
            assert browser.get("/workbench/").status_code == 200

        assert browser.get("/workbench/").status_code == 200

    def test_left_alone_for_the_idle_time_ends(self, browser, machine_clock):
        machine_clock.advance(settings.SESSION_COOKIE_AGE + settings.SESSION_STEP)

        assert browser.get("/workbench/").url == "/accounts/login/?next=/workbench/"
        assert state(browser) == {"person": None}

    def test_lasts_at_least_the_idle_time(self, browser, machine_clock):
        machine_clock.advance(7 * 60)
        browser.get("/workbench/")
        machine_clock.advance(settings.SESSION_COOKIE_AGE)

        assert browser.get("/workbench/").status_code == 200

    def test_ends_after_half_a_day_whatever_was_done(self, browser, machine_clock):
        for _ in range(11):
            machine_clock.advance(HOUR)
            assert browser.get("/workbench/").status_code == 200
        assert state(browser)["is_longest"]

        machine_clock.advance(HOUR)

        assert browser.get("/workbench/").status_code == 302

    def test_is_written_once_a_step(self, browser, machine_clock):
        machine_clock.advance(60)
        browser.get("/workbench/")
        before = StoredSession.objects.get().session_data
        machine_clock.advance(60)

        browser.get("/workbench/")

        assert StoredSession.objects.get().session_data == before

    def test_leaves_no_minute_behind_in_which_something_was_done(self, browser, machine_clock):
        machine_clock.advance(3 * settings.SESSION_STEP + 421)

        browser.get("/workbench/")

        assert StoredSession.objects.get().expire_date.timestamp() % settings.SESSION_STEP == 0
        assert SessionStore(browser.cookies["sessionid"].value)[sessions.ENDS] % settings.SESSION_STEP == 0

    def test_begins_anew_with_a_sign_in_by_password(self, client, machine_clock):
        user = UserFactory(verified=True)

        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})

        assert state(client)["ends_in"] == settings.SESSION_COOKIE_AGE


class TestLooking:
    def test_renews_nothing(self, browser, machine_clock):
        machine_clock.advance(HOUR)

        assert state(browser)["ends_in"] == HOUR
        machine_clock.advance(HOUR + 1)

        assert state(browser) == {"person": None}

    def test_says_who_is_signed_in_without_naming_them_by_number(self, browser, member):
        found = state(browser)

        assert re.fullmatch("[0-9a-f]{32}", found["person"])
        assert found["name"] == f"{member} · {member.memberships.get().organisation}"

    def test_tells_two_persons_apart_and_gives_each_another_key(self, browser, machine_clock):
        other = Client()
        other.force_login(MembershipFactory().user)
        other.get("/workbench/")

        assert state(browser)["person"] != state(other)["person"]
        assert state(browser)["key"] != state(other)["key"]

    def test_gives_the_same_person_the_same_key_after_signing_in_again(self, browser, member):
        before = state(browser)
        again = Client()
        again.force_login(member)

        assert state(again)["key"] == before["key"]
        assert state(again)["person"] == before["person"]

    def test_is_kept_by_no_cache(self, browser):
        answer = browser.get(reverse("accounts:session-state"))

        assert "no-store" in answer.headers["Cache-Control"]


class TestStaying:
    def test_renews(self, browser, machine_clock):
        machine_clock.advance(HOUR + 45 * 60)

        answer = browser.post(reverse("accounts:session-stay")).json()

        assert answer["ends_in"] == settings.SESSION_COOKIE_AGE
        machine_clock.advance(HOUR)
        assert browser.get("/workbench/").status_code == 200

    def test_after_the_end_is_too_late(self, browser, machine_clock):
        machine_clock.advance(3 * HOUR)

        assert browser.post(reverse("accounts:session-stay")).json() == {"person": None}
        assert browser.get("/workbench/").status_code == 302


class TestThePage:
    def test_carries_what_the_script_needs_to_warn(self, browser, machine_clock):
        machine_clock.advance(HOUR)

        page = browser.get("/workbench/").content.decode()

        assert f'data-ends-in="{settings.SESSION_COOKIE_AGE}"' in page
        assert f'data-person="{state(browser)["person"]}"' in page

    def test_of_a_visitor_carries_none_of_it(self, client):
        assert 'id="session"' not in client.get("/services/").content.decode()


class TestTheOrganisation:
    def test_chosen_before_is_acted_in_again_after_the_end(self, client, machine_clock):
        first = MembershipFactory()
        second = MembershipFactory(user=first.user)
        client.force_login(first.user)
        client.post(reverse("accounts:switch-organisation"), {"organisation": second.organisation_id})
        machine_clock.advance(3 * HOUR)
        assert client.get("/workbench/").status_code == 302
        client.force_login(first.user)

        page = client.get("/workbench/")

        assert page.wsgi_request.organisation == second.organisation

    def test_of_somebody_else_is_of_no_use(self, client):
        member, other = MembershipFactory(), MembershipFactory()
        client.cookies["organisation"] = str(other.organisation_id)
        client.force_login(member.user)

        assert client.get("/workbench/").wsgi_request.organisation == member.organisation


class TestTheLogs:
    def test_name_nobody_who_looks_whether_the_session_stands(self):
        from marketplace.core.web.request_logs import SEALED_PATHS

        assert SEALED_PATHS.match("/session/")
        assert SEALED_PATHS.match("/en/session/stay/")
