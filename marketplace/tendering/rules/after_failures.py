"""Whether a second request that failed asked for no more than the first (RULES, Selection methods)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from credit.rating import Grade as CreditGrade
from marketplace.core.typed.comparing import folded

from ..choices import Matching

FAILURES = 2


@dataclass(frozen=True)
class Asked:
    """
    What a request asked for: limits, content and conditions.

    :ivar items: code of each service, by code, and the base of its fee where it has one
    :ivar qualifications: further ones, names by key
    :ivar kept_out: firms that the owner excluded, names by key
    """

    price_max: Decimal | None
    price_min: Decimal | None
    service_days: int | None
    items: tuple[tuple[str, Decimal | None], ...]
    content: str
    scale: str
    needed_grade: str
    qualifications: Mapping[int, str]
    qualifications_match: str
    practitioner_licence: str
    practitioners_needed: int
    kept_out: Mapping[int, str]


@dataclass(frozen=True)
class Compared:
    """One thing that the two requests asked for, in words, and whether the second asked for no more."""

    name: str
    first: str
    second: str
    is_no_stricter: bool


def compare(first: Asked, second: Asked) -> list[Compared]:
    """Limits, content and conditions of two requests, side by side."""
    nothing = _("none")
    rows: list[tuple[str, Any, Any, bool]] = [
        (_("Price"), first.price_max, second.price_max, _no_lower(first.price_max, second.price_max)),
        (
            _("Lowest price accepted"),
            first.price_min,
            second.price_min,
            _no_lower(second.price_min or Decimal(0), first.price_min or Decimal(0)),
        ),
        (
            _("Service time"),
            first.service_days,
            second.service_days,
            (second.service_days or 0) >= (first.service_days or 0),
        ),
        (_("Services"), _items(first), _items(second), _items(first) == _items(second)),
        (_("Content of the service"), first.content, second.content, first.content == second.content),
        (_("Scale"), first.scale, second.scale, first.scale == second.scale),
        (
            _("Credit grade"),
            first.needed_grade,
            second.needed_grade,
            _rank(second.needed_grade) >= _rank(first.needed_grade),
        ),
        (
            _("Further qualifications"),
            _names(first.qualifications.values()),
            _names(second.qualifications.values()),
            _fewer_qualifications(first, second),
        ),
        (_("Practitioners"), _practitioners(first), _practitioners(second), _fewer_practitioners(first, second)),
        (
            _("Firms kept out"),
            _names(first.kept_out.values()),
            _names(second.kept_out.values()),
            second.kept_out.keys() <= first.kept_out.keys(),
        ),
    ]
    return [Compared(name, str(one or nothing), str(two or nothing), fine) for name, one, two, fine in rows]


def is_no_stricter(first: Asked, second: Asked) -> bool:
    return all(row.is_no_stricter for row in compare(first, second))


def _no_lower(first: Decimal | None, second: Decimal | None) -> bool:
    """Whether the second upper limit leaves at least the room of the first; None is no limit."""
    return second is None or (first is not None and second >= first)


def _rank(grade: str) -> int:
    return CreditGrade(grade).rank if grade else CreditGrade.C.rank


def _items(asked: Asked) -> str:
    return "; ".join(f"{code} {base.normalize():f}" if base else code for code, base in asked.items)


def _names(things: Iterable[str]) -> str:
    return ", ".join(things)


def _fewer_qualifications(first: Asked, second: Asked) -> bool:
    before, after = first.qualifications.keys(), second.qualifications.keys()
    if first.qualifications_match == Matching.ALL:
        # Any one of some of them is less than all of them.
        return after <= before
    return not after or (second.qualifications_match == Matching.ANY and before <= after)


def _practitioners(asked: Asked) -> str:
    if not asked.practitioners_needed:
        return ""
    return f"{asked.practitioner_licence} {asked.practitioners_needed}".strip()


def _fewer_practitioners(first: Asked, second: Asked) -> bool:
    if not second.practitioners_needed:
        return True
    same_licence = folded(second.practitioner_licence) in ("", folded(first.practitioner_licence))
    return same_licence and second.practitioners_needed <= first.practitioners_needed
