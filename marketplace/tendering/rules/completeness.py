"""What a request must say before it can be published (RULES, Request): by field, in the words that the page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.core.calendar import WorkingDays
from marketplace.core.clock import date_of, written
from marketplace.core.failures import Text

from ..choices import Grade, Method
from ..policy import TenderingPolicy
from ..selection import PRICE_FIXED
from . import deadlines, parameters, public_value

LONGEST_BID_PERIOD = timedelta(days=366)
LONGEST_SERVICE_DAYS = 2000
#: Of the reasons for a review: a regulator has to allow it.
DIRECT_AFTER_FAILURES = "direct_after_failures"
UNSIGNED_BLOCK = timedelta(days=90)

Errors = dict[str, Text]


@dataclass(frozen=True)
class Draft:
    """What has been filled in, under the names that the request's fields have."""

    title: str
    content: str
    service_days: int | None
    signing_days: int
    contact_name: str
    contact_phone: str
    project_name: str
    project_code: str
    no_code_reason: str
    public_project: bool | None
    fund_fiscal: Decimal
    fund_state: Decimal
    fund_social: Decimal
    method: str
    parameters: Mapping[str, Any]
    public_value_source: Mapping[str, str] | None
    price_max: Decimal | None
    price_min: Decimal | None
    min_grade: str
    requirement_reason: str
    bid_days: int | None
    bids_close_at: datetime | None
    #: The deadline that it gets if it is published now.
    closes_at: datetime | None
    owner_is_authority: bool
    #: Whether it becomes the next version of a published request.
    is_version: bool

    @property
    def fixes_price(self) -> bool:
        return self.method in PRICE_FIXED

    @property
    def has_public_money(self) -> bool:
        return bool(self.fund_fiscal or self.fund_state)


@dataclass(frozen=True)
class DraftItem:
    """
    A service that was chosen.

    :ivar refusal: why the owner cannot ask for it; None where it can
    :ivar is_bound: whether government sets or guides its price; market standards are a reference only
    :ivar bounds: the lowest and the highest price in CNY that it allows; None where they are not known
    """

    refusal: Text | None
    is_tendered: bool
    is_bound: bool
    bounds: tuple[Decimal, Decimal] | None


@dataclass(frozen=True)
class Unsigned:
    """The owner's latest contract of the project that it did not sign in time, and the day on which it had not."""

    number: str
    on: date


@dataclass(frozen=True)
class Circumstances:
    """
    What the record says around a draft.

    :ivar asks_for_more: whether a grade or qualification above what the items need is asked for
    :ivar undemandable: names of the further qualifications that nobody may be asked for, as they were abolished
    :ivar announced_deadline: of the version that is published, where the draft is the next one
    :ivar direct_problem: why public money cannot be spent by direct selection, where that is the method
    """

    items: Sequence[DraftItem]
    asks_for_more: bool
    undemandable: Sequence[str]
    announced_deadline: datetime | None
    unsigned: Unsigned | None
    direct_problem: Text | None
    working_days: WorkingDays


def contradictions(draft: Draft, policy: TenderingPolicy, *, pool_size: int | None) -> Errors:
    """
    What is wrong in what has been filled in; a draft may still lack anything.

    :param pool_size: how many evaluators could mark, where it matters (`needs_pool`)
    """
    found = _money(draft) | _prices(draft) | _days(draft, policy) | _method(draft, pool_size)
    return found | public_value.problems_of(draft.public_value_source, draft.method, is_used=policy.public_value)


def problems_of(
    draft: Draft, around: Circumstances, policy: TenderingPolicy, *, at: datetime, pool_size: int | None
) -> Errors:
    """Everything that keeps the request from being published at an instant, but what the law has tendered elsewhere."""
    problems = _missing(draft, around) | _items(around.items) | _deadline(draft, around, policy, at)
    problems |= _qualifications(around.undemandable)
    problems |= contradictions(draft, policy, pool_size=pool_size) | _price_range(draft, around.items)
    return problems | _declaration(draft, around.items) | _block(around.unsigned, at) | _direct(draft, around)


def review_reasons(
    draft: Draft, policy: TenderingPolicy, *, asks_for_more: bool, needs_confirmation: bool
) -> list[str]:
    """Codes of why a clerk looks at the request before it is published; empty where nobody has to."""
    found = []
    if policy.review_before_publication:
        found.append("policy")
    if draft.public_project is False and draft.has_public_money:
        found.append("denied_public_project")
    if asks_for_more:
        found.append("requirements")
    if needs_confirmation:
        found.append(DIRECT_AFTER_FAILURES)
    return found


def asks_better_grade(min_grade: str) -> bool:
    """Whether a grade is asked for that not every firm that may bid has."""
    return min_grade not in ("", Grade.C)


def needs_pool(draft: Draft) -> bool:
    """Whether the number of evaluators in the pool decides about the method."""
    return draft.method == Method.BEST_PROPOSAL and "evaluators" not in parameters.problems_of(
        draft.method, draft.parameters
    )


def _direct(draft: Draft, around: Circumstances) -> Errors:
    if draft.method != Method.DIRECT:
        return {}
    if draft.is_version:
        # Bids may lie sealed already; they would be thrown away unopened, and the owner would pick.
        return {"method": _("A published request that takes bids cannot become a direct selection. End it instead.")}
    return {} if around.direct_problem is None else {"method": around.direct_problem}


def _missing(draft: Draft, around: Circumstances) -> Errors:
    needed: dict[str, Text] = {
        "title": _("Give the request a title."),
        "content": _("Describe the service."),
        "service_days": _("Give the service time."),
        "contact_name": _("Name a contact."),
        "contact_phone": _("Give a telephone number."),
    }
    if draft.method != Method.DIRECT:
        needed["closes_at"] = _("Give the bid period, or the bid deadline.")
    errors: Errors = {field: text for field, text in needed.items() if not getattr(draft, field)}
    if "closes_at" in errors:
        errors["bids_close_at"] = errors.pop("closes_at")
    if not around.items:
        errors["items"] = _("Choose at least one service.")
    if draft.fixes_price and draft.price_max is None:
        errors["price_max"] = _("This method needs the price that you fix.")
    if around.asks_for_more and not draft.requirement_reason.strip():
        errors["requirement_reason"] = _("Say why more is needed than the service itself requires.")
    tender_or_public = draft.has_public_money or any(item.is_tendered for item in around.items)
    if tender_or_public:
        if not draft.project_name:
            errors["project_name"] = _("Needed with public money, and for survey, design and supervision.")
        if not (draft.project_code or draft.no_code_reason):
            errors["project_code"] = _(
                "Needed with public money, and for survey, design and supervision; "
                "where the project has no code, say why."
            )
    return errors


def _items(items: Sequence[DraftItem]) -> Errors:
    refusal = next((item.refusal for item in items if item.refusal is not None), None)
    return {} if refusal is None else {"items": refusal}


def _qualifications(undemandable: Sequence[str]) -> Errors:
    """What has been abolished, or never was a licence, is demanded of nobody."""
    if not undemandable:
        return {}
    message = _("This may not be asked for: %(names)s. Take it off.")
    return {"qualifications": message % {"names": "、".join(undemandable)}}


def _deadline(draft: Draft, around: Circumstances, policy: TenderingPolicy, at: datetime) -> Errors:
    if draft.closes_at is None or draft.method == Method.DIRECT:
        return {}
    if draft.is_version:
        return _version_deadline(draft.closes_at, around.announced_deadline, at, around.working_days)
    earliest = deadlines.earliest_close(at, policy.bid_period_days, working_days=around.working_days)
    if draft.closes_at < earliest:
        message = _("The bid period is at least %(days)d working days: %(earliest)s or later.")
        return {"bids_close_at": message % {"days": policy.bid_period_days, "earliest": written(earliest)}}
    if draft.closes_at > at + LONGEST_BID_PERIOD:
        return {"bids_close_at": _("The deadline lies more than a year ahead.")}
    return {}


def _version_deadline(
    closes_at: datetime, announced: datetime | None, at: datetime, working_days: WorkingDays
) -> Errors:
    """A new version leaves three days to confirm, and takes nobody the time that was announced before."""
    earliest = deadlines.earliest_close(at, deadlines.VERSION_DAYS, working_days=working_days)
    if announced is not None and closes_at < announced:
        message = _("A new version cannot close before the present deadline, %(earliest)s.")
        earliest = announced
    elif closes_at < earliest:
        message = _("A new version leaves at least 3 working days: %(earliest)s or later.")
    elif closes_at > at + LONGEST_BID_PERIOD:
        return {"bids_close_at": _("The deadline lies more than a year ahead.")}
    else:
        return {}
    return {"bids_close_at": message % {"earliest": written(earliest)}}


def _money(draft: Draft) -> Errors:
    funds = (draft.fund_fiscal, draft.fund_state, draft.fund_social)
    if any(not 0 <= part <= 100 for part in funds):
        return {"fund_social": _("Each share lies between 0 and 100 percent.")}
    if sum(funds, Decimal(0)) != 100:
        return {"fund_social": _("The three shares must add to 100 percent.")}
    return {}


def _prices(draft: Draft) -> Errors:
    low, high = draft.price_min, draft.price_max
    if high is not None and high <= 0:
        return {"price_max": _("The price must be above zero.")}
    if low is None:
        return {}
    if draft.fixes_price:
        return {"price_min": _("Where you fix the price there is no lowest price.")}
    if draft.method == Method.DIRECT:
        return {"price_min": _("In direct selection there is no lowest price: the offers are listed.")}
    if low <= 0:
        return {"price_min": _("The price must be above zero.")}
    if high is None or low > high:
        return {"price_min": _("The lowest price accepted is no higher than the price limit.")}
    return {}


def _days(draft: Draft, policy: TenderingPolicy) -> Errors:
    errors: Errors = {}
    least = deadlines.VERSION_DAYS if draft.is_version else policy.bid_period_days
    if draft.bid_days is not None and draft.bids_close_at is not None:
        errors["bid_days"] = _("Give the bid period or the deadline, not both.")
    elif draft.bid_days is not None and draft.bid_days < least:
        errors["bid_days"] = _("The bid period is at least %(days)d working days.") % {"days": least}
    if draft.service_days is not None and not 1 <= draft.service_days <= LONGEST_SERVICE_DAYS:
        errors["service_days"] = _("The service time is between 1 and %(most)d working days.") % {
            "most": LONGEST_SERVICE_DAYS
        }
    if not 1 <= draft.signing_days <= policy.contract_days:
        errors["signing_days"] = _("The contract is signed within 1 to %(most)d working days.") % {
            "most": policy.contract_days
        }
    return errors


def _method(draft: Draft, pool_size: int | None) -> Errors:
    if draft.method not in Method.values:
        return {"method": _("Choose a selection method.")}
    if draft.owner_is_authority and draft.method not in parameters.AUTHORITY_METHODS:
        return {"method": _("An authority never designates an intermediary; choose a method by rule.")}
    problems = parameters.problems_of(draft.method, draft.parameters)
    if pool_size is not None and needs_pool(draft):
        problems |= _pool(pool_size, draft.parameters["evaluators"])
    return problems


def _pool(found: int, needed: int) -> Errors:
    """Whether the pool of today can give so many evaluators."""
    if found >= needed:
        return {}
    return {
        "evaluators": _(
            "The pool holds %(found)d evaluators in the fields of these services who have no tie to you; "
            "%(needed)d are asked for."
        )
        % {"found": found, "needed": needed}
    }


def _price_range(draft: Draft, items: Sequence[DraftItem]) -> Errors:
    """Government-set and -guided prices bind; market standards are a reference only."""
    if draft.price_max is None or not items or not all(item.is_bound for item in items):
        return {}
    bounds = [item.bounds for item in items if item.bounds is not None]
    if len(bounds) != len(items):
        return {}
    low, high = (sum((one[end] for one in bounds), Decimal(0)) for end in (0, 1))
    lowest_asked = draft.price_min or draft.price_max
    if lowest_asked < low or draft.price_max > high:
        return {
            "price_max": _("The government's price for these services is between %(low)s and %(high)s CNY.")
            % {"low": low, "high": high}
        }
    return {}


def _declaration(draft: Draft, items: Sequence[DraftItem]) -> Errors:
    if draft.public_project is None and any(item.is_tendered for item in items):
        return {"public_project": _("Declare whether the project is one of budget or controlling state-owned money.")}
    return {}


def _block(unsigned: Unsigned | None, at: datetime) -> Errors:
    """An owner who did not sign may not post that project again within 90 calendar days."""
    if unsigned is None or unsigned.on <= date_of(at) - UNSIGNED_BLOCK:
        return {}
    until = unsigned.on + UNSIGNED_BLOCK
    return {
        "project_code": _(
            "The contract of %(number)s was not signed by you. This project can be posted again from %(day)s."
        )
        % {"number": unsigned.number, "day": until.isoformat()}
    }
