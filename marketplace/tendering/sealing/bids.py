"""The sealed form of a bid: its plaintext, its sealing on arrival, and the one place that opens it (RULES, Bids)."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from marketplace.custody import sealing

from ..models import WorkRequest

#: What two sealed boxes add in bytes: an ephemeral key and an authenticator each.
OVERHEAD = 2 * (32 + 16)
MOST_BLOCKS = 4
FIELDS = frozenset({"days", "nonce", "price", "proposal", "request", "salt", "uscc", "version"})
_HEX_32 = re.compile(r"[0-9a-f]{64}")
_PRICE = re.compile(r"(0|[1-9][0-9]{0,15})\.[0-9]{2}")


class Malformed(ValueError):
    """An opened box does not hold a bid of the announced form."""


@dataclass(frozen=True)
class Plaintext:
    """
    What a bidder seals; a withdrawal has neither days nor price.

    :param days: working days
    :param price: CNY with exactly two decimals; None where the owner fixes it
    """

    request: str
    version: int
    uscc: str
    days: int | None
    price: str | None
    nonce: str
    salt: str
    proposal: dict[str, str] | None = None

    @property
    def is_withdrawal(self) -> bool:
        return self.days is None and self.price is None

    def encode(self) -> bytes:
        """RFC 8785, padded."""
        return sealing.pad(rfc8785.dumps({field: getattr(self, field) for field in FIELDS}))


@dataclass(frozen=True)
class SealedBid:
    """A bid as it is stored: nobody who holds it can read it."""

    ciphertext: bytes

    @classmethod
    def received(cls, ciphertext: bytes) -> "SealedBid":
        """
        A ciphertext as a bidder's browser or program hands it in.

        :raises Malformed: if it has not the length of padded blocks sealed twice
        """
        blocks, rest = divmod(len(ciphertext) - OVERHEAD, sealing.BLOCK)
        if rest or not 1 <= blocks <= MOST_BLOCKS:
            raise Malformed(len(ciphertext))
        return cls(ciphertext)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.ciphertext).hexdigest()


@dataclass(frozen=True)
class Envelope:
    """Who filed, from where: sealed to the same keys, for the audit trail at the opening."""

    uscc: str
    filing: int
    person: int
    address: str
    device: str

    def encode(self) -> bytes:
        return sealing.pad(rfc8785.dumps(dict(vars(self))))


def hashed_id(salt: str, uscc: str) -> str:
    """
    The id of a bidder whose name is not published: hex SHA-256 of the salt's 32 bytes, then the code in ASCII.

    :param salt: hexadecimal, as it was sealed
    """
    return hashlib.sha256(bytes.fromhex(salt) + uscc.encode("ascii")).hexdigest()


def fresh_hex() -> str:
    """A nonce or salt: 32 random bytes, hexadecimal."""
    return secrets.token_hex(32)


def seal(work_request: WorkRequest, content: bytes) -> bytes:
    """Seal to the request's two keys, the regulator's inside."""
    keys = (work_request.announcement or {})["bid_keys"]
    return sealing.seal(content, inner=keys["regulator"], outer=keys["operator"])


def open_box(ciphertext: bytes, keys: Mapping[str, bytes]) -> Any:
    """
    What a box holds.

    :param keys: both sides' private keys
    :raises sealing.DoesNotOpen: if it was sealed to others
    :raises Malformed: if it is not padded RFC 8785
    """
    plain = sealing.unseal(ciphertext, inner=keys["regulator"], outer=keys["operator"])
    try:
        content = sealing.check_padded(plain)
        document = json.loads(content)
        # Whatever else means the same, such as a key given twice, another reader could take for something else.
        if rfc8785.dumps(document) != content:
            raise Malformed("form")
    except (ValueError, RecursionError) as error:
        # One bidder who nests brackets deeper than the parser goes must not keep all bids from being opened.
        raise Malformed from error
    return document


def read_bid(document: Any) -> Plaintext:
    """
    A bid from what its box held.

    :raises Malformed: if a field is missing, too many, or not of its form
    """
    if not isinstance(document, dict) or set(document) != FIELDS:
        raise Malformed("fields")
    bid = Plaintext(**document)
    well_formed = (
        isinstance(bid.request, str)
        and type(bid.version) is int
        and isinstance(bid.uscc, str)
        and (bid.days is None or (type(bid.days) is int and 0 < bid.days < 10_000))
        and (bid.price is None or (isinstance(bid.price, str) and _PRICE.fullmatch(bid.price) is not None))
        and all(isinstance(one, str) and _HEX_32.fullmatch(one) for one in (bid.nonce, bid.salt))
        and (bid.days is not None or bid.price is None)
        and _is_proposal(bid.proposal)
    )
    if not well_formed:
        raise Malformed("values")
    return bid


def _is_proposal(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and set(value) == {"key", "sha256"}
        and all(isinstance(one, str) and _HEX_32.fullmatch(one) for one in value.values())
    )


def read_envelope(document: Any) -> Envelope:
    """
    An envelope from what its box held.

    :raises Malformed: if it is not one
    """
    try:
        return Envelope(**document)
    except TypeError as error:
        raise Malformed from error
