import socket
import time

import pytest
from django.db import connection

from tests.functional.crashing import DEVICE, PATIENCE, Bidder, Crashes
from tests.functional.running import copy_tables, wait_until

PRICE = "156864.50"
SPELLINGS = ("156864.50", "156,864.50", "15686450")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="make test runs it, on SQLite")
@pytest.mark.django_db
class TestCrashOnOneMachine(Crashes):
    """SQLite, and one process that sweeps."""

    @pytest.fixture
    def servers(self, tmp_path):
        copy_tables(tmp_path)
        return {}

    def test_nothing_that_the_processes_write_before_the_opening_tells_price_or_bidder(self, market):
        market.environment["LOG_LEVEL"] = "INFO"
        stage = market.talk("tests.functional.stage")
        world = stage.ask("priced_world", firms=2)
        for name in market.commands:
            market.start(name)
        clients = [Bidder(market, world["request"], session, price=PRICE, days="10") for session in world["sessions"]]

        for client in clients:
            client.start()
        wait_until(lambda: all(len(client.receipts) >= 2 for client in clients), seconds=PATIENCE, what="receipts")
        for client in clients:
            client.stop()
        wait_until(lambda: stage.ask("beats"), seconds=PATIENCE, what="the worker's heartbeat")

        assert [client.refusals for client in clients] == [[], []]
        written = {
            path.relative_to(market.data): path.read_bytes()
            for path in market.data.rglob("*")
            if path.is_file() and "keys" not in path.relative_to(market.data).parts
        }
        secret = [*SPELLINGS, DEVICE]
        assert tells(written, secret) == []
        # The tables name every firm and person there is; nothing else names these.
        beside = {path: content for path, content in written.items() if not path.name.startswith("market.sqlite3")}
        assert {path.parts[0] for path in beside} >= {"processes.log", "secret.key"}
        assert tells(beside, [word for names in world["names"] for word in names]) == []

    def test_a_mail_server_that_says_nothing_holds_up_neither_heartbeats_nor_what_is_due(self, market):
        stage = market.talk("tests.functional.stage")
        stage.ask("noticed")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            market.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
            market.start("worker")
            silent.settimeout(PATIENCE)
            connection, _ = silent.accept()

            began = time.monotonic()
            stage.ask("beat")
            written_after = time.monotonic() - began
            stage.ask("publish_something")
            wait_until(lambda: "event" in stage.ask("progress")["done"], seconds=15, what="what is due", interval=0.2)

            assert written_after < 5
            assert stage.ask("progress")["claimed"] == ["accounts.mail_notice"]
            connection.close()


def tells(written, words):
    """Which files hold which of the words."""
    return sorted((str(path), word) for path, content in written.items() for word in words if word.encode() in content)
