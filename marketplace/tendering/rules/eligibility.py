"""
Who may bid (RULES, Bids): every condition with whether it is met, for the page that shows them all.

Judged when bidding on today's facts, and again at the opening on the facts recorded before the deadline, however late
the opening runs. Many firms are judged with a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from credit.rating import Grade, Standing
from credit.services import noted_standing, standings_of
from marketplace.core import clock
from marketplace.registry.models import Intermediary, Practitioner, Qualification, Suspension

from ..choices import Matching
from ..models import WorkRequest
from .relations import Ties, ties_at, words_for

#: What an award's winner must still meet when the notice is given (RULES: what is lost later passes the award on).
LASTING = frozenset({"listed", "not_suspended", "credit", "qualifications", "practitioners"})

FIRMS_AT_ONCE = 500


@dataclass(frozen=True)
class Condition:
    """One condition of a request for one firm; the code stands in transcripts, the text on pages."""

    code: str
    text: str
    met: bool


@dataclass(frozen=True)
class Requirements:
    """What a request asks of its bidders, read once for all of them."""

    min_grade: str
    item_types: dict[int, str]
    extra_types: dict[int, str]
    match: str
    licence: str
    practitioners: int
    owner_id: int
    excluded: frozenset[int]


@dataclass(frozen=True)
class Facts:
    """What the record said about a firm at an instant."""

    intermediary: Intermediary
    grade: Grade
    restricted: bool
    #: As the rating works it out (`credit.rating.Standing`); None where the row of the day was enough.
    standing: Any
    qualifications: list[Qualification]
    practitioners: list[Practitioner]
    suspensions: list[Suspension]
    ties: Ties
    owner_ties: Ties
    on: date
    at: datetime


def conditions_of(intermediary: Intermediary, work_request: WorkRequest, *, at: datetime) -> list[Condition]:
    """Every condition of a request for a firm, on the facts of an instant; the credit is that day's."""
    day = at.astimezone(clock.SHANGHAI).date()
    facts = gather([intermediary.pk], work_request, at=at, credit_on=day)
    return judge(facts[intermediary.pk], requirements_of(work_request))


def problems_of(intermediary: Intermediary, work_request: WorkRequest, *, at: datetime) -> list[Condition]:
    """
    The conditions that are not met when a firm files; empty for an eligible firm.

    In as few queries as there can be: what the announcement asks is kept in memory, and the credit is the day's row.
    The opening judges everything again, by the rating itself.
    """
    day = at.astimezone(clock.SHANGHAI).date()
    requirements = _announced_requirements(work_request)
    facts = gather([intermediary.pk], work_request, at=at, credit_on=day, requirements=requirements)
    return [condition for condition in judge(facts[intermediary.pk], requirements) if not condition.met]


def problems_at_deadline(intermediary_ids: Collection[int], work_request: WorkRequest) -> dict[int, list[Condition]]:
    """By firm, the conditions that were not met by what was recorded before the deadline."""
    return unmet_of(facts_at_deadline(intermediary_ids, work_request), work_request)


def facts_at_deadline(
    intermediary_ids: Collection[int], work_request: WorkRequest, standings: Mapping[int, Standing] | None = None
) -> dict[int, Facts]:
    """
    What was recorded of many firms before the deadline, by firm.

    Credit is that of the day before the deadline, the last one whose score nothing can change any more.

    :param standings: of that day by organisation, where they have been worked out already
    """
    if work_request.bids_open_until is None:
        raise ValueError(f"{work_request.number} has no deadline")
    last_moment = work_request.bids_open_until - timedelta(microseconds=1)
    return gather(
        intermediary_ids,
        work_request,
        at=last_moment,
        credit_on=credit_day(work_request.bids_open_until),
        standings=standings,
    )


def credit_day(deadline: datetime) -> date:
    """The day whose credit counts for a deadline: the one before it."""
    return clock.date_of(deadline) - timedelta(days=1)


def unmet_of(facts: Mapping[int, Facts], work_request: WorkRequest) -> dict[int, list[Condition]]:
    """By firm, the conditions that its facts do not meet."""
    requirements = requirements_of(work_request)
    return {pk: [one for one in judge(fact, requirements) if not one.met] for pk, fact in facts.items()}


def eligible_firms(work_request: WorkRequest, *, at: datetime) -> list[Intermediary]:
    """Every listed firm that meets all conditions of a request, judged in a fixed number of queries a batch."""
    needed = work_request.request_items.exclude(item__qualification_type=None).values("item__qualification_type")
    listed = Intermediary.objects.listed()
    if needed.exists():
        listed = listed.filter(qualifications__qualification_type__in=needed).distinct()
    requirements = requirements_of(work_request)
    day = at.astimezone(clock.SHANGHAI).date()
    ids = list(listed.order_by("pk").values_list("pk", flat=True))
    found = []
    for start in range(0, len(ids), FIRMS_AT_ONCE):
        facts = gather(ids[start : start + FIRMS_AT_ONCE], work_request, at=at, credit_on=day)
        found += [fact.intermediary for fact in facts.values() if all(one.met for one in judge(fact, requirements))]
    return found


def requirements_of(work_request: WorkRequest) -> Requirements:
    rows = work_request.request_items.select_related("item__qualification_type")
    types = {kind.pk: kind.name for kind in (row.item.qualification_type for row in rows) if kind is not None}
    return Requirements(
        min_grade=work_request.needed_grade,
        item_types=types,
        extra_types={one.pk: one.name for one in work_request.qualifications.all()},
        match=work_request.qualifications_match,
        licence=work_request.practitioner_licence,
        practitioners=work_request.practitioners_needed,
        owner_id=work_request.owner_id,
        excluded=frozenset(work_request.exclusions.values_list("organisation_id", flat=True)),
    )


@lru_cache(maxsize=512)
def _kept_requirements(announcement_hash: str, language: str, pk: int) -> Requirements:
    return requirements_of(WorkRequest.objects.get(pk=pk))


def _announced_requirements(work_request: WorkRequest) -> Requirements:
    """What a published version asks, which only another version changes; its texts are those of the language in use."""
    if not work_request.announcement_hash:
        return requirements_of(work_request)
    return _kept_requirements(work_request.announcement_hash, get_language() or "", work_request.pk)


def gather(
    intermediary_ids: Collection[int],
    work_request: WorkRequest,
    *,
    at: datetime,
    credit_on: date,
    requirements: Requirements | None = None,
    standings: Mapping[int, Standing] | None = None,
) -> dict[int, Facts]:
    """
    The facts of many firms, and of the request's owner, as recorded at an instant.

    :param requirements: where only what they ask for is wanted, and the credit by the row of the day
    :param standings: the credit of that day by organisation, where it has been worked out already
    """
    if not intermediary_ids:
        return {}
    firms = list(Intermediary.objects.filter(pk__in=intermediary_ids).select_related("organisation"))
    qualifications = _by_firm(Qualification.objects.recorded_at(at), intermediary_ids)
    practitioners: dict[int, list[Practitioner]] = defaultdict(list)
    if requirements is None or requirements.practitioners:
        practitioners = _by_firm(Practitioner.objects.recorded_at(at), intermediary_ids)
    suspensions = _by_firm(Suspension.objects.filter(decided_at__lte=at), intermediary_ids)
    organisations = [firm.organisation_id for firm in firms]
    credit = _credit_of(organisations, credit_on, standings, noted=requirements is not None)
    ties = ties_at([*organisations, work_request.owner_id], at)
    return {
        firm.pk: Facts(
            intermediary=firm,
            grade=credit[firm.organisation_id][0],
            restricted=credit[firm.organisation_id][1],
            standing=credit[firm.organisation_id][2],
            qualifications=qualifications[firm.pk],
            practitioners=practitioners[firm.pk],
            suspensions=suspensions[firm.pk],
            ties=ties[firm.organisation_id],
            owner_ties=ties[work_request.owner_id],
            on=at.astimezone(clock.SHANGHAI).date(),
            at=at,
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


def _by_firm(rows: QuerySet[Any], intermediary_ids: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(intermediary__in=intermediary_ids):
        found[row.intermediary_id].append(row)
    return found


def judge(facts: Facts, requirements: Requirements) -> list[Condition]:
    """Every condition, in the order in which pages show them."""
    return [
        _listed(facts),
        _not_suspended(facts),
        _credit(facts),
        *_grade(facts, requirements),
        *_qualifications(facts, requirements),
        *_practitioners(facts, requirements),
        _not_related(facts, requirements),
        _not_excluded(facts, requirements),
    ]


def _listed(facts: Facts) -> Condition:
    firm, at = facts.intermediary, facts.at
    listed = firm.listed_at is not None and firm.listed_at <= at and (firm.closed_at is None or firm.closed_at > at)
    return Condition("listed", _("Listed in the market") if listed else _("Not listed in the market"), listed)


def _not_suspended(facts: Facts) -> Condition:
    running = any(_in_force(one, facts.on, facts.at) for one in facts.suspensions)
    return Condition("not_suspended", _("Suspended") if running else _("Not suspended"), not running)


def _in_force(suspension: Suspension, on: date, at: datetime) -> bool:
    begun = suspension.effective_on is not None and suspension.effective_on <= on
    lifted = (
        suspension.lifted_on is not None
        and suspension.lifted_on <= on
        and suspension.lifted_at is not None
        and suspension.lifted_at <= at
    )
    return begun and not lifted


def _credit(facts: Facts) -> Condition:
    if facts.restricted:
        return Condition("credit", _("Restricted from bidding for credit reasons"), False)
    if facts.grade is Grade.D:
        return Condition("credit", _("Credit grade D cannot bid"), False)
    return Condition("credit", _("Not restricted from bidding"), True)


def _grade(facts: Facts, requirements: Requirements) -> Iterable[Condition]:
    if requirements.min_grade:
        grade = facts.grade
        text = _("Credit grade %(grade)s, %(needed)s or better is needed") % {
            "grade": grade.value,
            "needed": requirements.min_grade,
        }
        yield Condition("grade", text, grade.rank <= Grade(requirements.min_grade).rank)


def _qualifications(facts: Facts, requirements: Requirements) -> Iterable[Condition]:
    valid: dict[int, date] = {}
    for one in facts.qualifications:
        if one.is_valid_on(facts.on):
            valid[one.qualification_type_id] = max(one.valid_to, valid.get(one.qualification_type_id, one.valid_to))
    needed = dict(requirements.item_types)
    if requirements.match == Matching.ALL:
        needed |= requirements.extra_types
    elif requirements.extra_types:
        names = ", ".join(requirements.extra_types.values())
        text = _("Any of these qualifications: %(names)s") % {"names": names}
        yield Condition("qualifications", text, bool(valid.keys() & requirements.extra_types.keys()))
    for pk, name in needed.items():
        if pk in valid:
            text = _("%(name)s, valid until %(day)s") % {"name": name, "day": valid[pk].isoformat()}
        else:
            text = _("No valid qualification: %(name)s") % {"name": name}
        yield Condition("qualifications", text, pk in valid)


def _practitioners(facts: Facts, requirements: Requirements) -> Iterable[Condition]:
    if requirements.practitioners:
        present = sum(
            (not requirements.licence or one.licence_type == requirements.licence)
            and (one.valid_to is None or one.valid_to >= facts.on)
            for one in facts.practitioners
        )
        text = _("%(licence)s: %(needed)d needed, %(present)d present") % {
            "licence": requirements.licence or _("Practitioners"),
            "needed": requirements.practitioners,
            "present": present,
        }
        yield Condition("practitioners", text, present >= requirements.practitioners)


def _not_related(facts: Facts, requirements: Requirements) -> Condition:
    if facts.intermediary.organisation_id == requirements.owner_id:
        return Condition("not_related", _("The owner itself"), False)
    if shared := facts.ties.shared_with(facts.owner_ties):
        text = _("Related to the owner: %(ties)s") % {"ties": words_for(shared)}
        return Condition("not_related", text, False)
    return Condition("not_related", _("Not related to the owner"), True)


def _not_excluded(facts: Facts, requirements: Requirements) -> Condition:
    excluded = facts.intermediary.organisation_id in requirements.excluded
    return Condition(
        "not_excluded", _("Excluded by the owner") if excluded else _("Not excluded by the owner"), not excluded
    )
