"""Whether a second request that failed asked for no more than the first (RULES, Selection methods)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from credit.rating import Grade as CreditGrade

from ..choices import Matching
from ..models import WorkRequest
from ..states import Status

FAILURES = 2


@dataclass(frozen=True)
class Compared:
    """One thing that the two requests asked for, in words, and whether the second asked for no more."""

    name: str
    first: str
    second: str
    is_no_stricter: bool


def failed_before(work_request: WorkRequest) -> list[WorkRequest]:
    """The requests that failed and were posted again one after another, ending in this one; the oldest first."""
    failed: list[WorkRequest] = []
    before = work_request.reposted_from
    while before is not None:
        if before.status == Status.FAILED:
            failed.insert(0, before)
        before = before.reposted_from
    return failed


def last_two(work_request: WorkRequest) -> tuple[WorkRequest, WorkRequest] | None:
    """The last two failures, the earlier one first; None where there are fewer."""
    failed = failed_before(work_request)
    return (failed[-2], failed[-1]) if len(failed) >= FAILURES else None


def compare(first: WorkRequest, second: WorkRequest) -> list[Compared]:
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
            _names(first.qualifications.all()),
            _names(second.qualifications.all()),
            _fewer_qualifications(first, second),
        ),
        (_("Practitioners"), _practitioners(first), _practitioners(second), _fewer_practitioners(first, second)),
        (
            _("Firms kept out"),
            _names(one.organisation for one in first.exclusions.select_related("organisation")),
            _names(one.organisation for one in second.exclusions.select_related("organisation")),
            _excluded(second) <= _excluded(first),
        ),
    ]
    return [Compared(name, str(one or nothing), str(two or nothing), fine) for name, one, two, fine in rows]


def is_no_stricter(first: WorkRequest, second: WorkRequest) -> bool:
    return all(row.is_no_stricter for row in compare(first, second))


def _no_lower(first: Decimal | None, second: Decimal | None) -> bool:
    """Whether the second upper limit leaves at least the room of the first; None is no limit."""
    return second is None or (first is not None and second >= first)


def _rank(grade: str) -> int:
    return CreditGrade(grade).rank if grade else CreditGrade.C.rank


def _items(work_request: WorkRequest) -> str:
    rows = work_request.request_items.select_related("item").order_by("item__code")
    return "; ".join(f"{row.item.code} {row.base.normalize():f}" if row.base else row.item.code for row in rows)


def _names(things: Iterable[Any]) -> str:
    return ", ".join(str(thing) for thing in things)


def _fewer_qualifications(first: WorkRequest, second: WorkRequest) -> bool:
    before, after = (set(one.qualifications.values_list("pk", flat=True)) for one in (first, second))
    if first.qualifications_match == Matching.ALL:
        # Any one of some of them is less than all of them.
        return after <= before
    return not after or (second.qualifications_match == Matching.ANY and before <= after)


def _practitioners(work_request: WorkRequest) -> str:
    if not work_request.practitioners_needed:
        return ""
    return f"{work_request.practitioner_licence} {work_request.practitioners_needed}".strip()


def _fewer_practitioners(first: WorkRequest, second: WorkRequest) -> bool:
    if not second.practitioners_needed:
        return True
    same_licence = second.practitioner_licence in ("", first.practitioner_licence)
    return same_licence and second.practitioners_needed <= first.practitioners_needed


def _excluded(work_request: WorkRequest) -> set[int]:
    return set(work_request.exclusions.values_list("organisation_id", flat=True))
