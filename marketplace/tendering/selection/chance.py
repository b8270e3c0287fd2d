"""Chance that nobody can steer: the seed, and the numbers that follow from it. Integers only."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .errors import InvalidSelection

COEFFICIENTS = (95, 96, 97, 98)
SECRET_BYTES = 32


def seed_of(
    *,
    operator_secret: bytes,
    regulator_secret: bytes,
    announcement_hash: str,
    list_hash: str,
    nonces: Iterable[str],
    public_value: str | None = None,
) -> bytes:
    """
    Combine what both custodians committed to before the bids with every bidder's nonce and the frozen list.

    :param nonces: hexadecimal, in list order
    :param public_value: as published, hashed in UTF-8; None where the request names no source
    :returns: 32 raw bytes
    """
    if len(operator_secret) != SECRET_BYTES or len(regulator_secret) != SECRET_BYTES:
        raise InvalidSelection("a custodian's secret has 32 bytes")
    # Fixed lengths in a fixed order need no separators; a part of another length could be shifted into its neighbour,
    # so that two inputs give one seed.
    digest = hashlib.sha256(operator_secret + regulator_secret)
    digest.update(bytes.fromhex(announcement_hash) + bytes.fromhex(list_hash))
    # Every bidder's own chance: with the custodians' secrets alone the two of them could compute the draw beforehand.
    for nonce in nonces:
        digest.update(bytes.fromhex(nonce))
    if public_value is not None:
        digest.update(hashlib.sha256(public_value.encode()).digest())
    return digest.digest()


@dataclass(frozen=True)
class Chance:
    """The numbers that a seed gives; each can be recomputed by anyone who has the transcript."""

    seed: bytes = field(repr=False)

    def value(self, label: str, identifier: str) -> int:
        """HMAC-SHA256 of ``label:identifier`` as a big-endian integer."""
        return self._number(f"{label}:{identifier}")

    @cached_property
    def coefficient(self) -> int:
        """Percent, of the benchmark price method."""
        # 2^256 is a multiple of four, so no coefficient is likelier than another.
        return COEFFICIENTS[self._number("coefficient") % len(COEFFICIENTS)]

    def draw_order(self, identifiers: Iterable[str]) -> list[str]:
        """Every identifier with the same chance; a tie of values, which nobody will see, by ``tie``."""
        return sorted(identifiers, key=lambda one: (self.value("draw", one), self.value("tie", one)))

    def weighted_order(self, weights: Sequence[tuple[str, int]]) -> list[str]:
        """
        Draw without putting back, each time with the chances that the weights left give.

        :param weights: (id, score × 100) in ascending order of id
        """
        # A score of zero has no weight and would never be drawn; who has it comes after all others, in drawn order.
        left = [(identifier, weight) for identifier, weight in weights if weight > 0]
        sums = _RunningSums([weight for _, weight in left])
        order: list[str] = []
        for step in range(1, len(left) + 1):
            # The remainder of 256 bits by a sum of some millions favours the first by less than one part in 2^200.
            place = sums.take_out(self._number(f"weighted:{step}") % sums.total)
            order.append(left[place][0])
        return order + self.draw_order(identifier for identifier, weight in weights if weight == 0)

    def evaluators(self, pool: Sequence[int], number: int) -> list[int]:
        """The first ``number`` of a declared pool's numbers."""
        if len(set(pool)) != len(pool) or not 0 < number <= len(pool):
            raise InvalidSelection("the pool holds too few distinct evaluators")
        return sorted(pool, key=lambda one: self.value("evaluator", str(one)))[:number]

    def _number(self, message: str) -> int:
        return int.from_bytes(hmac.digest(self.seed, message.encode(), "sha256"), "big")


class _RunningSums:
    """Weights in their order, in a Fenwick tree: 10,000 draws without walking 10,000 weights each time."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._weights = list(weights)
        self.total = sum(weights)
        self._tree = [0, *weights]
        self._top = 1
        for position in range(1, len(self._tree)):
            parent = position + (position & -position)
            if parent < len(self._tree):
                self._tree[parent] += self._tree[position]
        while self._top * 2 < len(self._tree):
            self._top *= 2

    def take_out(self, target: int) -> int:
        """Take out the first weight whose running sum exceeds the target, and give its place from 0."""
        before, half = 0, self._top
        while half:
            if before + half < len(self._tree) and self._tree[before + half] <= target:
                before += half
                target -= self._tree[before]
            half //= 2
        weight, self._weights[before] = self._weights[before], 0
        self.total -= weight
        position = before + 1
        while position < len(self._tree):
            self._tree[position] -= weight
            position += position & -position
        return before
