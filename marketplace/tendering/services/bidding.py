"""Filing bids: sealed on arrival, and from then on nobody's to read before the opening."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.money import format_cny
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary

from .. import eligibility, permissions, receipts, sealed_bids
from ..failures import joined
from ..models import Bid, WorkRequest
from ..receipts import BidReceipt
from ..sealed_bids import Envelope, Plaintext, SealedBid

REFS_AT_ONCE = 32


class UnableToBid(DomainError):
    """After the deadline, outside the limits, or with every unmet condition listed; nothing was stored."""

    code = "unable-to-bid"


@dataclass(frozen=True)
class Filing:
    """A filing of one's own: its row names nobody, so it is found by its keyed hash."""

    number: int
    arrived_at: datetime
    sha256: str


@transaction.atomic
def submit_bid(
    *,
    request_id: int,
    intermediary: Intermediary,
    actor: User,
    days: int | None = None,
    price: Decimal | None = None,
    address: str = "",
    device: str = "",
) -> BidReceipt:
    """
    Seal and store an intermediary's bid; it replaces what the firm filed before.

    :param days: promised working days; where the owner fixes the price, the request's own time if not given
    :param price: CNY; None where the owner fixes it
    :param address: where it was sent from, sealed for the trail at the opening, as is `device`
    :raises Refused: if the actor may not bid for the intermediary
    :raises UnableToBid: after the deadline, outside the limits, or with every unmet condition
    """
    # The instant of arrival is taken before the queue at the row: waiting there must not make a bid late.
    arrived_at = clock.database_now()
    work_request = _locked_request(request_id, intermediary, actor, arrived_at)
    if problems := eligibility.problems_of(intermediary, work_request, at=arrived_at):
        raise UnableToBid(joined([problem.text for problem in problems]))
    days, shown_price = _checked(work_request, days, price)
    return _file(work_request, intermediary, actor, arrived_at, days, shown_price, address, device)


@transaction.atomic
def withdraw_bid(
    *, request_id: int, intermediary: Intermediary, actor: User, address: str = "", device: str = ""
) -> BidReceipt:
    """
    File a withdrawal: a sealed filing like any other, whose days and price are null.

    :raises Refused: if the actor may not act for the intermediary
    :raises UnableToBid: after the deadline, or where the firm has filed nothing
    """
    arrived_at = clock.database_now()
    work_request = _locked_request(request_id, intermediary, actor, arrived_at)
    if _next_filing(work_request, intermediary) == 0:
        raise UnableToBid(_("Your company has not bid for this request."))
    return _file(work_request, intermediary, actor, arrived_at, None, None, address, device)


def filings_of(work_request: WorkRequest, intermediary: Intermediary) -> list[Filing]:
    """A firm's own filings, oldest first; what is in them only the opening tells."""
    count = _next_filing(work_request, intermediary)
    refs = {sealed_bids.bidder_ref(work_request, intermediary.uscc, number): number for number in range(count)}
    found = work_request.bids.filter(bidder_ref__in=refs).defer("ciphertext", "envelope")
    filings = [Filing(refs[bid.bidder_ref], bid.arrived_at, bid.sha256) for bid in found]
    return sorted(filings, key=lambda filing: filing.number)


def _locked_request(request_id: int, intermediary: Intermediary, actor: User, arrived_at: datetime) -> WorkRequest:
    # The request is locked first, so that the opening and a late bid queue instead of racing.
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_bid_for(actor, work_request, intermediary))
    if not work_request.takes_bids(arrived_at):
        if work_request.bids_open_until is not None and arrived_at >= work_request.bids_open_until:
            raise UnableToBid(_("The deadline has passed; bids are no longer taken."))
        raise UnableToBid(_("This request does not take bids now."))
    return work_request


def _checked(work_request: WorkRequest, days: int | None, price: Decimal | None) -> tuple[int, str | None]:
    longest = work_request.service_days or 0
    if days is None and work_request.fixes_price:
        days = longest
    errors: dict[str, Text] = {}
    if type(days) is not int or not 1 <= days <= longest:
        errors["days"] = _("Promise between 1 and %(most)d working days.") % {"most": longest}
    if work_request.fixes_price:
        if price is not None:
            errors["price"] = _("The owner has fixed the price; a bid names none.")
    elif problem := price_problem(work_request, price):
        errors["price"] = problem
    if errors or days is None:
        raise UnableToBid(joined(list(errors.values())), errors)
    return days, None if price is None else f"{price:.2f}"


def price_problem(work_request: WorkRequest, price: Decimal | None) -> Text | None:
    """What is wrong with a price under the announced limits, or None."""
    if price is None or not price.is_finite() or price <= 0:
        return _("Give a price above zero.")
    if price != price.quantize(Decimal("0.01")) or price >= Decimal(10) ** 16:
        return _("Give the price in CNY with at most two decimals.")
    if work_request.price_max is not None and price > work_request.price_max:
        return _("The price is above the announced limit of %(limit)s.") % {"limit": format_cny(work_request.price_max)}
    if work_request.price_min is not None and price < work_request.price_min:
        return _("The price is below the announced limit of %(limit)s.") % {"limit": format_cny(work_request.price_min)}
    return None


def _file(
    work_request: WorkRequest,
    intermediary: Intermediary,
    actor: User,
    arrived_at: datetime,
    days: int | None,
    price: str | None,
    address: str,
    device: str,
) -> BidReceipt:
    plaintext = Plaintext(
        request=work_request.number,
        version=work_request.version,
        uscc=intermediary.uscc,
        days=days,
        price=price,
        nonce=sealed_bids.fresh_hex(),
        salt=sealed_bids.fresh_hex(),
    )
    filing = _next_filing(work_request, intermediary)
    envelope = Envelope(intermediary.uscc, filing, actor.pk, address[:64], device[:400])
    sealed = SealedBid(sealed_bids.seal(work_request, plaintext.encode()))
    bid = Bid.objects.create(
        work_request=work_request,
        bidder_ref=sealed_bids.bidder_ref(work_request, intermediary.uscc, filing),
        arrived_at=arrived_at,
        ciphertext=sealed.ciphertext,
        envelope=sealed_bids.seal(work_request, envelope.encode()),
        sha256=sealed.sha256,
    )
    # Who bids is as secret as the price: neither trail nor notice; both are written at the opening.
    return receipts.issue(bid, work_request, nonce=plaintext.nonce, salt=plaintext.salt)


def _next_filing(work_request: WorkRequest, intermediary: Intermediary) -> int:
    """How many filings the firm has made; the keyed hash of the next one is free."""
    number = 0
    while True:
        refs = [
            sealed_bids.bidder_ref(work_request, intermediary.uscc, each)
            for each in range(number, number + REFS_AT_ONCE)
        ]
        found = Bid.objects.filter(bidder_ref__in=refs).count()
        number += found
        if found < REFS_AT_ONCE:
            return number
