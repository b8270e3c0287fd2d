"""Bids that arrive in the clear, from browsers without script and from programs: sealed before anything is stored."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock, files
from marketplace.core.failures import Text
from marketplace.core.money import format_cny
from marketplace.registry.models import Intermediary

from ...announcing.receipts import BidReceipt
from ...failures import joined
from ...models import WorkRequest
from ...sealing import bids
from ...sealing.bids import Plaintext, SealedBid
from ...sealing.proposals import ProposalFile, SealedFile, seal_file
from .bidding import Arrival, UnableToBid, file_sealed, require_announced, require_eligible, require_filed, taking_bids


@transaction.atomic
def seal_and_submit_bid(
    *,
    request_id: int,
    intermediary: Intermediary,
    actor: User,
    days: int | None = None,
    price: Decimal | None = None,
    proposal: UploadedFile | None = None,
    announced: str = "",
    address: str = "",
    device: str = "",
) -> BidReceipt:
    """
    Seal a bid that arrived in the clear, and store it; the receipt carries the nonce and salt made here.

    :param days: promised working days; where the owner fixes the price, the request's own time if not given
    :param price: CNY; None where the owner fixes it
    :param announced: hash of the announcement that the bidder read, if known; another version is refused
    :raises Refused: if the actor may not bid for the intermediary
    :raises UnableToBid: after the deadline, outside the limits, or with every unmet condition
    """
    arrival = Arrival(clock.database_now(), address, device)
    work_request = taking_bids(request_id, intermediary, actor, arrival)
    require_announced(work_request, announced)
    require_eligible(intermediary, work_request, arrival)
    days, shown_price = _checked(work_request, days, price, proposal)
    sealed_file, binding = _sealed_proposal(work_request, proposal)
    plaintext = _plaintext(work_request, intermediary, days=days, price=shown_price, proposal=binding)
    sealed = SealedBid(bids.seal(work_request, plaintext.encode()))
    receipt = file_sealed(work_request, intermediary, actor, sealed, arrival, sealed_file)
    return receipt.with_numbers(plaintext.nonce, plaintext.salt)


@transaction.atomic
def withdraw_bid(
    *, request_id: int, intermediary: Intermediary, actor: User, address: str = "", device: str = ""
) -> BidReceipt:
    """
    File a withdrawal: a sealed filing like any other, whose days and price are null.

    :raises Refused: if the actor may not act for the intermediary
    :raises UnableToBid: after the deadline, or where the firm has filed nothing
    """
    arrival = Arrival(clock.database_now(), address, device)
    work_request = taking_bids(request_id, intermediary, actor, arrival)
    require_filed(work_request, intermediary)
    plaintext = _plaintext(work_request, intermediary, days=None, price=None)
    sealed = SealedBid(bids.seal(work_request, plaintext.encode()))
    receipt = file_sealed(work_request, intermediary, actor, sealed, arrival, is_withdrawal=True)
    return receipt.with_numbers(plaintext.nonce, plaintext.salt)


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


def _checked(
    work_request: WorkRequest, days: int | None, price: Decimal | None, proposal: UploadedFile | None
) -> tuple[int, str | None]:
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
    if problem := _proposal_problem(work_request, proposal):
        errors["proposal"] = problem
    if errors or days is None:
        raise UnableToBid(joined(list(errors.values())), errors)
    return days, None if price is None else f"{price:.2f}"


def _proposal_problem(work_request: WorkRequest, proposal: UploadedFile | None) -> Text | None:
    if not work_request.asks_for_proposal:
        return None if proposal is None else _("This request asks for no proposal.")
    if proposal is None:
        return _("Add the proposal as a file.")
    try:
        files.check(proposal)
    except ValidationError as problem:
        return problem.messages[0]
    return None


def _sealed_proposal(
    work_request: WorkRequest, proposal: UploadedFile | None
) -> tuple[SealedFile | None, dict[str, str] | None]:
    if proposal is None:
        return None, None
    proposal.seek(0)
    return seal_file(ProposalFile(proposal.name or "", proposal.read()))


def _plaintext(
    work_request: WorkRequest,
    intermediary: Intermediary,
    *,
    days: int | None,
    price: str | None,
    proposal: dict[str, str] | None = None,
) -> Plaintext:
    return Plaintext(
        request=work_request.number,
        version=work_request.version,
        uscc=intermediary.uscc,
        days=days,
        price=price,
        nonce=bids.fresh_hex(),
        salt=bids.fresh_hex(),
        proposal=proposal,
    )
