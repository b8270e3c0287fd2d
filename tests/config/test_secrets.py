import os
import secrets
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.config.secrets import keep_private, local_secret, strong

ROOT = Path(__file__).resolve().parents[2]


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


class TestASigningKey:
    @pytest.mark.parametrize("make", [lambda: secrets.token_urlsafe(48), lambda: secrets.token_hex(32)])
    def test_of_random_characters_is_taken(self, make):
        keys = [make() for _ in range(200)]

        assert [strong(key) for key in keys] == keys

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "a" * 64,
            "0123456789" * 7,
            secrets.token_urlsafe(24),
            "market-of-the-city-" * 4,
            "django-insecure-" + secrets.token_urlsafe(48),
            "CHANGEME" + secrets.token_urlsafe(48),
        ],
        # Random values would name the tests otherwise in each worker.
        ids=["empty", "one letter", "digits", "short", "words", "django's", "a placeholder"],
    )
    def test_that_is_weak_is_refused(self, key):
        with pytest.raises(ImproperlyConfigured, match="token_urlsafe"):
            strong(key)

    @pytest.mark.parametrize(("key", "ends"), [("a" * 64, 1), (secrets.token_urlsafe(48), 0)], ids=["weak", "strong"])
    def test_a_weak_one_stops_the_start_of_a_citys_market(self, tmp_path, key, ends):
        variables = {
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings.production",
            "DATA": str(tmp_path),
            "SECRET_KEY": key,
            "TRUSTED_PROXIES": "",
        }

        done = subprocess.run(
            [sys.executable, "-c", "from django.conf import settings; settings.SECRET_KEY"],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
        )

        assert (done.returncode, "SECRET_KEY is weak" in done.stderr) == (ends, bool(ends))


class TestTheDataFolder:
    def test_is_read_by_nobody_else(self, tmp_path):
        data = tmp_path / "var"

        keep_private(data, data / "market.sqlite3")

        with sqlite3.connect(data / "market.sqlite3") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE bid (price)")
            modes = {path.name: oct(mode_of(path)) for path in data.iterdir()}
        assert oct(mode_of(data)) == "0o700"
        assert modes == dict.fromkeys(["market.sqlite3", "market.sqlite3-wal", "market.sqlite3-shm"], "0o600")

    def test_that_was_open_is_closed_and_keeps_what_is_in_it(self, tmp_path):
        database = tmp_path / "market.sqlite3"
        database.write_bytes(b"rows")
        database.chmod(0o644)
        tmp_path.chmod(0o755)

        keep_private(tmp_path, database)

        assert (oct(mode_of(tmp_path)), oct(mode_of(database))) == ("0o700", "0o600")
        assert database.read_bytes() == b"rows"


class TestLocalSecret:
    def test_is_made_once_and_readable_by_its_owner_only(self, tmp_path):
        first = local_secret(tmp_path / "data")

        assert len(first) >= 50
        assert local_secret(tmp_path / "data") == first
        assert oct((tmp_path / "data" / "secret.key").stat().st_mode)[-3:] == "600"
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]

    @pytest.mark.parametrize("content", [b"", b"half a k", b"\x00\xff\xfe binary \x80" * 10, b" \n" * 50])
    def test_a_file_that_holds_none_is_put_aside_and_told_of(self, tmp_path, content, capsys):
        (tmp_path / "secret.key").write_bytes(content)

        key = local_secret(tmp_path)

        assert len(key) >= 50
        (aside,) = tmp_path.glob("secret.key.damaged-*")
        assert aside.read_bytes() == content
        assert "held no key; it is put aside" in capsys.readouterr().err
