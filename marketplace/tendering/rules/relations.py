"""
Whether two firms are related (RULES, Bids): the same legal representative, or a common holder of 25 % or more;
state holders only through a common company that controls both.

Judged on what was recorded by an instant. A person is known by name only, so the same name counts as the same person;
a company by its code, or by its name where one of the two records lacks the code.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from marketplace.accounts.particulars import FirmFacts
from marketplace.core.typed.comparing import folded

FROM = Decimal(25)
CONTROL = Decimal(50)

LEGAL_REPRESENTATIVE = "legal_representative"
HOLDER = "holder"


@dataclass(frozen=True)
class Ties:
    """What ties a firm to others: keys that two related firms share, each with its kind."""

    keys: frozenset[tuple[str, str]]
    #: Names of companies whose code is known: they meet the same name without a code, but not with another code.
    coded_names: frozenset[str] = frozenset()

    def shared_with(self, other: "Ties") -> list[str]:
        """The kinds of the ties that two firms share, in the order of their names."""
        kinds = {kind for kind, _key in self.keys & other.keys}
        if self._names() & other.coded_names or other._names() & self.coded_names:
            kinds.add(HOLDER)
        return sorted(kinds)

    def _names(self) -> set[str]:
        return {key for kind, key in self.keys if kind == HOLDER and key.startswith("name:")}


def ties_of(facts: FirmFacts) -> Ties:
    """A firm's ties as its facts make them."""
    keys: set[tuple[str, str]] = set()
    names: set[str] = set()
    if representative := folded(facts.legal_representative, person=True):
        keys.add((LEGAL_REPRESENTATIVE, representative))
    if facts.uscc:
        # A firm that holds 25 % of another, or a state company that controls it, shares these with it.
        keys |= {(HOLDER, f"code:{facts.uscc}"), (HOLDER, f"state:{facts.uscc}")}
        names.add(f"name:{folded(facts.name)}")
    for holder in facts.holders:
        if holder.share_percent < FROM:
            continue
        if holder.is_state:
            if holder.code and holder.share_percent > CONTROL:
                keys.add((HOLDER, f"state:{holder.code}"))
        elif holder.code:
            keys.add((HOLDER, f"code:{holder.code}"))
            names.add(f"name:{folded(holder.name)}")
        else:
            # A person, whose name counts with and without the dot in it, or a company whose code was not given.
            keys.add((HOLDER, f"person:{folded(holder.name, person=True)}"))
            keys.add((HOLDER, f"name:{folded(holder.name)}"))
    return Ties(frozenset(keys), frozenset(names))


def related_among(ties: Mapping[int, Ties]) -> dict[int, list[str]]:
    """The firms that are related to another of them, each with the kinds of its ties."""
    by_key: dict[tuple[str, str], set[int]] = defaultdict(set)
    by_coded_name: dict[str, set[int]] = defaultdict(set)
    for pk, firm in ties.items():
        for key in firm.keys:
            by_key[key].add(pk)
        for name in firm.coded_names:
            by_coded_name[name].add(pk)
    found: dict[int, set[str]] = defaultdict(set)
    for (kind, named), members in by_key.items():
        together = members | by_coded_name[named] if kind == HOLDER else members
        if len(together) > 1:
            for pk in together:
                found[pk].add(kind)
    return {pk: sorted(kinds) for pk, kinds in found.items()}


def words_for(kinds: Iterable[str]) -> str:
    """The kinds of ties in words."""
    words = {
        LEGAL_REPRESENTATIVE: _("the same legal representative"),
        HOLDER: _("a common holder of 25 percent or more"),
    }
    return ", ".join(words[kind] for kind in kinds)
