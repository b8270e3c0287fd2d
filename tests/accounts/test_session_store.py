"""What the table of sessions tells whoever reads it."""

import base64
import importlib
import json
import time

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from marketplace.accounts import sessions, tasks
from marketplace.accounts.models import StoredSession
from marketplace.accounts.session_store import SessionStore, stored
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def cookie_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_signed_in(cookie):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client.get(reverse("accounts:notice-list")).status_code == 200


def everything_in(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return json.dumps([[str(cell) for cell in row] for row in cursor.fetchall()])


@pytest.fixture
def signed_in(client):
    user = UserFactory(verified=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


class TestWhoReadsTheTable:
    def test_cannot_take_a_session_over(self, signed_in):
        row = StoredSession.objects.get()

        assert is_signed_in(cookie_of(signed_in))
        assert cookie_of(signed_in) not in everything_in(StoredSession._meta.db_table)
        assert not is_signed_in(row.session_key)

    def test_cannot_see_whose_it_is(self, signed_in):
        row = StoredSession.objects.get()

        content = row.session_data.encode() + base64.b64decode(row.session_data)
        assert b"_auth_user" not in content
        assert SessionStore("another-key").decode(row.session_data) == {}

    def test_cannot_read_a_code_that_was_mailed(self, client):
        user = UserFactory(verified=True)

        client.post(reverse("account_reset_password"), {"email": user.email})

        code = next(line for line in mail.outbox[0].body.splitlines() if line.isupper() and len(line) < 10)
        stored = base64.b64decode(StoredSession.objects.get().session_data)
        assert code.encode() not in stored
        assert code in json.dumps(dict(client.session))

    def test_finds_djangos_own_table_empty(self, signed_in):
        assert not Session.objects.exists()


class TestASession:
    def test_gets_a_new_key_when_somebody_signs_in(self, client):
        client.get(reverse("account_login"))
        session = client.session
        session["before"] = "yes"
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        user = UserFactory(verified=True)

        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

        assert cookie_of(client) != session.session_key
        assert StoredSession.objects.count() == 1

    def test_ends_with_signing_out(self, signed_in):
        cookie = cookie_of(signed_in)

        signed_in.post(reverse("account_logout"))

        assert not is_signed_in(cookie)
        assert not StoredSession.objects.exists()

    def test_that_ended_by_itself_leaves_no_row(self, signed_in):
        StoredSession.objects.create(session_key="an-older-one", session_data="", expire_date="2026-01-01T00:00Z")

        tasks.drop_ended_sessions()

        assert [row.session_key for row in StoredSession.objects.all()] == [stored(cookie_of(signed_in))]

    def test_of_a_key_that_nobody_was_given_is_not_made(self, client):
        store = SessionStore("a-key-from-a-stranger")

        assert dict(store.items()) == {}
        assert store.session_key is None

    def test_outlives_a_change_of_the_secret_key_that_names_the_old_one(self, signed_in, settings):
        cookie = cookie_of(signed_in)
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret"

        assert is_signed_in(cookie)

    def test_ends_with_a_change_of_the_secret_key_that_names_none(self, signed_in, settings):
        settings.SECRET_KEY = "another secret"

        assert not is_signed_in(cookie_of(signed_in))

    def test_is_kept_the_same_way_by_djangos_asynchronous_twins(self):
        async def use():
            store = SessionStore()
            await store.aset("name", "周")
            await store.asave()
            return store.session_key, await SessionStore(store.session_key).aget("name")

        key, name = async_to_sync(use)()

        assert name == "周"
        assert key not in everything_in(StoredSession._meta.db_table)


class TestADatabaseThatTakesNothing:
    """A session is renewed while somebody only reads: what finds no room then costs them nothing."""

    @pytest.fixture(params=["database or disk is full", "database is locked"])
    def refused(self, request, monkeypatch):
        def refuse(*_, **__):
            raise OperationalError(request.param)

        monkeypatch.setattr(StoredSession, "save", refuse)

    @pytest.fixture
    def later(self, signed_in, monkeypatch):
        """The same person an hour later, when the session is renewed at the next page."""
        now = time.time()
        monkeypatch.setattr(sessions.time, "time", lambda: now + 3600)
        signed_in.raise_request_exception = False
        return signed_in

    def test_serves_the_page_and_leaves_the_session_as_it_was(self, later, refused):
        ends = later.session["ends"]

        assert later.get(reverse("accounts:workbench")).status_code == 200
        assert later.session["ends"] == ends

    def test_once_it_takes_again_the_session_is_renewed(self, later):
        ends = later.session["ends"]

        later.get(reverse("accounts:workbench"))

        assert later.session["ends"] > ends

    def test_loses_nothing_else_in_silence(self, later, refused):
        session = SessionStore(cookie_of(later))
        sessions.renew(session)
        session["organisation"] = 7

        with pytest.raises(OperationalError):
            session.save()

    def test_changed_before_it_is_renewed_is_not_lost_in_silence_either(self, later, refused):
        session = SessionStore(cookie_of(later))
        session["organisation"] = 7
        sessions.renew(session)

        with pytest.raises(OperationalError):
            session.save()

    def test_a_session_that_was_ended_meanwhile_is_still_told(self, later):
        session = SessionStore(cookie_of(later))
        sessions.renew(session)
        StoredSession.objects.all().delete()

        with pytest.raises(UpdateError):
            session.save()


def test_the_migration_ends_the_sessions_whose_keys_lay_open():
    Session.objects.create(session_key="a-cookie", session_data="", expire_date="2030-01-01T00:00Z")
    migration = importlib.import_module("marketplace.accounts.migrations.0007_stored_sessions")

    migration.end_old_sessions(apps, type("Editor", (), {"connection": connection}))

    assert not Session.objects.exists()
