"""Who let the time for signing pass (RULES, After the selection)."""

from collections.abc import Set
from datetime import datetime

OWNER = "owner"
INTERMEDIARY = "intermediary"
_OTHER = {OWNER: INTERMEDIARY, INTERMEDIARY: OWNER}


def late_party(*, agreed: bool, turn: str, turn_since: datetime, last_fair_turn: datetime, signed: Set[str]) -> str:
    """
    The party that is answerable for a contract not signed in time.

    Once the terms are agreed it is whoever has not signed, the intermediary where neither has: it loses the award
    then. While terms are being agreed it is whoever's turn it is, unless that turn came only after `last_fair_turn`,
    too late to be taken: then whoever passed it on.
    """
    if agreed:
        return OWNER if INTERMEDIARY in signed else INTERMEDIARY
    return _OTHER[turn] if turn_since >= last_fair_turn else turn
