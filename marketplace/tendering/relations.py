"""
Whether two firms are related (RULES, Bids): the same legal representative, or a common holder of 25 % or more;
state holders only through a common company that controls both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts.models import Organisation

CONTROL = Decimal(50)


@dataclass(frozen=True)
class Ties:
    """What ties a firm to others: keys that two related firms share."""

    keys: frozenset[tuple[str, str]]

    def shared_with(self, other: "Ties") -> list[str]:
        """The kinds of the ties that two firms share, in the order of their names."""
        return sorted({kind for kind, _ in self.keys & other.keys})


def ties_of(organisation: Organisation) -> Ties:
    """A firm's ties; its holders should be prefetched."""
    keys = set()
    if organisation.legal_representative:
        keys.add(("legal_representative", organisation.legal_representative))
    if organisation.uscc:
        # A firm that holds 25 % of another shares this key with it.
        keys.add(("holder", organisation.uscc))
    for holder in organisation.holders.all():
        if holder.is_state:
            if holder.code and holder.share_percent > CONTROL:
                keys.add(("holder", f"state:{holder.code}"))
        else:
            keys.add(("holder", holder.code or holder.name))
    return Ties(frozenset(keys))


def are_related(one: Organisation, other: Organisation) -> bool:
    return bool(ties_of(one).shared_with(ties_of(other)))


def related_among(organisations: Iterable[Organisation]) -> set[int]:
    """The primary keys of those that are related to another of them."""
    seen: dict[tuple[str, str], set[int]] = {}
    for organisation in organisations:
        for key in ties_of(organisation).keys:
            seen.setdefault(key, set()).add(organisation.pk)
    return {pk for members in seen.values() if len(members) > 1 for pk in members}
