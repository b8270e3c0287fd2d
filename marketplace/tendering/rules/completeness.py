"""What a request must say before it can be published (RULES, Request): by field, in the words that the page shows."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Pricing, ServiceItem
from marketplace.core import calendar, clock
from marketplace.core.failures import Text

from ..choices import Grade, Method
from ..models import Award, RequestItem, WorkRequest
from ..policy import TenderingPolicy
from . import after_failures, deadlines, direct_selection, parameters, public_tender, public_value
from .pool import announced_pool

LONGEST_BID_PERIOD = timedelta(days=366)
LONGEST_SERVICE_DAYS = 2000
#: Of the reasons for a review: a regulator has to allow it.
DIRECT_AFTER_FAILURES = "direct_after_failures"
UNSIGNED_BLOCK = timedelta(days=90)

Errors = dict[str, Text]


def contradictions(work_request: WorkRequest, policy: TenderingPolicy) -> Errors:
    """What is wrong in what has been filled in; a draft may still lack anything."""
    found = _money(work_request) | _prices(work_request) | _days(work_request, policy) | _method(work_request)
    return found | public_value.problems_of(work_request, policy)


def problems_of(work_request: WorkRequest, policy: TenderingPolicy, *, at: datetime) -> Errors:
    """Everything that keeps the request from being published at an instant."""
    rows = list(work_request.request_items.select_related("item__authority"))
    problems = _missing(work_request, rows) | _items(work_request, rows) | _deadline(work_request, policy, at)
    problems |= contradictions(work_request, policy) | _price_range(work_request, rows)
    problems |= _declaration(work_request, rows) | _block(work_request, at) | _direct(work_request, policy)
    return problems or public_tender.refusal_of(work_request, policy)


def review_reasons(work_request: WorkRequest, policy: TenderingPolicy) -> list[str]:
    """Codes of why a clerk looks at the request before it is published; empty where nobody has to."""
    found = []
    if policy.review_before_publication:
        found.append("policy")
    if work_request.public_project is False and work_request.has_public_money:
        found.append("denied_public_project")
    if asks_for_more(work_request):
        found.append("requirements")
    if needs_confirmation(work_request, policy):
        found.append(DIRECT_AFTER_FAILURES)
    return found


def asks_for_more(work_request: WorkRequest) -> bool:
    """Whether a grade or qualification above what the items need is asked for, which takes a reviewed reason."""
    return work_request.min_grade not in ("", Grade.C) or work_request.qualifications.exists()


def needs_confirmation(work_request: WorkRequest, policy: TenderingPolicy) -> bool:
    """Whether a regulator has to allow direct selection, after two failures, before the request is published."""
    return work_request.method == Method.DIRECT and direct_selection.limit_problem(work_request, policy) is not None


def _direct(work_request: WorkRequest, policy: TenderingPolicy) -> Errors:
    if work_request.method != Method.DIRECT:
        return {}
    if work_request.amends_id is not None:
        # Bids may lie sealed already; they would be thrown away unopened, and the owner would pick.
        return {"method": _("A published request that takes bids cannot become a direct selection. End it instead.")}
    problem = direct_selection.limit_problem(work_request, policy)
    failures = after_failures.last_two(work_request)
    if problem is None or (failures is not None and after_failures.is_no_stricter(*failures)):
        return {}
    return {"method": problem}


def _missing(work_request: WorkRequest, rows: list[RequestItem]) -> Errors:
    needed: dict[str, Text] = {
        "title": _("Give the request a title."),
        "content": _("Describe the service."),
        "service_days": _("Give the service time."),
        "contact_name": _("Name a contact."),
        "contact_phone": _("Give a telephone number."),
    }
    if work_request.method != Method.DIRECT:
        needed["bids_close_at"] = _("Give the bid deadline.")
    errors: Errors = {field: text for field, text in needed.items() if not getattr(work_request, field)}
    if not rows:
        errors["items"] = _("Choose at least one service.")
    if work_request.fixes_price and work_request.price_max is None:
        errors["price_max"] = _("This method needs the price that you fix.")
    if asks_for_more(work_request) and not work_request.requirement_reason.strip():
        errors["requirement_reason"] = _("Say why more is needed than the service itself requires.")
    tender_or_public = work_request.has_public_money or any(row.item.tender_class for row in rows)
    if tender_or_public:
        for field in ("project_name", "project_code"):
            if not getattr(work_request, field):
                errors[field] = _("Needed with public money, and for survey, design and supervision.")
    return errors


def _items(work_request: WorkRequest, rows: list[RequestItem]) -> Errors:
    if any(not row.item.is_open for row in rows):
        return {"items": _("A chosen service is no longer in the catalogue.")}
    is_authority = work_request.owner.kind == Organisation.Kind.AUTHORITY
    if not is_authority and any(row.item.paid_by == ServiceItem.PaidBy.AUTHORITY for row in rows):
        return {"items": _("The authority pays for this service and posts the request itself.")}
    return {}


def _deadline(work_request: WorkRequest, policy: TenderingPolicy, at: datetime) -> Errors:
    if work_request.bids_close_at is None or work_request.method == Method.DIRECT:
        return {}
    if work_request.amends is not None:
        return _version_deadline(work_request.bids_close_at, work_request.amends.bids_close_at, at)
    earliest = deadlines.earliest_close(at, policy.bid_period_days, working_days=calendar.current())
    if work_request.bids_close_at < earliest:
        message = _("The bid period is at least %(days)d working days: %(earliest)s or later.")
        shown = earliest.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
        return {"bids_close_at": message % {"days": policy.bid_period_days, "earliest": shown}}
    if work_request.bids_close_at > at + LONGEST_BID_PERIOD:
        return {"bids_close_at": _("The deadline lies more than a year ahead.")}
    return {}


def _version_deadline(closes_at: datetime, announced: datetime | None, at: datetime) -> Errors:
    """A new version leaves three days to confirm, and takes nobody the time that was announced before."""
    earliest = deadlines.earliest_close(at, deadlines.VERSION_DAYS, working_days=calendar.current())
    if announced is not None and closes_at < announced:
        message = _("A new version cannot close before the present deadline, %(earliest)s.")
        earliest = announced
    elif closes_at < earliest:
        message = _("A new version leaves at least 3 working days: %(earliest)s or later.")
    elif closes_at > at + LONGEST_BID_PERIOD:
        return {"bids_close_at": _("The deadline lies more than a year ahead.")}
    else:
        return {}
    return {"bids_close_at": message % {"earliest": earliest.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")}}


def _money(work_request: WorkRequest) -> Errors:
    funds = (work_request.fund_fiscal, work_request.fund_state, work_request.fund_social)
    if any(not 0 <= part <= 100 for part in funds):
        return {"fund_social": _("Each share lies between 0 and 100 percent.")}
    if sum(funds, Decimal(0)) != 100:
        return {"fund_social": _("The three shares must add to 100 percent.")}
    return {}


def _prices(work_request: WorkRequest) -> Errors:
    low, high = work_request.price_min, work_request.price_max
    if high is not None and high <= 0:
        return {"price_max": _("The price must be above zero.")}
    if low is None:
        return {}
    if work_request.fixes_price:
        return {"price_min": _("Where you fix the price there is no lowest price.")}
    if work_request.method == Method.DIRECT:
        return {"price_min": _("In direct selection there is no lowest price: the offers are listed.")}
    if low <= 0:
        return {"price_min": _("The price must be above zero.")}
    if high is None or low > high:
        return {"price_min": _("The lowest price accepted is no higher than the price limit.")}
    return {}


def _days(work_request: WorkRequest, policy: TenderingPolicy) -> Errors:
    errors: Errors = {}
    if work_request.service_days is not None and not 1 <= work_request.service_days <= LONGEST_SERVICE_DAYS:
        errors["service_days"] = _("The service time is between 1 and %(most)d working days.") % {
            "most": LONGEST_SERVICE_DAYS
        }
    if not 1 <= work_request.signing_days <= policy.contract_days:
        errors["signing_days"] = _("The contract is signed within 1 to %(most)d working days.") % {
            "most": policy.contract_days
        }
    return errors


def _method(work_request: WorkRequest) -> Errors:
    if work_request.method not in Method.values:
        return {"method": _("Choose a selection method.")}
    is_authority = work_request.owner.kind == Organisation.Kind.AUTHORITY
    if is_authority and work_request.method not in parameters.AUTHORITY_METHODS:
        return {"method": _("An authority never designates an intermediary; choose a method by rule.")}
    problems = parameters.problems_of(work_request.method, work_request.parameters)
    if work_request.method == WorkRequest.Method.BEST_PROPOSAL and "evaluators" not in problems:
        problems |= _pool(work_request)
    return problems


def _pool(work_request: WorkRequest) -> Errors:
    """Whether the pool of today can give so many evaluators."""
    found, needed = len(announced_pool(work_request)), work_request.parameters["evaluators"]
    if found >= needed:
        return {}
    return {
        "evaluators": _(
            "The pool holds %(found)d evaluators in the fields of these services who have no tie to you; "
            "%(needed)d are asked for."
        )
        % {"found": found, "needed": needed}
    }


def _price_range(work_request: WorkRequest, rows: list[RequestItem]) -> Errors:
    """Government-set and -guided prices bind; market standards are a reference only."""
    bound = [row for row in rows if row.item.pricing != Pricing.MARKET]
    if not bound or len(bound) != len(rows) or work_request.price_max is None:
        return {}
    ranges = [(row.calculation or {}).get("range_cny") or [row.standard_fee, row.standard_fee] for row in bound]
    if any(None in one for one in ranges):
        return {}
    low, high = (sum((Decimal(one[end]) for one in ranges), Decimal(0)) for end in (0, 1))
    asked = (work_request.price_min or work_request.price_max, work_request.price_max)
    if asked[0] < low or asked[1] > high:
        return {
            "price_max": _("The government's price for these services is between %(low)s and %(high)s CNY.")
            % {"low": low, "high": high}
        }
    return {}


def _declaration(work_request: WorkRequest, rows: list[RequestItem]) -> Errors:
    if work_request.public_project is None and any(row.item.tender_class for row in rows):
        return {"public_project": _("Declare whether the project is one of budget or controlling state-owned money.")}
    return {}


def _block(work_request: WorkRequest, at: datetime) -> Errors:
    """An owner who did not sign may not post that project again within 90 calendar days."""
    if not work_request.project_code:
        return {}
    today = at.astimezone(clock.SHANGHAI).date()
    unsigned = Award.objects.filter(
        work_request__owner=work_request.owner,
        work_request__project_code=work_request.project_code,
        owner_unsigned_on__gt=today - UNSIGNED_BLOCK,
    ).first()
    if unsigned is None or unsigned.owner_unsigned_on is None:
        return {}
    until = unsigned.owner_unsigned_on + UNSIGNED_BLOCK
    return {
        "project_code": _(
            "The contract of %(number)s was not signed by you. This project can be posted again from %(day)s."
        )
        % {"number": unsigned.work_request.number, "day": until.isoformat()}
    }
