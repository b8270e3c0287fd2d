"""What the table of sessions tells whoever reads it."""

import base64
import importlib
import json

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from marketplace.accounts import tasks
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


def test_the_migration_ends_the_sessions_whose_keys_lay_open():
    Session.objects.create(session_key="a-cookie", session_data="", expire_date="2030-01-01T00:00Z")
    migration = importlib.import_module("marketplace.accounts.migrations.0007_stored_sessions")

    migration.end_old_sessions(apps, type("Editor", (), {"connection": connection}))

    assert not Session.objects.exists()
