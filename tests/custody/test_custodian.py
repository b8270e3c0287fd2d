"""The custodian's rules, its door, and what it answers to nobody but its market."""

import json
import socket
import sqlite3
import threading
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from nacl.public import PrivateKey

from marketplace.core import clock
from marketplace.custody import client, messages, sealing
from marketplace.custody.client import Client, Refused, Unreachable
from marketplace.custody.messages import Identity, NotAuthentic, Request
from marketplace.custody.server import CustodianServer
from marketplace.custody.vault import Refusal, Vault

NUMBER, LIST, OTHER = "MX-2026-0001", ["aa" * 32, "bb" * 32], ["aa" * 32]


@pytest.fixture
def vault(tmp_path, frozen_clock):
    return Vault(tmp_path / "custodian.sqlite3", sealing.MasterKey(tmp_path / "master.key"))


@pytest.fixture
def deadline(frozen_clock):
    return clock.now() + timedelta(days=3)


def actions(vault):
    return [line["action"] for line in vault.lines()]


class TestVault:
    def test_draws_once_a_matter(self, vault, deadline):
        first = vault.draw(NUMBER, deadline)

        assert vault.draw(NUMBER, deadline) == first
        assert vault.draw("MX-2026-0002", deadline) != first
        assert actions(vault) == ["drawn", "drawn"]

    def test_before_the_deadline_gives_up_nothing(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline - timedelta(microseconds=1))

        with pytest.raises(Refusal, match="bids-open"):
            vault.release_key(NUMBER, LIST, deadline)
        with pytest.raises(Refusal, match="not-opened"):
            vault.release_secret(NUMBER, "cc" * 32)

    def test_gives_up_key_then_secret(self, vault, deadline, frozen_clock):
        drawn = vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline)

        key = vault.release_key(NUMBER, LIST, deadline)
        secret = vault.release_secret(NUMBER, "cc" * 32)

        assert PrivateKey(key).public_key.encode().hex() == drawn["public_key"]
        assert sealing.hashlib.sha256(secret).hexdigest() == drawn["commitment"]
        assert actions(vault) == ["drawn", "key_released", "secret_released"]

    def test_each_for_one_list_only_and_recorded_once(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline)
        keys = {vault.release_key(NUMBER, LIST[::-1], deadline) for _ in range(2)}
        secrets = {vault.release_secret(NUMBER, "cc" * 32) for _ in range(2)}

        with pytest.raises(Refusal, match="other-list"):
            vault.release_key(NUMBER, OTHER, deadline)
        with pytest.raises(Refusal, match="other-list"):
            vault.release_secret(NUMBER, "dd" * 32)

        assert (len(keys), len(secrets)) == (1, 1)
        assert actions(vault) == ["drawn", "key_released", "secret_released"]

    def test_keeps_the_latest_deadline_it_was_told(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        later = deadline + timedelta(days=2)
        vault.extend(NUMBER, later)

        with pytest.raises(Refusal, match="earlier"):
            vault.extend(NUMBER, deadline)
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(later - timedelta(seconds=1))
        with pytest.raises(Refusal, match="bids-open"):
            vault.release_key(NUMBER, LIST, deadline)

        frozen_clock.move_to(later)
        assert len(vault.release_key(NUMBER, LIST, deadline)) == 32

    def test_a_later_deadline_told_with_the_question_counts_from_then_on(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        later = deadline + timedelta(days=2)
        frozen_clock.move_to(deadline)

        with pytest.raises(Refusal, match="bids-open"):
            vault.release_key(NUMBER, LIST, later)
        with pytest.raises(Refusal, match="bids-open"):
            vault.release_key(NUMBER, LIST, deadline)

        assert actions(vault) == ["drawn", "deadline_moved"]

    def test_after_the_key_no_deadline_moves(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline)
        vault.release_key(NUMBER, LIST, deadline)

        with pytest.raises(Refusal, match="released"):
            vault.extend(NUMBER, deadline + timedelta(days=1))

    def test_knows_nothing_of_what_it_has_not_drawn(self, vault, deadline):
        with pytest.raises(Refusal, match="unknown"):
            vault.release_key(NUMBER, LIST, deadline)

    def test_with_a_lost_master_key_says_so_and_records_no_release(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline)
        vault.master.path.unlink()

        with pytest.raises(Refusal, match="lost"):
            vault.release_key(NUMBER, LIST, deadline)

        assert actions(vault) == ["drawn"]

    def test_keeps_nothing_in_the_clear(self, vault, deadline, frozen_clock):
        vault.draw(NUMBER, deadline)
        frozen_clock.move_to(deadline)
        found = [vault.release_key(NUMBER, LIST, deadline), vault.release_secret(NUMBER, "cc" * 32)]

        stored = b"".join(path.read_bytes() for path in vault.path.parent.glob("custodian.sqlite3*"))
        assert not [each for each in found if each in stored or each.hex().encode() in stored]

    def test_an_altered_line_shows(self, vault, deadline):
        vault.draw(NUMBER, deadline)
        vault.draw("MX-2026-0002", deadline)
        assert vault.first_broken() is None

        with closing(sqlite3.connect(vault.path)) as database:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute("UPDATE line SET action = 'x' WHERE position = 1")
            database.execute("DROP TRIGGER line_refuse_update")
            database.execute("UPDATE line SET action = 'x' WHERE position = 1")
            database.commit()

        assert vault.first_broken() == 1


class Crash(Exception):
    pass


class TestReplacingTheMasterKey:
    @pytest.fixture
    def kept(self, vault, deadline, frozen_clock):
        for number in (NUMBER, "MX-2026-0002"):
            vault.draw(number, deadline)
        frozen_clock.move_to(deadline)
        return {number: vault.release_key(number, LIST, deadline) for number in (NUMBER, "MX-2026-0002")}

    def still_there(self, vault, kept):
        return kept == {number: vault.release_key(number, LIST, clock.now()) for number in kept}

    def test_wraps_everything_anew(self, vault, kept):
        old = vault.master.path.read_bytes()

        assert vault.rotate() == 2

        assert vault.master.path.read_bytes() != old
        assert not vault.master.before.exists()
        assert self.still_there(vault, kept)

    @pytest.mark.parametrize("moment", ["link", "exchange", "wrap", "commit", "forget"])
    def test_cut_off_anywhere_loses_nothing_and_is_finished_by_the_next(self, vault, kept, monkeypatch, moment):
        old = vault.master.path.read_bytes()

        def crash(*arguments, **more):
            raise Crash

        real = sealing.MasterKey.replace

        def exchanged(master):
            real(master)
            raise Crash

        with monkeypatch.context() as cut:
            if moment == "link":
                cut.setattr("pathlib.Path.replace", crash)
            elif moment == "exchange":
                cut.setattr(sealing.MasterKey, "replace", exchanged)
            elif moment == "wrap":
                cut.setattr(sealing.MasterKey, "wrap", crash)
            elif moment == "commit":
                cut.setattr(Vault, "_record", crash)
            else:
                cut.setattr(sealing.MasterKey, "forget_before", crash)
            with pytest.raises(Crash):
                vault.rotate()
        assert self.still_there(vault, kept)

        vault.rotate()

        assert vault.master.path.read_bytes() != old
        assert not vault.master.before.exists()
        assert self.still_there(vault, kept)


@pytest.fixture
def door(vault, tmp_path):
    """The vault behind its door, and the market's way to it."""
    market, custodian = Identity(tmp_path / "market.key"), Identity(tmp_path / "custodian.key")
    server = CustodianServer(("127.0.0.1", 0), vault, custodian, market.public_key)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Client(f"http://127.0.0.1:{server.server_port}", custodian.public_key, market, timeout=5)
    server.shutdown()
    server.server_close()


def told(deadline):
    return {"number": NUMBER, "deadline": deadline.isoformat()}


class TestTheDoor:
    def test_answers_its_market(self, door, vault, deadline, frozen_clock):
        drawn = door.ask("draw", **told(deadline))
        frozen_clock.move_to(deadline)
        key = door.ask_secret("release_key", "key", ciphertexts=LIST, **told(deadline))

        assert PrivateKey(key).public_key.encode().hex() == drawn["public_key"]

    def test_says_no_with_its_reason(self, door, deadline):
        door.ask("draw", **told(deadline))

        with pytest.raises(Refused, match="bids-open"):
            door.ask_secret("release_key", "key", ciphertexts=LIST, **told(deadline))

    def test_keys_and_secrets_do_not_travel_in_the_clear(self, door, vault, deadline, frozen_clock, monkeypatch):
        door.ask("draw", **told(deadline))
        frozen_clock.move_to(deadline)
        seen = []
        real = messages.read_answer
        monkeypatch.setattr(client.messages, "read_answer", lambda body, *more: seen.append(body) or real(body, *more))

        key = door.ask_secret("release_key", "key", ciphertexts=LIST, **told(deadline))

        assert key.hex().encode() not in b"".join(seen)

    def test_a_stranger_is_not_answered(self, door, vault, deadline, tmp_path):
        stranger = replace(door, identity=Identity(tmp_path / "stranger.key"))

        with pytest.raises(Unreachable):
            stranger.ask("draw", **told(deadline))

        assert vault.lines() == []

    def test_a_question_is_answered_once(self, door, deadline):
        body = Request("draw", told(deadline)).encode()
        question = urllib.request.Request(door.url, data=body, headers={"X-Signature": door.identity.sign(body)})
        assert json.load(urllib.request.urlopen(question))["error"] == ""

        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(question)

    @pytest.mark.parametrize("seconds", [-61, 61])
    def test_an_old_question_is_not_answered(self, door, deadline, seconds):
        now = int(messages.time.time())

        with pytest.raises(Unreachable):
            door._send(Request("draw", told(deadline), at=now + seconds))

    def test_an_altered_question_is_not_answered(self, door, vault, deadline):
        body = Request("draw", told(deadline)).encode()
        question = urllib.request.Request(
            door.url, data=body.replace(b"0001", b"0002"), headers={"X-Signature": door.identity.sign(body)}
        )

        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(question)

        assert vault.lines() == []

    @pytest.mark.parametrize(
        ("operation", "fields"),
        [
            ("draw", {"number": "../x", "deadline": "2026-12-01T00:00:00+00:00"}),
            ("draw", {"number": NUMBER, "deadline": "soon"}),
            ("draw", {"number": NUMBER}),
            ("release_key", {"number": NUMBER, "deadline": "2026-12-01T00:00:00+00:00", "ciphertexts": ["zz"]}),
            ("open", {"number": NUMBER}),
        ],
    )
    def test_what_has_no_sense_is_refused(self, door, operation, fields):
        with pytest.raises(Refused, match="form"):
            door.ask(operation, **fields)

    def test_another_custodian_is_not_believed(self, door, deadline, tmp_path):
        other = replace(door, public_key=Identity(tmp_path / "other.key").public_key)

        with pytest.raises(Unreachable):
            other.ask("draw", **told(deadline))

    def test_an_answer_to_another_question_is_not_believed(self, tmp_path):
        identity = Identity(tmp_path / "custodian.key")
        body = messages.answer(b"one question", result={})

        with pytest.raises(NotAuthentic):
            messages.read_answer(body, identity.sign(body), identity.public_key, b"another")

    def test_away_it_is_unreachable(self, door, deadline):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        with pytest.raises(Unreachable):
            replace(door, url=f"http://127.0.0.1:{port}").ask("draw", **told(deadline))

    def test_slow_it_is_unreachable(self, door, deadline):
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
            replace(door, url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).ask("draw", **told(deadline))
