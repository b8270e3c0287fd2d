"""The signing key, and who may read what the market writes."""

import os
import secrets
import sys
import time
import zlib
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

#: Pieces of keys that stand in examples and templates, so that everybody knows them.
KNOWN = ("django-insecure", "only-for-tests", "change-me", "changeme", "your-secret", "secret-key", "example")
SHORTEST = 50
#: Bytes that the least random key of that length is packed into; a repeated word needs some 25.
LEAST_PACKED = 40
#: Shorter than what `local_secret` writes: such a file holds no key, whatever became of it.
LOCAL_LENGTH = 40


def strong(secret: str) -> str:
    """
    A production's signing key: with a weak one anybody signs cookies and seals of their own.

    :raises ImproperlyConfigured: if it is short, repeats itself or is known
    """
    found = next((piece for piece in KNOWN if piece in secret.lower()), None)
    if found or len(secret) < SHORTEST or len(zlib.compress(secret.encode(), 9)) < LEAST_PACKED:
        reason = f'"{found}" stands in examples' if found else f"fewer than {SHORTEST} random characters"
        raise ImproperlyConfigured(
            f'SECRET_KEY is weak ({reason}). Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


def keep_private(data: Path, database: Path | None) -> None:
    """
    Keep the data folder (0700) and SQLite's file (0600) to the account that the market runs under.

    The file is made here: SQLite would make it readable by all, and give its journals the same mode.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not ours to change where another account owns it, such as a mounted volume.
    with suppress(PermissionError):
        data.chmod(0o700)
    if database is None:
        return
    with suppress(FileExistsError):
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, 0o600))
    for path in (database, *(database.with_name(f"{database.name}-{end}") for end in ("wal", "shm"))):
        with suppress(PermissionError, FileNotFoundError):
            path.chmod(0o600)


def local_secret(data: Path) -> str:
    """
    The secret key kept under the data folder, made at the first start and readable by its owner only.

    An empty or half-written file is put aside and told of: who was signed in signs in again, and the market starts.
    """
    path = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    while True:
        _make(path)
        if key := _read(path):
            return key
        _put_aside(path)


def _make(path: Path) -> None:
    if path.exists():
        return
    # Written under another name and linked, so that two processes starting together never read half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(path: Path) -> str:
    """The key, or nothing where the file holds none."""
    try:
        key = path.read_bytes().decode("ascii").strip()
    except (UnicodeDecodeError, FileNotFoundError):
        return ""
    return key if len(key) >= LOCAL_LENGTH and key.isprintable() else ""


def _put_aside(path: Path) -> None:
    aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    sys.stderr.write(f"{path} held no key; it is put aside as {aside.name}, and everybody has to sign in again\n")
