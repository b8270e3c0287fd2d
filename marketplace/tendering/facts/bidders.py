"""
Firms as bidders of a request: what is recorded of them at an instant, and which conditions they meet by it.

Many firms are judged with a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import get_language

from credit.rating import Grade, Standing
from credit.services import noted_standing, standings_of
from marketplace.catalogue.models import QualificationType
from marketplace.core import clock
from marketplace.registry.models import Intermediary, Practitioner, Qualification, Suspension

from ..models import RequestItem, WorkRequest
from ..rules.eligibility import (
    BidderFacts,
    Certificate,
    Condition,
    Licence,
    Requirements,
    SuspensionSpan,
    credit_day,
    judge,
    unmet,
)
from .ties import ties_at

FIRMS_AT_ONCE = 500
#: The rows of a request that its requirements are read from.
_STATED = (
    Prefetch("request_items", RequestItem.objects.select_related("item__qualification_type")),
    "qualifications",
    "exclusions",
)

T = TypeVar("T")


@dataclass(frozen=True)
class Bidder:
    """A firm with what the record said about it."""

    intermediary: Intermediary
    facts: BidderFacts
    #: As the rating works it out (`credit.rating.Standing`); None where the row of the day was enough.
    standing: Any


def conditions_of(intermediary: Intermediary, work_request: WorkRequest, *, at: datetime) -> list[Condition]:
    """Every condition of a request for a firm, on the facts of an instant; the credit is that day's."""
    found = bidders_at([intermediary.pk], work_request, at=at, credit_on=clock.day_at(at))
    return judge(found[intermediary.pk].facts, requirements_of(work_request, on=clock.day_at(at)))


def problems_of(intermediary: Intermediary, work_request: WorkRequest, *, at: datetime) -> list[Condition]:
    """
    The conditions that are not met when a firm files; empty for an eligible firm.

    In as few queries as there can be: what the announcement asks is kept in memory, and the credit is the day's row.
    The opening judges everything again, by the rating itself.
    """
    requirements = _demanded(_announced_requirements(work_request), clock.day_at(at))
    found = bidders_at([intermediary.pk], work_request, at=at, credit_on=clock.day_at(at), requirements=requirements)
    return unmet(found[intermediary.pk].facts, requirements)


def problems_at_deadline(intermediary_ids: Collection[int], work_request: WorkRequest) -> dict[int, list[Condition]]:
    """By firm, the conditions that were not met by what was recorded before the deadline."""
    return unmet_of(bidders_at_deadline(intermediary_ids, work_request), work_request)


def bidders_at_deadline(
    intermediary_ids: Collection[int], work_request: WorkRequest, standings: Mapping[int, Standing] | None = None
) -> dict[int, Bidder]:
    """
    Many firms with what was recorded of them before the deadline, by firm.

    :param standings: of the day whose credit counts, by organisation, where they have been worked out already
    """
    if work_request.bids_open_until is None:
        raise ValueError(f"{work_request.number} has no deadline")
    return bidders_at(
        intermediary_ids,
        work_request,
        at=work_request.bids_open_until - timedelta(microseconds=1),
        credit_on=credit_day(work_request.bids_open_until),
        standings=standings,
    )


def unmet_of(bidders: Mapping[int, Bidder], work_request: WorkRequest) -> dict[int, list[Condition]]:
    """By firm, the conditions that its facts do not meet."""
    on = next((bidder.facts.on for bidder in bidders.values()), None)
    requirements = requirements_of(work_request, on=on)
    return {pk: unmet(bidder.facts, requirements) for pk, bidder in bidders.items()}


def problems_by_request(
    intermediary: Intermediary, work_requests: Sequence[WorkRequest], *, at: datetime
) -> dict[int, list[Condition]]:
    """By request, the conditions that a firm does not meet now: many requests in a fixed number of queries."""
    if not work_requests:
        return {}
    prefetch_related_objects(work_requests, *_STATED)
    stated = {one.pk: _requirements(one) for one in work_requests}
    types = {pk for one in stated.values() for pk in (*one.item_types, *one.extra_types)}
    demanded = _demanded_types(types, clock.day_at(at))
    # Practitioners are read where any of the requests asks for some.
    most = max(stated.values(), key=lambda one: one.practitioners)
    on = clock.day_at(at)
    found = bidders_at([intermediary.pk], work_requests[0], at=at, credit_on=on, requirements=most)
    facts = found[intermediary.pk].facts
    ties = ties_at({one.owner_id for one in work_requests}, at)
    return {
        one.pk: unmet(replace(facts, owner_ties=ties[one.owner_id]), _without_ended(stated[one.pk], demanded))
        for one in work_requests
    }


def eligible_firms(work_request: WorkRequest, *, at: datetime) -> list[Intermediary]:
    """Every listed firm that meets all conditions of a request, judged in a fixed number of queries a batch."""
    requirements = requirements_of(work_request, on=clock.day_at(at))
    listed = Intermediary.objects.listed()
    if requirements.item_types:
        listed = listed.filter(qualifications__qualification_type__in=requirements.item_types).distinct()
    ids = list(listed.order_by("pk").values_list("pk", flat=True))
    found = []
    for start in range(0, len(ids), FIRMS_AT_ONCE):
        bidders = bidders_at(ids[start : start + FIRMS_AT_ONCE], work_request, at=at, credit_on=clock.day_at(at))
        found += [one.intermediary for one in bidders.values() if not unmet(one.facts, requirements)]
    return found


def requirements_of(work_request: WorkRequest, *, on: date | None = None) -> Requirements:
    """What is asked of bidders on a day (today): what a request states, without qualifications that have ended."""
    return _demanded(_stated_requirements(work_request), on or clock.today())


def _demanded(requirements: Requirements, on: date) -> Requirements:
    stated = {*requirements.item_types, *requirements.extra_types}
    return _without_ended(requirements, _demanded_types(stated, on)) if stated else requirements


def _demanded_types(stated: Collection[int], on: date) -> set[int]:
    # Looked up each time, not kept: a qualification may be abolished while the request runs.
    return set(QualificationType.objects.demanded(on).filter(pk__in=stated).values_list("pk", flat=True))


def _without_ended(requirements: Requirements, demanded: Collection[int]) -> Requirements:
    return replace(
        requirements,
        item_types={pk: name for pk, name in requirements.item_types.items() if pk in demanded},
        extra_types={pk: name for pk, name in requirements.extra_types.items() if pk in demanded},
        accepted=frozenset(requirements.extra_types),
    )


def _stated_requirements(work_request: WorkRequest) -> Requirements:
    # Read anew, whatever the request at hand was read with: a draft changes under its page.
    fresh = WorkRequest(pk=work_request.pk)
    prefetch_related_objects([fresh], *_STATED)
    return _requirements(work_request, fresh)


def _requirements(work_request: WorkRequest, rows: WorkRequest | None = None) -> Requirements:
    """What a request asks, by the rows that `_STATED` reads."""
    rows = rows or work_request
    kinds = (row.item.qualification_type for row in rows.request_items.all())
    types = {kind.pk: kind.name for kind in kinds if kind is not None}
    return Requirements(
        min_grade=work_request.needed_grade,
        item_types=types,
        extra_types={one.pk: one.name for one in rows.qualifications.all()},
        match=work_request.qualifications_match,
        licence=work_request.practitioner_licence,
        practitioners=work_request.practitioners_needed,
        owner_id=work_request.owner_id,
        excluded=frozenset(one.organisation_id for one in rows.exclusions.all()),
    )


@lru_cache(maxsize=512)
def _kept_requirements(announcement_hash: str, language: str, pk: int) -> Requirements:
    return _stated_requirements(WorkRequest.objects.get(pk=pk))


def _announced_requirements(work_request: WorkRequest) -> Requirements:
    """What a published version asks, which only another version changes; its texts are those of the language in use."""
    if not work_request.announcement_hash:
        return _stated_requirements(work_request)
    return _kept_requirements(work_request.announcement_hash, get_language() or "", work_request.pk)


def bidders_at(
    intermediary_ids: Collection[int],
    work_request: WorkRequest,
    *,
    at: datetime,
    credit_on: date,
    requirements: Requirements | None = None,
    standings: Mapping[int, Standing] | None = None,
) -> dict[int, Bidder]:
    """
    Many firms with what was recorded of them, and of the request's owner, at an instant.

    :param requirements: where only what they ask for is wanted, and the credit by the row of the day
    :param standings: the credit of that day by organisation, where it has been worked out already
    """
    if not intermediary_ids:
        return {}
    firms = list(Intermediary.objects.filter(pk__in=intermediary_ids).select_related("organisation"))
    certificates = _certificates(intermediary_ids, at)
    licences = _licences(intermediary_ids, at) if requirements is None or requirements.practitioners else {}
    suspensions = _suspensions(intermediary_ids, at)
    organisations = [firm.organisation_id for firm in firms]
    credit = _credit_of(organisations, credit_on, standings, noted=requirements is not None)
    ties = ties_at([*organisations, work_request.owner_id], at)
    return {
        firm.pk: Bidder(
            intermediary=firm,
            facts=BidderFacts(
                organisation_id=firm.organisation_id,
                listed_at=firm.listed_at,
                closed_at=firm.closed_at,
                grade=credit[firm.organisation_id][0],
                restricted=credit[firm.organisation_id][1],
                certificates=certificates.get(firm.pk, ()),
                licences=licences.get(firm.pk, ()),
                suspensions=suspensions.get(firm.pk, ()),
                ties=ties[firm.organisation_id],
                owner_ties=ties[work_request.owner_id],
                on=clock.day_at(at),
                at=at,
            ),
            standing=credit[firm.organisation_id][2],
        )
        for firm in firms
    }


def _credit_of(
    organisation_ids: list[int], day: date, standings: Mapping[int, Standing] | None, *, noted: bool
) -> dict[int, tuple[Grade, bool, Any]]:
    if noted:
        return {pk: (*noted_standing(pk, day), None) for pk in organisation_ids}
    if standings is None:
        standings = dict(standings_of(organisation_ids, day))
    return {pk: (standings[pk].grade, standings[pk].restricted, standings[pk]) for pk in organisation_ids}


def _certificates(intermediary_ids: Collection[int], at: datetime) -> dict[int, tuple[Certificate, ...]]:
    rows = Qualification.objects.recorded_at(at)
    return _by_firm(rows, intermediary_ids, Certificate, "qualification_type", "valid_from", "valid_to")


def _licences(intermediary_ids: Collection[int], at: datetime) -> dict[int, tuple[Licence, ...]]:
    return _by_firm(Practitioner.objects.recorded_at(at), intermediary_ids, Licence, "licence_type", "valid_to")


def _suspensions(intermediary_ids: Collection[int], at: datetime) -> dict[int, tuple[SuspensionSpan, ...]]:
    rows = Suspension.objects.filter(decided_at__lte=at)
    return _by_firm(rows, intermediary_ids, SuspensionSpan, "effective_on", "lifted_on", "lifted_at")


def _by_firm(
    rows: QuerySet[Any], intermediary_ids: Collection[int], make: Callable[..., T], *fields: str
) -> dict[int, tuple[T, ...]]:
    found: dict[int, list[T]] = defaultdict(list)
    for firm, *values in rows.filter(intermediary__in=intermediary_ids).values_list("intermediary", *fields):
        found[firm].append(make(*values))
    return {firm: tuple(made) for firm, made in found.items()}
