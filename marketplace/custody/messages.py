"""
What the market and a custodian say to each other: RFC 8785 documents, each signed by a key that the other knows.

A request carries the time and a number that is used once; an answer names the hash of the request that it answers.
Keys and secrets travel sealed to a key that the asker made for that one request.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rfc8785
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from .sealing import read_or_make_key

SIGNATURE = "X-Signature"
#: How far apart two machines' clocks may be, in seconds.
SKEW = 60
LARGEST = 16 * 2**20


class NotAuthentic(Exception):
    """Not signed by the other side, too old, or seen before."""


class Identity:
    """A side's own signing key (Ed25519), in a file that never leaves its machine."""

    def __init__(self, path: Path) -> None:
        self._key = SigningKey(read_or_make_key(path))

    @property
    def public_key(self) -> str:
        return self._key.verify_key.encode().hex()

    def sign(self, body: bytes) -> str:
        return self._key.sign(body).signature.hex()


@dataclass(frozen=True)
class Request:
    """
    One question to a custodian.

    :param at: seconds since 1970
    :param reply_key: the asker's X25519 key for this one answer, hexadecimal
    """

    operation: str
    fields: dict[str, Any]
    reply_key: str = ""
    at: int = field(default_factory=lambda: int(time.time()))
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))

    def encode(self) -> bytes:
        return rfc8785.dumps(dict(vars(self)))


def read_request(body: bytes, signature: str, public_key: str) -> Request:
    """
    A request that the market has signed just now.

    :raises NotAuthentic: if it has not
    """
    _check(body, signature, public_key)
    try:
        request = Request(**json.loads(body))
        fresh = abs(time.time() - request.at) <= SKEW
    except (TypeError, ValueError) as error:
        raise NotAuthentic("form") from error
    if not fresh:
        raise NotAuthentic("time")
    return request


def answer(request: bytes, *, result: dict[str, Any] | None = None, error: str = "") -> bytes:
    """The document that answers a request's bytes."""
    return rfc8785.dumps({"error": error, "request": hashlib.sha256(request).hexdigest(), "result": result})


def read_answer(body: bytes, signature: str, public_key: str, request: bytes) -> dict[str, Any]:
    """
    The answer to a request, with `result` and `error`.

    :raises NotAuthentic: if the custodian has not signed it, or answers another request
    """
    _check(body, signature, public_key)
    document = json.loads(body)
    if document.get("request") != hashlib.sha256(request).hexdigest():
        raise NotAuthentic("another request")
    return document


def boxed(plain: bytes, reply_key: str) -> str:
    """A secret for the way back, hexadecimal."""
    return bytes(SealedBox(PublicKey(bytes.fromhex(reply_key))).encrypt(plain)).hex()


def unboxed(box: str, reply_key: PrivateKey) -> bytes:
    try:
        return bytes(SealedBox(reply_key).decrypt(bytes.fromhex(box)))
    except (CryptoError, ValueError) as error:
        raise NotAuthentic("box") from error


def _check(body: bytes, signature: str, public_key: str) -> None:
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(body, bytes.fromhex(signature))
    except (CryptoError, ValueError) as error:
        raise NotAuthentic("signature") from error
