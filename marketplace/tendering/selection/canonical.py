"""Hashes over canonical JSON (RFC 8785): what the market announces and freezes, two readers hash alike."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import rfc8785

from .errors import InvalidSelection

ANNOUNCED = frozenset(
    {
        "bid_keys",
        "commitments",
        "deadline",
        "limits",
        "method",
        "number",
        "parameters",
        "policy",
        "public_value_source",
        "published_at",
        "version",
    }
)


def canonical(document: Any) -> bytes:
    """RFC 8785 bytes of a JSON value."""
    # json.dumps is not enough: order of keys, escapes and numbers differ between languages, and with them the hash.
    return rfc8785.dumps(document)


def sha256_hex(content: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def announcement_hash(announcement: Mapping[str, Any]) -> str:
    """
    Hash of an announcement, with exactly the keys that RULES lists.

    :raises InvalidSelection: if a key is missing or too many
    """
    # Exactly these: a stranger's verifier does not know a key more, and a key less binds nobody.
    if different := ANNOUNCED.symmetric_difference(announcement):
        raise InvalidSelection(f"announcement keys differ: {', '.join(sorted(different))}")
    return sha256_hex(canonical(dict(announcement)))


def commitment(secret: bytes) -> str:
    """What a custodian publishes of its 32 secret bytes before the bids."""
    return sha256_hex(secret)


def keeps_commitment(secret: bytes, committed: str) -> bool:
    """Whether a revealed secret is the one that was committed to; one that is not voids the selection."""
    return hmac.compare_digest(commitment(secret), committed)
