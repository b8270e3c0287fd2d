"""
Sealing: what is handed in is readable by nobody until both sides give up their half (RULES, Bids).

Every matter has a key pair and a secret per side. A side's private key and secret are wrapped under that side's
master key, a file under the data folder that is never in the database. This module holds keys and opens boxes; when a
half may be given up is the custodian's business.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey

from marketplace.core.failures import DomainError

KEY_BYTES = 32
DAMAGED = _("One of the market's key files is damaged. Nothing was changed; the operator puts its copy back.")
log = structlog.get_logger(__name__)
BLOCK = 4096


class DoesNotOpen(Exception):
    """The box was not sealed to this key, or was altered."""


class KeyDamaged(DomainError, DoesNotOpen):
    """A key file is empty or half-written; only a copy of it helps, so nothing is put in its place."""

    code = "key-damaged"
    status = 503


class BadPadding(ValueError):
    """The plaintext is not padded with spaces to a multiple of 4096 bytes."""


@dataclass(frozen=True)
class Half:
    """What one side draws for a matter: two public values, and two that only its master key unwraps."""

    public_key: str
    commitment: str
    wrapped_key: bytes
    wrapped_secret: bytes


class MasterKey:
    """
    What wraps a side's halves: a key file, and beside it the one before while halves are wrapped anew.

    It is read at every use, so that a process which runs on notices that it was replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.before = path.with_suffix(".before")

    def wrap(self, plain: bytes) -> bytes:
        return bytes(SecretBox(_read(_made(self.path))).encrypt(plain))

    def unwrap(self, wrapped: bytes) -> bytes:
        """:raises DoesNotOpen: if it was wrapped under another key"""
        # Twice: the files may be exchanged between reading the one and the other.
        for path in (_made(self.path), self.before, self.path, self.before):
            if (plain := _decrypted(path, wrapped)) is not None:
                return plain
        raise DoesNotOpen(f"{self.path.stem} does not fit")

    def wraps(self, wrapped: bytes) -> bool:
        """Whether it was wrapped under the present key, not the one before."""
        return _decrypted(self.path, wrapped) is not None

    @property
    def is_being_replaced(self) -> bool:
        return self.before.exists() and _read(self.before) != _read(self.path)

    def replace(self) -> None:
        """Put a new key in place; the one before stays beside it until `forget_before`."""
        fresh = self.path.with_suffix(".fresh")
        _write(fresh, secrets.token_bytes(KEY_BYTES))
        self.before.unlink(missing_ok=True)
        os.link(_made(self.path), self.before)
        fresh.replace(self.path)

    def forget_before(self) -> None:
        self.before.unlink(missing_ok=True)


def master_key(side: str) -> MasterKey:
    """The master key of a side whose custodian runs in the market's process."""
    return MasterKey(key_path(f"{side}-master"))


def draw_half(master: MasterKey | str) -> Half:
    """
    Draw a key pair and 32 secret bytes, wrapped at once.

    :param master: the key that wraps them, or the side whose own one does
    :returns: public key and SHA-256 commitment in lower-case hexadecimal
    """
    master = master_key(master) if isinstance(master, str) else master
    private, secret = PrivateKey.generate(), secrets.token_bytes(KEY_BYTES)
    return Half(
        public_key=private.public_key.encode().hex(),
        commitment=hashlib.sha256(secret).hexdigest(),
        wrapped_key=master.wrap(private.encode()),
        wrapped_secret=master.wrap(secret),
    )


def unwrap(side: str, wrapped: bytes) -> bytes:
    """
    A private key or secret, by the side's master key.

    :raises DoesNotOpen: if it was wrapped under another key
    """
    return master_key(side).unwrap(wrapped)


def pad(plaintext: bytes) -> bytes:
    """Spaces up to a multiple of 4096 bytes, so that a box's length tells nothing."""
    return plaintext + b" " * (-len(plaintext) % BLOCK)


def check_padded(plaintext: bytes) -> bytes:
    """
    The plaintext without its padding.

    :raises BadPadding: if its length is not a multiple of 4096 bytes
    """
    if not plaintext or len(plaintext) % BLOCK:
        raise BadPadding(len(plaintext))
    return plaintext.rstrip(b" ")


def seal(plaintext: bytes, *, inner: str, outer: str) -> bytes:
    """
    Seal twice, each time to a key of its own (X25519 sealed boxes).

    :param inner: the regulator's public key, hexadecimal
    :param outer: the operator's public key, hexadecimal
    """
    once = SealedBox(PublicKey(bytes.fromhex(inner))).encrypt(plaintext)
    return bytes(SealedBox(PublicKey(bytes.fromhex(outer))).encrypt(once))


def unseal(ciphertext: bytes, *, inner: bytes, outer: bytes) -> bytes:
    """
    Open both boxes with both private keys.

    :raises DoesNotOpen: if either box does not open
    """
    try:
        once = SealedBox(PrivateKey(outer)).decrypt(bytes(ciphertext))
        return bytes(SealedBox(PrivateKey(inner)).decrypt(once))
    except (CryptoError, ValueError, TypeError) as error:
        raise DoesNotOpen from error


def keyed_reference(*parts: str | int) -> str:
    """HMAC-SHA256 of the joined parts under the environment's key: the same again for who knows them all."""
    message = "".join(str(part) for part in parts).encode()
    return hmac.new(_key_file("reference"), message, hashlib.sha256).hexdigest()


def sign(message: bytes) -> tuple[str, str]:
    """The market's Ed25519 signature and the public key that checks it, both hexadecimal."""
    # Read at every use: a process that runs on must not sign with a key that was replaced.
    key = SigningKey(read_or_make_key(key_path("signing")))
    return key.sign(message).signature.hex(), key.verify_key.encode().hex()


def replace_signing_key() -> None:
    """Put a new signing key in place of the one in use, whose private part is gone with that."""
    fresh = key_path("signing").with_suffix(".fresh")
    _write(fresh, secrets.token_bytes(KEY_BYTES))
    fresh.replace(_made(key_path("signing")))


def signature_fits(message: bytes, signature: str, public_key: str) -> bool:
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(message, bytes.fromhex(signature))
    except (CryptoError, ValueError):
        return False
    return True


def key_path(name: str) -> Path:
    return Path(settings.DATA) / "keys" / f"{name}.key"


def read_or_make_key(path: Path) -> bytes:
    """The 32 bytes of a key file, made at the first use."""
    return _read(_made(path))


def is_damaged(name: str) -> bool:
    """Whether a key file of the market is there and holds no key."""
    path = key_path(name)
    return path.exists() and path.stat().st_size != KEY_BYTES


def _key_file(name: str) -> bytes:
    return _read_or_make(key_path(name))


@lru_cache(maxsize=16)
def _read_or_make(path: Path) -> bytes:
    return read_or_make_key(path)


def _made(path: Path) -> Path:
    """The path of a key file that is there."""
    if path.exists():
        return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written under another name and linked, so that two processes starting together never read half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    _write(draft, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path


def _write(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        log.error("key_damaged", file=path.name, bytes=len(key))
        raise KeyDamaged(DAMAGED)
    return key


def _decrypted(path: Path, wrapped: bytes) -> bytes | None:
    try:
        return bytes(SecretBox(_read(path)).decrypt(bytes(wrapped)))
    except (CryptoError, FileNotFoundError, KeyDamaged):
        return None
