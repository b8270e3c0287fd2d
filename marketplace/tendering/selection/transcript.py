"""The published record of a selection, also of a failed one (RULES, Transcript)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .canonical import announcement_hash, keeps_commitment
from .chance import seed_of
from .errors import InvalidSelection
from .frozen_list import FrozenList
from .outcome import Outcome
from .selecting import DIRECT, fewest_bids, select

#: Of this package: a change that can alter a result raises it.
CODE_VERSION = "0.2.0"
SIDES = ("operator", "regulator")


@dataclass(frozen=True)
class Opened:
    """
    What a selection brings together: announced, frozen, revealed and decided; the result follows from it.

    :param secrets: side → 32 bytes; None for direct selection, which no chance takes part in
    :param public_money: read only where the announced limits do not say how few bids fail the request
    :param public_value: as two officers typed it; None where the announcement names no source
    :param marks: id → final marks, best proposal only
    :param panel: the steps by which the marks came about, best proposal only; they open the working
    :param pick: the owner's choice, direct and credit-preferred; None where the rule decides
    :param reason: why the owner picked it, published
    """

    announcement: Mapping[str, Any]
    frozen: FrozenList
    secrets: Mapping[str, bytes] | None
    public_money: bool = False
    public_value: str | None = None
    marks: Mapping[str, Sequence[int]] | None = None
    panel: Sequence[Mapping[str, Any]] = ()
    pick: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.pick is None) != (not self.reason.strip()):
            raise InvalidSelection("a pick has its reason, and a reason its pick")
        if self.is_direct and self.secrets is not None:
            raise InvalidSelection("direct selection has no secrets")
        if not self.is_direct and (self.secrets is None or set(self.secrets) != set(SIDES)):
            raise InvalidSelection("both custodians' secrets are needed")
        if self.is_direct and any(one.nonce is not None for one in self.frozen.candidates):
            raise InvalidSelection("direct selection has no nonces")

    @property
    def is_direct(self) -> bool:
        return self.announcement["method"] == DIRECT

    @cached_property
    def seed(self) -> bytes | None:
        """
        The seed, if both secrets are the ones committed to; None for direct selection.

        :raises InvalidSelection: if a secret does not match; the selection is then voided publicly
        """
        if self.secrets is None:
            return None
        for side in SIDES:
            if not keeps_commitment(self.secrets[side], self.announcement["commitments"][side]):
                raise InvalidSelection(f"the {side}'s secret is not the one committed to")
        if any(one.nonce is None for one in self.frozen.candidates):
            raise InvalidSelection("a candidate has no nonce")
        return seed_of(
            operator_secret=self.secrets["operator"],
            regulator_secret=self.secrets["regulator"],
            announcement_hash=announcement_hash(self.announcement),
            list_hash=self.frozen.list_hash,
            nonces=[one.nonce or "" for one in self.frozen.candidates],
            public_value=self.public_value,
        )

    @property
    def fewest_bids(self) -> int:
        """As announced, so that a stranger can tell a request that failed from one that was made to fail."""
        announced = self.announcement["limits"].get("fewest_bids")
        return announced or fewest_bids(self.announcement["method"], public_money=self.public_money)

    @property
    def has_enough(self) -> bool:
        return len(self.frozen.candidates) >= self.fewest_bids

    def outcome(self) -> Outcome:
        """
        The ranking; empty where too few bids counted.

        Without a pick a credit-preferred outcome ranks as drawn, and its short list is what the owner picks from.
        """
        if not self.has_enough:
            too_few = {"step": "too_few", "counted": len(self.frozen.candidates), "needed": self.fewest_bids}
            return Outcome((), (too_few,))
        if (self.announcement["public_value_source"] is None) != (self.public_value is None):
            raise InvalidSelection("the public value is not the announced one")
        return select(
            self.announcement["method"],
            self.frozen,
            seed=self.seed,
            parameters=self.announcement["parameters"],
            marks=self.marks,
            pick=self.pick,
        )


def document(opened: Opened, *, opened_at: str, code_version: str = CODE_VERSION) -> dict[str, Any]:
    """
    The transcript as JSON.

    :param opened_at: UTC, RFC 3339
    """
    outcome, seed = opened.outcome(), opened.seed
    return {
        **_known(opened.announcement, opened.frozen, opened_at, code_version),
        "secrets": {side: opened.secrets[side].hex() for side in SIDES} if opened.secrets is not None else None,
        "public_value": opened.public_value,
        "seed": seed.hex() if seed is not None else None,
        "coefficient": outcome.coefficient,
        "marks": {one: list(row) for one, row in opened.marks.items()} if opened.marks is not None else None,
        "working": [dict(step) for step in (*opened.panel, *outcome.working)],
        "ranking": list(outcome.ranking),
        "winner": outcome.winner,
        "reserves": list(outcome.reserves),
        "decided_by": {"by": "rule"} if opened.pick is None else {"by": "owner", "reason": opened.reason},
    }


def voided(
    announcement: Mapping[str, Any],
    frozen: FrozenList,
    *,
    revealed: Mapping[str, str],
    public_value: str | None,
    reason: str,
    opened_at: str,
    code_version: str = CODE_VERSION,
) -> dict[str, Any]:
    """
    What is known of an opening that was voided: no ranking, and in the working why.

    The seed is null where a secret is lost or not the one committed to, and only there.

    :param revealed: side → hexadecimal secret as it was given up, whether or not it fits; a side that gave up none
        is null
    """
    return {
        **_known(announcement, frozen, opened_at, code_version),
        "secrets": {side: revealed.get(side) for side in SIDES} if announcement["method"] != DIRECT else None,
        "public_value": public_value,
        "seed": _seed_if_kept(announcement, frozen, revealed, public_value),
        "coefficient": None,
        "marks": None,
        "working": [{"step": "voided", "reason": reason}],
        "ranking": [],
        "winner": None,
        "reserves": [],
        "decided_by": {"by": "rule"},
    }


def _seed_if_kept(
    announcement: Mapping[str, Any], frozen: FrozenList, revealed: Mapping[str, str], public_value: str | None
) -> str | None:
    if announcement["method"] == DIRECT or set(revealed) != set(SIDES):
        return None
    secrets = {side: bytes.fromhex(secret) for side, secret in revealed.items()}
    try:
        seed = Opened(announcement, frozen, secrets, public_value=public_value).seed
    except InvalidSelection:
        return None
    return seed.hex() if seed is not None else None


def _known(announcement: Mapping[str, Any], frozen: FrozenList, opened_at: str, code_version: str) -> dict[str, Any]:
    return {
        "version": announcement["version"],
        "number": announcement["number"],
        "announcement": dict(announcement),
        "announcement_hash": announcement_hash(announcement),
        "opened_at": opened_at,
        **frozen.as_document(),
        "list_hash": frozen.list_hash,
        "code_version": code_version,
    }
