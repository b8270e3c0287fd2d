"""The published record of an opening, also of a failed one (RULES, Transcript)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .canonical import announcement_hash, keeps_commitment
from .chance import seed_of
from .errors import InvalidSelection
from .frozen_list import FrozenList
from .outcome import Outcome
from .selecting import fewest_bids, select

VERSION = 1
#: Of this package: a change that can alter a result raises it.
CODE_VERSION = "0.1.0"
SIDES = ("operator", "regulator")


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening brings together: announced, frozen and revealed; the result follows from it."""

    announcement: Mapping[str, Any]
    frozen: FrozenList
    secrets: Mapping[str, bytes]
    public_money: bool
    public_value: str | None = None
    marks: Mapping[str, Sequence[int]] | None = None

    @property
    def seed(self) -> bytes:
        """
        The seed, if both secrets are the ones committed to.

        :raises InvalidSelection: if a secret does not match; the selection is then voided publicly
        """
        for side in SIDES:
            if not keeps_commitment(self.secrets[side], self.announcement["commitments"][side]):
                raise InvalidSelection(f"the {side}'s secret is not the one committed to")
        return seed_of(
            operator_secret=self.secrets["operator"],
            regulator_secret=self.secrets["regulator"],
            announcement_hash=announcement_hash(self.announcement),
            list_hash=self.frozen.list_hash,
            nonces=[one.nonce or "" for one in self.frozen.candidates],
            public_value=self.public_value,
        )

    @property
    def has_enough(self) -> bool:
        fewest = fewest_bids(self.announcement["method"], public_money=self.public_money)
        return len(self.frozen.candidates) >= fewest

    def outcome(self) -> Outcome:
        """The ranking; empty where too few bids counted."""
        if not self.has_enough:
            fewest = fewest_bids(self.announcement["method"], public_money=self.public_money)
            too_few = {"step": "too_few", "counted": len(self.frozen.candidates), "needed": fewest}
            return Outcome((), (too_few,))
        return select(
            self.announcement["method"],
            self.frozen,
            seed=self.seed,
            parameters=self.announcement["parameters"],
            marks=self.marks,
        )


def document(opened: Opened, *, opened_at: str, code_version: str = CODE_VERSION) -> dict[str, Any]:
    """
    The transcript as JSON.

    :param opened_at: UTC, RFC 3339
    """
    outcome = opened.outcome()
    return {
        "version": VERSION,
        "number": opened.announcement["number"],
        "announcement": dict(opened.announcement),
        "announcement_hash": announcement_hash(opened.announcement),
        "opened_at": opened_at,
        "secrets": {side: opened.secrets[side].hex() for side in SIDES},
        "public_value": opened.public_value,
        **opened.frozen.as_document(),
        "list_hash": opened.frozen.list_hash,
        "seed": opened.seed.hex(),
        "coefficient": outcome.coefficient,
        "marks": {one: list(row) for one, row in opened.marks.items()} if opened.marks is not None else None,
        "working": [dict(step) for step in outcome.working],
        "ranking": list(outcome.ranking),
        "winner": outcome.winner,
        "reserves": list(outcome.reserves),
        "decided_by": {"by": "rule"},
        "code_version": code_version,
    }
