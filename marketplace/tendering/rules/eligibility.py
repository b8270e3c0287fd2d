"""
Who may bid (RULES, Bids): every condition with whether it is met, for the page that shows them all.

Judged when bidding on today's facts, and again at the opening on the facts recorded before the deadline, however late
the opening runs. What is judged is gathered by `facts.bidders`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from credit.rating import Grade
from marketplace.core.clock import date_of
from marketplace.core.typed.comparing import folded

from ..choices import Matching
from .relations import Ties, words_for

#: What an award's winner must still meet when the notice is given (RULES: what is lost later passes the award on).
LASTING = frozenset({"listed", "not_suspended", "credit", "qualifications", "practitioners"})


@dataclass(frozen=True)
class Condition:
    """One condition of a request for one firm; the code stands in transcripts, the text on pages."""

    code: str
    text: str
    met: bool


@dataclass(frozen=True)
class Requirements:
    """
    What a request asks of its bidders, read once for all of them.

    :ivar accepted: of the further qualifications, those that satisfy where any will do, abolished ones too
    """

    min_grade: str
    item_types: dict[int, str]
    extra_types: dict[int, str]
    match: str
    licence: str
    practitioners: int
    owner_id: int
    excluded: frozenset[int]
    accepted: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Certificate:
    """A qualification on record; both days are valid ones."""

    type_id: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Licence:
    """A practitioner on record."""

    kind: str
    valid_to: date | None


@dataclass(frozen=True)
class SuspensionSpan:
    """A decided suspension: days in Asia/Shanghai, and when its lifting was decided."""

    effective_on: date | None
    lifted_on: date | None
    lifted_at: datetime | None


@dataclass(frozen=True)
class BidderFacts:
    """What the record said about a firm at an instant, and about the ties of the request's owner."""

    organisation_id: int
    listed_at: datetime | None
    closed_at: datetime | None
    grade: Grade
    restricted: bool
    certificates: tuple[Certificate, ...]
    licences: tuple[Licence, ...]
    suspensions: tuple[SuspensionSpan, ...]
    ties: Ties
    owner_ties: Ties
    on: date
    at: datetime


def credit_day(deadline: datetime) -> date:
    """The day whose credit counts for a deadline: the one before it, the last whose score nothing can change."""
    return date_of(deadline) - timedelta(days=1)


def unmet(facts: BidderFacts, requirements: Requirements) -> list[Condition]:
    return [condition for condition in judge(facts, requirements) if not condition.met]


def judge(facts: BidderFacts, requirements: Requirements) -> list[Condition]:
    """Every condition, in the order in which pages show them."""
    own = [
        _listed(facts),
        _not_suspended(facts),
        _credit(facts),
        *_grade(facts, requirements),
        *_qualifications(facts, requirements),
    ]
    apart = [_not_related(facts, requirements), _not_excluded(facts, requirements)]
    return [*own, *_practitioners(facts, requirements), *apart]


def _listed(facts: BidderFacts) -> Condition:
    at = facts.at
    begun = facts.listed_at is not None and facts.listed_at <= at
    listed = begun and (facts.closed_at is None or facts.closed_at > at)
    return Condition("listed", _("Listed in the market") if listed else _("Not listed in the market"), listed)


def _not_suspended(facts: BidderFacts) -> Condition:
    running = any(_in_force(one, facts.on, facts.at) for one in facts.suspensions)
    return Condition("not_suspended", _("Suspended") if running else _("Not suspended"), not running)


def _in_force(suspension: SuspensionSpan, on: date, at: datetime) -> bool:
    begun = suspension.effective_on is not None and suspension.effective_on <= on
    lifted = (
        suspension.lifted_on is not None
        and suspension.lifted_on <= on
        and suspension.lifted_at is not None
        and suspension.lifted_at <= at
    )
    return begun and not lifted


def _credit(facts: BidderFacts) -> Condition:
    if facts.restricted:
        return Condition("credit", _("Restricted from bidding for credit reasons"), False)
    if facts.grade is Grade.D:
        return Condition("credit", _("Credit grade D cannot bid"), False)
    return Condition("credit", _("Not restricted from bidding"), True)


def _grade(facts: BidderFacts, requirements: Requirements) -> Iterable[Condition]:
    if requirements.min_grade:
        grade = facts.grade
        text = _("Credit grade %(grade)s, %(needed)s or better is needed") % {
            "grade": grade.value,
            "needed": requirements.min_grade,
        }
        yield Condition("grade", text, grade.rank <= Grade(requirements.min_grade).rank)


def _qualifications(facts: BidderFacts, requirements: Requirements) -> Iterable[Condition]:
    valid: dict[int, date] = {}
    for one in facts.certificates:
        if one.valid_from <= facts.on <= one.valid_to:
            valid[one.type_id] = max(one.valid_to, valid.get(one.type_id, one.valid_to))
    needed = dict(requirements.item_types)
    if requirements.match == Matching.ALL:
        needed |= requirements.extra_types
    elif requirements.extra_types:
        names = ", ".join(requirements.extra_types.values())
        text = _("Any of these qualifications: %(names)s") % {"names": names}
        yield Condition("qualifications", text, bool(valid.keys() & requirements.accepted))
    for pk, name in needed.items():
        if pk in valid:
            text = _("%(name)s, valid until %(day)s") % {"name": name, "day": valid[pk].isoformat()}
        else:
            text = _("No valid qualification: %(name)s") % {"name": name}
        yield Condition("qualifications", text, pk in valid)


def _practitioners(facts: BidderFacts, requirements: Requirements) -> Iterable[Condition]:
    if requirements.practitioners:
        licence = folded(requirements.licence)
        present = sum(
            (not licence or folded(one.kind) == licence) and (one.valid_to is None or one.valid_to >= facts.on)
            for one in facts.licences
        )
        text = _("%(licence)s: %(needed)d needed, %(present)d present") % {
            "licence": requirements.licence or _("Practitioners"),
            "needed": requirements.practitioners,
            "present": present,
        }
        yield Condition("practitioners", text, present >= requirements.practitioners)


def _not_related(facts: BidderFacts, requirements: Requirements) -> Condition:
    if facts.organisation_id == requirements.owner_id:
        return Condition("not_related", _("The owner itself"), False)
    if shared := facts.ties.shared_with(facts.owner_ties):
        text = _("Related to the owner: %(ties)s") % {"ties": words_for(shared)}
        return Condition("not_related", text, False)
    return Condition("not_related", _("Not related to the owner"), True)


def _not_excluded(facts: BidderFacts, requirements: Requirements) -> Condition:
    excluded = facts.organisation_id in requirements.excluded
    return Condition(
        "not_excluded", _("Excluded by the owner") if excluded else _("Not excluded by the owner"), not excluded
    )
