"""
A custodian's rules and its own database, an SQLite file: what it draws, and when and for what it gives it up.

The deadline is the latest that it has been told, judged by its own clock. The key goes for one list of ciphertext
hashes, then the secret for one list hash; the same list may be asked for again, another never. Every step is a line of
a hash chain.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from marketplace.core import clock

from . import sealing

GENESIS = "0" * 64
SCHEMA = """
CREATE TABLE IF NOT EXISTS deposit (
    number TEXT PRIMARY KEY, deadline TEXT NOT NULL, public_key TEXT NOT NULL, commitment TEXT NOT NULL,
    wrapped_key BLOB NOT NULL, wrapped_secret BLOB NOT NULL,
    key_released_for TEXT NOT NULL DEFAULT '', secret_released_for TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS line (
    position INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, number TEXT NOT NULL, detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS line_refuse_update BEFORE UPDATE ON line BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS line_refuse_delete BEFORE DELETE ON line BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class Refusal(Exception):
    """What the custodian does not do; the code is its answer."""


class Vault:
    """One side's deposits. A call is a transaction of its own."""

    def __init__(self, path: Path, master: sealing.MasterKey) -> None:
        self.path, self.master = path, master
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connected() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(SCHEMA)

    def draw(self, number: str, deadline: datetime) -> dict[str, str]:
        """Public key and commitment of a matter; a second call gives the same again, and keeps the later deadline."""
        # The same again, whoever asks: a second key for one matter would open only the bids sealed since.
        with self._writing() as database:
            row = self._find(database, number)
            if row is None:
                half = sealing.draw_half(self.master)
                database.execute(
                    "INSERT INTO deposit (number, deadline, public_key, commitment, wrapped_key, wrapped_secret) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        number,
                        deadline.isoformat(),
                        half.public_key,
                        half.commitment,
                        half.wrapped_key,
                        half.wrapped_secret,
                    ),
                )
                self._record(database, "drawn", number, deadline=deadline.isoformat(), commitment=half.commitment)
                return {"public_key": half.public_key, "commitment": half.commitment}
            self._keep_later(database, row, deadline)
            return {"public_key": row["public_key"], "commitment": row["commitment"]}

    def extend(self, number: str, deadline: datetime) -> dict[str, str]:
        """
        Learn of a later deadline.

        :raises Refusal: for an earlier one, or once the key was given up
        """
        with self._writing() as database:
            row = self._get(database, number)
            if deadline < datetime.fromisoformat(row["deadline"]):
                raise Refusal("earlier")
            if row["key_released_for"]:
                raise Refusal("released")
            self._keep_later(database, row, deadline)
            return {"deadline": deadline.isoformat()}

    def release_key(self, number: str, ciphertexts: Sequence[str], deadline: datetime) -> bytes:
        """
        The private key, for one list of ciphertext hashes.

        :param deadline: the one that the asker knows; the later of both counts
        :raises Refusal: before the deadline, for a second list, or where the master key is lost
        """
        listed = list_digest(ciphertexts)
        with self._writing() as database:
            row = self._get(database, number)
            # One list and no other: with a second one the market could leave a bid out after it has read them all.
            if row["key_released_for"] not in ("", listed):
                raise Refusal("other-list")
            if not row["key_released_for"]:
                self._after_deadline(database, row, deadline)
                key = self._unwrap(row["wrapped_key"])
                database.execute("UPDATE deposit SET key_released_for = ? WHERE number = ?", (listed, number))
                self._record(database, "key_released", number, released_for=listed, bids=len(ciphertexts))
                return key
            return self._unwrap(row["wrapped_key"])

    def release_secret(self, number: str, list_hash: str) -> bytes:
        """
        The secret, for one frozen list.

        :raises Refusal: before the key, for a second list, or where the master key is lost
        """
        with self._writing() as database:
            row = self._get(database, number)
            # Before the opening no list is frozen; with the secret one could try lists until a chosen firm wins.
            if not row["key_released_for"]:
                raise Refusal("not-opened")
            if row["secret_released_for"] not in ("", list_hash):
                raise Refusal("other-list")
            secret = self._unwrap(row["wrapped_secret"])
            if not row["secret_released_for"]:
                database.execute("UPDATE deposit SET secret_released_for = ? WHERE number = ?", (list_hash, number))
                self._record(database, "secret_released", number, released_for=list_hash)
            return secret

    def use_nonce(self, nonce: str, at: int, *, keep: int) -> bool:
        """Whether a request's number is used for the first time; numbers older than `keep` seconds are forgotten."""
        with self._writing() as database:
            database.execute("DELETE FROM nonce WHERE at < ?", (at - keep,))
            return database.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, at)).rowcount == 1

    def rotate(self) -> int:
        """
        Wrap every deposit under a new master key; cut off anywhere, a second call finishes it.

        :returns: how many deposits were wrapped anew
        """
        with self._writing() as database:
            if not self.master.is_being_replaced:
                self.master.replace()
            rows = database.execute("SELECT * FROM deposit").fetchall()
            wrapped = 0
            for row in rows:
                if not self.master.wraps(row["wrapped_key"]) or not self.master.wraps(row["wrapped_secret"]):
                    anew = [self.master.wrap(self._unwrap(row[name])) for name in ("wrapped_key", "wrapped_secret")]
                    database.execute(
                        "UPDATE deposit SET wrapped_key = ?, wrapped_secret = ? WHERE number = ?",
                        (*anew, row["number"]),
                    )
                    wrapped += 1
            self._record(database, "master_key_replaced", "", deposits=len(rows))
        self.master.forget_before()
        return wrapped

    def lines(self) -> list[dict[str, Any]]:
        """The chain, oldest first."""
        with self._connected() as database:
            return [dict(row) for row in database.execute("SELECT * FROM line ORDER BY position")]

    def first_broken(self) -> int | None:
        """The position of the first line that does not fit the chain, or None."""
        previous = GENESIS
        for position, line in enumerate(self.lines(), 1):
            if line["position"] != position or line["previous_hash"] != previous or line["hash"] != _line_hash(line):
                return position
            previous = line["hash"]
        return None

    def _after_deadline(self, database: sqlite3.Connection, row: sqlite3.Row, deadline: datetime) -> None:
        self._keep_later(database, row, deadline)
        if clock.now() < max(datetime.fromisoformat(row["deadline"]), deadline):
            # A later deadline learnt with a question that came too early must hold for the next question too.
            # What was learnt stays, although the answer is no.
            database.commit()
            raise Refusal("bids-open")

    def _keep_later(self, database: sqlite3.Connection, row: sqlite3.Row, deadline: datetime) -> None:
        if deadline > datetime.fromisoformat(row["deadline"]):
            database.execute("UPDATE deposit SET deadline = ? WHERE number = ?", (deadline.isoformat(), row["number"]))
            self._record(database, "deadline_moved", row["number"], before=row["deadline"], after=deadline.isoformat())

    def _unwrap(self, wrapped: bytes) -> bytes:
        try:
            return self.master.unwrap(wrapped)
        except sealing.DoesNotOpen as error:
            raise Refusal("lost") from error

    def _find(self, database: sqlite3.Connection, number: str) -> sqlite3.Row | None:
        return database.execute("SELECT * FROM deposit WHERE number = ?", (number,)).fetchone()

    def _get(self, database: sqlite3.Connection, number: str) -> sqlite3.Row:
        row = self._find(database, number)
        if row is None:
            raise Refusal("unknown")
        return row

    def _record(self, database: sqlite3.Connection, action: str, number: str, **detail: str | int) -> None:
        last = database.execute("SELECT position, hash FROM line ORDER BY position DESC LIMIT 1").fetchone()
        line = {
            "position": last["position"] + 1 if last else 1,
            "at": clock.now().isoformat(),
            "action": action,
            "number": number,
            "detail": json.dumps(detail, sort_keys=True),
            "previous_hash": last["hash"] if last else GENESIS,
        }
        database.execute(
            "INSERT INTO line VALUES (:position, :at, :action, :number, :detail, :previous_hash, :hash)",
            line | {"hash": _line_hash(line)},
        )

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        database.row_factory = sqlite3.Row
        try:
            # A release that power loss takes back could be given a second time, for another list.
            database.execute("PRAGMA synchronous=FULL")
            yield database
        finally:
            database.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                if database.in_transaction:
                    database.rollback()
                raise
            database.commit()


def list_digest(ciphertexts: Sequence[str]) -> str:
    """What a list of ciphertext hashes is recorded as: the SHA-256 of its lines in ascending order."""
    return hashlib.sha256("\n".join(sorted(ciphertexts)).encode()).hexdigest()


def _line_hash(line: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps({name: line[name] for name in line if name != "hash"})).hexdigest()
