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

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey

KEY_BYTES = 32
BLOCK = 4096


class DoesNotOpen(Exception):
    """The box was not sealed to this key, or was altered."""


class BadPadding(ValueError):
    """The plaintext is not padded with spaces to a multiple of 4096 bytes."""


@dataclass(frozen=True)
class Half:
    """What one side draws for a matter: two public values, and two that only its master key unwraps."""

    public_key: str
    commitment: str
    wrapped_key: bytes
    wrapped_secret: bytes


def draw_half(side: str) -> Half:
    """
    Draw a side's key pair and 32 secret bytes, wrapped at once.

    :returns: public key and SHA-256 commitment in lower-case hexadecimal
    """
    private, secret = PrivateKey.generate(), secrets.token_bytes(KEY_BYTES)
    box = SecretBox(_key_file(f"{side}-master"))
    return Half(
        public_key=private.public_key.encode().hex(),
        commitment=hashlib.sha256(secret).hexdigest(),
        wrapped_key=bytes(box.encrypt(private.encode())),
        wrapped_secret=bytes(box.encrypt(secret)),
    )


def unwrap(side: str, wrapped: bytes) -> bytes:
    """
    A private key or secret, by the side's master key.

    :raises DoesNotOpen: if it was wrapped under another key
    """
    try:
        return SecretBox(_key_file(f"{side}-master")).decrypt(bytes(wrapped))
    except CryptoError as error:
        raise DoesNotOpen(f"the {side}'s master key does not fit") from error


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
    key = SigningKey(_key_file("signing"))
    return key.sign(message).signature.hex(), key.verify_key.encode().hex()


def signature_fits(message: bytes, signature: str, public_key: str) -> bool:
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(message, bytes.fromhex(signature))
    except (CryptoError, ValueError):
        return False
    return True


def _key_file(name: str) -> bytes:
    return _read_or_make(Path(settings.DATA) / "keys" / f"{name}.key")


@lru_cache(maxsize=16)
def _read_or_make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written under another name and linked, so that two processes starting together never read half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} does not hold a key of {KEY_BYTES} bytes")
    return key
