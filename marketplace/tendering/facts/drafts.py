"""Requests that are being written: what keeps them from being published, and who has to look at them before."""

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Pricing
from marketplace.catalogue.permissions import can_be_asked_for
from marketplace.core import calendar, clock
from marketplace.core.failures import Text

from ..choices import Method
from ..models import Award, RequestItem, WorkRequest
from ..policy import TenderingPolicy
from ..rules import completeness, deadlines
from ..rules.completeness import UNSIGNED_BLOCK, Circumstances, Draft, DraftItem, Errors, Unsigned
from ..states import Status
from . import direct_spending, purchases, reposted_requests
from .evaluators import announced_pool

#: The fields that a draft has under the same names.
NOT_COPIED = ("closes_at", "owner_is_authority", "is_version")
COPIED = tuple(each.name for each in fields(Draft) if each.name not in NOT_COPIED)


def draft_of(work_request: WorkRequest) -> Draft:
    return Draft(
        **{name: getattr(work_request, name) for name in COPIED},
        owner_is_authority=work_request.owner.kind == Organisation.Kind.AUTHORITY,
        is_version=work_request.amends_id is not None,
        closes_at=work_request.bids_close_at,
    )


def contradictions(work_request: WorkRequest, policy: TenderingPolicy) -> Errors:
    """What is wrong in what has been filled in; a draft may still lack anything."""
    draft = draft_of(work_request)
    return completeness.contradictions(draft, policy, pool_size=_pool_size(work_request, draft))


def problems_of(work_request: WorkRequest, policy: TenderingPolicy, *, at: datetime) -> Errors:
    """Everything that keeps the request from being published at an instant."""
    draft = draft_of(work_request)
    rows = list(work_request.request_items.select_related("item__merged_into"))
    problems = completeness.problems_of(
        replace(draft, closes_at=deadline_if_published(work_request, policy, at=at)),
        _circumstances(work_request, rows, policy, at),
        policy,
        at=at,
        pool_size=_pool_size(work_request, draft),
    )
    return problems or purchases.refusal_of(work_request, policy, rows)


def earliest_deadline(work_request: WorkRequest, policy: TenderingPolicy, *, at: datetime) -> datetime:
    """The earliest deadline of a draft that is published at an instant: the one answer of every page."""
    if work_request.amends is not None:
        announced = work_request.amends.bids_close_at
        return deadlines.earliest_for_version(announced, at, working_days=calendar.current())
    return deadlines.earliest_close(at, policy.bid_period_days, working_days=calendar.current())


def deadline_if_published(work_request: WorkRequest, policy: TenderingPolicy, *, at: datetime) -> datetime | None:
    """The deadline that a draft gets if it is published at an instant."""
    is_reviewed = work_request.status == Status.UNDER_REVIEW
    return deadlines.if_published(
        work_request.bids_close_at,
        bid_days=work_request.bid_days,
        handed_in_at=work_request.submitted_at if is_reviewed else None,
        earliest=earliest_deadline(work_request, policy, at=at),
        at=at,
        working_days=calendar.current(),
    )


def review_reasons(work_request: WorkRequest, policy: TenderingPolicy) -> list[str]:
    """Codes of why a clerk looks at the request before it is published; empty where nobody has to."""
    return completeness.review_reasons(
        draft_of(work_request),
        policy,
        asks_for_more=asks_for_more(work_request),
        needs_confirmation=needs_confirmation(work_request, policy),
    )


def asks_for_more(work_request: WorkRequest) -> bool:
    """Whether a grade or qualification above what the items need is asked for, which takes a reviewed reason."""
    return completeness.asks_better_grade(work_request.min_grade) or work_request.qualifications.exists()


def needs_confirmation(work_request: WorkRequest, policy: TenderingPolicy) -> bool:
    """Whether a regulator has to allow direct selection, after two failures, before the request is published."""
    is_direct = work_request.method == Method.DIRECT
    return is_direct and direct_spending.limit_problem(work_request, policy) is not None


def _circumstances(
    work_request: WorkRequest, rows: Iterable[RequestItem], policy: TenderingPolicy, at: datetime
) -> Circumstances:
    running = _running(work_request)
    return Circumstances(
        items=[_item_of(row, work_request.owner, running) for row in rows],
        asks_for_more=asks_for_more(work_request),
        undemandable=[kind.name for kind in work_request.qualifications.all() if not kind.can_be_demanded()],
        announced_deadline=work_request.amends.bids_close_at if work_request.amends is not None else None,
        unsigned=_unsigned(work_request, clock.date_of(at)),
        direct_problem=_direct_problem(work_request, policy),
        working_days=calendar.current(),
    )


def _pool_size(work_request: WorkRequest, draft: Draft) -> int | None:
    return len(announced_pool(work_request)) if completeness.needs_pool(draft) else None


def _running(work_request: WorkRequest) -> Collection[int]:
    """The services that the published version asks for: they go on, whatever has become of them since."""
    amended = work_request.amends
    return set() if amended is None else set(amended.request_items.values_list("item_id", flat=True))


def _item_of(row: RequestItem, owner: Organisation, running: Collection[int]) -> DraftItem:
    may = can_be_asked_for(row.item, owner)
    low, high = (row.calculation or {}).get("range_cny") or [row.standard_fee, row.standard_fee]
    return DraftItem(
        refusal=None if may or row.item_id in running else may.reason,
        is_tendered=bool(row.item.tender_class),
        is_bound=row.item.pricing != Pricing.MARKET,
        bounds=None if low is None or high is None else (Decimal(low), Decimal(high)),
    )


def _unsigned(work_request: WorkRequest, today: date) -> Unsigned | None:
    """The award whose contract the owner has not signed lately, in the project."""
    if not work_request.project_key:
        return None
    award = Award.objects.filter(
        work_request__owner=work_request.owner,
        work_request__project_key=work_request.project_key,
        owner_unsigned_on__gt=today - UNSIGNED_BLOCK,
    ).first()
    if award is None or award.owner_unsigned_on is None:
        return None
    return Unsigned(award.work_request.number, award.owner_unsigned_on)


def _direct_problem(work_request: WorkRequest, policy: TenderingPolicy) -> Text | None:
    """Why direct selection is not open to the request: the limit, unless it failed twice and asks for no more."""
    if work_request.method != Method.DIRECT or work_request.amends_id is not None:
        return None
    problem = direct_spending.limit_problem(work_request, policy)
    if problem is None:
        return None
    failures = reposted_requests.last_two_failures(work_request)
    return None if failures is not None and reposted_requests.is_no_stricter(*failures) else problem
