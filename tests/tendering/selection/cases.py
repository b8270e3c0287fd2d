"""Candidates and chances for the tests of the selection methods."""

import hashlib

from marketplace.tendering.selection import Candidate, Chance


def candidates(*rows, price=None, score=None):
    """One candidate per row: its price, or its score, or (price, score, days)."""
    return [
        Candidate(
            id=f"firm-{number:05d}",
            nonce=hashlib.sha256(f"nonce {number}".encode()).hexdigest(),
            **row,
        )
        for number, row in enumerate(rows, start=1)
    ]


def chance(number=0):
    return Chance(hashlib.sha256(f"seed {number}".encode()).digest())
