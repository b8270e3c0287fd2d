"""What a visitor and a program get where the database is away, the disk is full, or we made a mistake."""

import pytest
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import path

from marketplace.config.urls import handler500, urlpatterns
from marketplace.core import clock, heartbeats, outbox
from marketplace.core.web.middleware import SessionMiddleware
from tests.factories.accounts import UserFactory

__all__ = ["handler500"]


def _raises(failure):
    def view(request):
        raise failure

    return view


urlpatterns = [
    path("busy/", _raises(OperationalError("database is locked"))),
    path("full/", _raises(OperationalError("database or disk is full"))),
    path("no-room/", _raises(OSError(28, "No space left on device"))),
    path("ours/", _raises(ValueError("a mistake"))),
    path("api/v1/gone/", _raises(InterfaceError("connection already closed"))),
    path("api/v1/full/", _raises(OSError(28, "No space left on device"))),
    path("api/v1/ours/", _raises(ValueError("a mistake"))),
    *urlpatterns,
]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def away(monkeypatch):
    """A database that takes no connection."""

    def refuse(*_, **__):
        raise OperationalError('connection to server at "127.0.0.1", port 5432 failed: Connection refused')

    monkeypatch.setattr(connection, "cursor", refuse)


@pytest.mark.django_db
class TestTheDatabaseIsAway:
    @pytest.mark.parametrize("address", ["/", "/en/", "/services/", "/requests/", "/accounts/login/", "/console/"])
    def test_pages_say_so(self, visitor, away, address):
        visitor.cookies["sessionid"] = "somebodys"

        response = visitor.get(address)

        assert response.status_code == 503
        assert response["Retry-After"] == "10"
        assert "暂时无法使用，没有保存任何更改" in response.content.decode()

    @pytest.mark.parametrize("address", ["/api/v1/work-requests/", "/api/v1/service-items/"])
    def test_the_api_answers_with_problem_details(self, visitor, away, address):
        response = visitor.get(address, headers={"Accept-Language": "en"})

        assert response.status_code == 503
        assert response["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "type": "urn:mingxuan:problem:database-away",
            "title": "The market's database does not answer at the moment. Nothing was changed; try again in a minute.",
            "status": 503,
        }

    def test_the_readiness_names_it_and_does_not_wait_for_what_lies_in_it(self, visitor, away):
        response = visitor.get("/readyz")

        assert response.status_code == 503
        body = response.json()
        assert body["status"] == "unready"
        assert body["checks"]["database"] == {"state": "away"}
        states = {name: found["state"] for name, found in body["checks"].items()}
        assert states == {
            "database": "away",
            "migrations": "unknown",
            "worker": "unknown",
            "due_work": "unknown",
            "clock": "unknown",
            "cache": "ok",
            "disk": "ok",
            "files": "ok",
            "custodian": "ok",
        }

    def test_the_process_still_answers(self, visitor, away):
        assert visitor.get("/healthz").status_code == 200


@pytest.mark.django_db
@pytest.mark.urls(__name__)
class TestOtherFailures:
    @pytest.mark.parametrize(
        ("address", "status", "words"),
        [
            ("/busy/", 503, "暂时无法使用"),
            ("/full/", 507, "存储空间已满"),
            ("/no-room/", 507, "存储空间已满"),
            ("/ours/", 500, "系统出错"),
        ],
    )
    def test_have_a_page_in_words(self, visitor, address, status, words):
        response = visitor.get(address)

        assert response.status_code == status
        assert words in response.content.decode()

    @pytest.mark.parametrize(
        ("address", "status", "code"),
        [
            ("/api/v1/gone/", 503, "database-away"),
            ("/api/v1/full/", 507, "storage-full"),
            ("/api/v1/ours/", 500, "error"),
        ],
    )
    def test_are_problem_details_in_the_api(self, visitor, address, status, code):
        response = visitor.get(address)

        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["type"] == f"urn:mingxuan:problem:{code}"


@pytest.mark.django_db
def test_a_page_that_is_only_read_is_shown_although_its_session_cannot_be_written(client, monkeypatch):
    client.force_login(UserFactory())
    session = client.session
    session["seen"] = 1
    session.save()

    def refuse(self, request, response):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(SessionMiddleware.__base__, "process_response", refuse)

    assert client.get("/services/").status_code == 200


@pytest.mark.django_db
class TestReadiness:
    def test_names_everything_with_its_state(self, client, frozen_clock):
        heartbeats.beat()

        response = client.get("/readyz")

        assert response.status_code == 200
        body = response.json()
        assert body["status"] == "ready"
        assert body["checks"]["worker"] == {"state": "ok", "heartbeat_age_seconds": 0, "lag_seconds": 0}
        assert list(body["checks"]) == [
            *("database", "migrations", "worker", "due_work", "clock", "cache", "disk", "files", "custodian")
        ]

    def test_is_degraded_and_still_200_where_no_worker_writes(self, client, frozen_clock):
        heartbeats.beat()
        frozen_clock.advance(seconds=91)

        response = client.get("/readyz")

        assert response.status_code == 200
        assert response.json()["status"] == "degraded"
        assert response.json()["checks"]["worker"]["state"] == "away"

    def test_tells_how_late_the_worker_is(self, client, frozen_clock):
        outbox.schedule("event", "1", clock.now())
        frozen_clock.advance(minutes=7)
        heartbeats.beat()

        found = client.get("/readyz").json()["checks"]["worker"]

        assert found == {"state": "degraded", "heartbeat_age_seconds": 0, "lag_seconds": 420}

    def test_counts_what_fails_and_what_was_put_aside(self, client, frozen_clock):
        heartbeats.beat()
        failing = outbox.schedule("event", "1", clock.now())
        aside = outbox.schedule("event", "2", clock.now())
        type(failing).objects.filter(pk=failing.pk).update(attempts=5)
        type(aside).objects.filter(pk=aside.pk).update(put_aside_at=clock.now(), attempts=55)

        found = client.get("/readyz").json()["checks"]["due_work"]

        assert found == {"state": "degraded", "failing": 1, "put_aside": 1}

    def test_is_unready_while_a_migration_waits(self, client, frozen_clock, monkeypatch):
        monkeypatch.setattr(
            "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda self, targets: [("core", "next")]
        )

        response = client.get("/readyz")

        assert response.status_code == 503
        assert response.json()["checks"]["migrations"] == {"state": "away", "waiting": 1}

    def test_names_a_disk_that_is_full(self, client, frozen_clock, settings):
        heartbeats.beat()
        settings.DISK_RESERVE_BYTES = 2**80

        response = client.get("/readyz")

        assert response.status_code == 200
        assert response.json()["checks"]["disk"]["state"] == "degraded"

    def test_names_damaged_keys_and_files_that_were_put_aside(self, client, frozen_clock, settings, tmp_path):
        settings.DATA = tmp_path
        heartbeats.beat()
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "operator-master.key").write_bytes(b"")
        (tmp_path / "secret.key.damaged-1").write_bytes(b"")

        checks = client.get("/readyz").json()["checks"]

        assert checks["custodian"] == {"state": "away", "damaged": ["operator-master"]}
        assert checks["files"] == {"state": "degraded", "put_aside": 1}

    def test_without_redis_nothing_is_asked_of_one(self, client, frozen_clock):
        assert type(caches["default"]).__name__ == "LocMemCache"
