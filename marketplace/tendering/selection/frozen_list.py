"""The frozen list: what was bid, in the form that is hashed and published (RULES, Chance that nobody can steer)."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from .canonical import canonical, sha256_hex
from .errors import InvalidSelection

FATES = frozenset({"counted", "replaced", "withdrawn", "set_aside"})

_HEX_32 = re.compile(r"[0-9a-f]{64}")
_TWO_DECIMALS = re.compile(r"(0|[1-9][0-9]*)\.[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One counted bid.

    :param price: CNY with exactly two decimals, None where the owner fixes it
    :param score: credit score with exactly two decimals, None where the method does not use it
    :param nonce: 32 bytes in lower-case hexadecimal, None only for direct selection
    """

    id: str
    days: int
    nonce: str | None
    price: str | None = None
    score: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidSelection("a candidate has no id")
        if type(self.days) is not int or self.days < 1:
            raise InvalidSelection(f"days of {self.id} are not a whole number above zero")
        if self.nonce is not None and not _HEX_32.fullmatch(self.nonce):
            raise InvalidSelection(f"nonce of {self.id} is not 32 bytes of lower-case hex")
        if self.price is not None and (not _TWO_DECIMALS.fullmatch(self.price) or self.price == "0.00"):
            raise InvalidSelection(f"price of {self.id} is not an amount above zero with two decimals")
        if self.score is not None and (not _TWO_DECIMALS.fullmatch(self.score) or self.score_hundredths > 10_000):
            raise InvalidSelection(f"score of {self.id} is not between 0.00 and 100.00")

    @property
    def price_fen(self) -> int:
        if self.price is None:
            raise InvalidSelection(f"{self.id} has no price")
        return int(self.price.replace(".", ""))

    @property
    def score_hundredths(self) -> int:
        if self.score is None:
            raise InvalidSelection(f"{self.id} has no score")
        return int(self.score.replace(".", ""))


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """Hash of a bid as it was received, and what became of it."""

    sha256: str
    fate: str

    def __post_init__(self) -> None:
        if not _HEX_32.fullmatch(self.sha256):
            raise InvalidSelection("a ciphertext's hash is not SHA-256 in lower-case hex")
        if self.fate not in FATES:
            raise InvalidSelection(f"unknown fate {self.fate!r}")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A bid that does not count, and why; ``id`` is None where it did not open."""

    id: str | None
    reason: str


@dataclass(frozen=True)
class FrozenList:
    """Everything that was filed, as hashed and published; the order is part of it."""

    candidates: tuple[Candidate, ...]
    ciphertexts: tuple[Ciphertext, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    def __post_init__(self) -> None:
        ids = [candidate.id for candidate in self.candidates]
        if ids != sorted(set(ids)):
            raise InvalidSelection("candidates are not in ascending order of distinct ids")
        # A copied ciphertext stands here twice, the copy as set aside.
        hashes = [ciphertext.sha256 for ciphertext in self.ciphertexts]
        if hashes != sorted(hashes):
            raise InvalidSelection("ciphertexts are not in ascending order of hashes")
        if list(self.set_aside) != sorted(self.set_aside, key=_set_aside_order):
            raise InvalidSelection("what was set aside is not in ascending order")

    @classmethod
    def of(
        cls, candidates: Sequence[Candidate], ciphertexts: Sequence[Ciphertext], set_aside: Sequence[SetAside]
    ) -> "FrozenList":
        """Put what was found at the opening into the published order."""
        return cls(
            tuple(sorted(candidates, key=lambda candidate: candidate.id)),
            tuple(sorted(ciphertexts, key=lambda ciphertext: (ciphertext.sha256, ciphertext.fate))),
            tuple(sorted(set_aside, key=_set_aside_order)),
        )

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "FrozenList":
        """Read the three lists of a transcript, refusing unknown or missing keys."""
        try:
            return cls(
                tuple(Candidate(**row) for row in document["candidates"]),
                tuple(Ciphertext(**row) for row in document["ciphertexts"]),
                tuple(SetAside(**row) for row in document["set_aside"]),
            )
        except (TypeError, KeyError) as error:
            raise InvalidSelection(f"not a frozen list: {error}") from error

    def as_document(self) -> dict[str, list[dict[str, Any]]]:
        """The JSON form whose RFC 8785 bytes are hashed."""
        return {
            "candidates": [asdict(row) for row in self.candidates],
            "ciphertexts": [asdict(row) for row in self.ciphertexts],
            "set_aside": [asdict(row) for row in self.set_aside],
        }

    @cached_property
    def list_hash(self) -> str:
        return sha256_hex(canonical(self.as_document()))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(candidate.id for candidate in self.candidates)


def _set_aside_order(row: SetAside) -> tuple[bool, str, str]:
    # Bids that did not open have no id and come first, among themselves by reason.
    return (row.id is not None, row.id or "", row.reason)
