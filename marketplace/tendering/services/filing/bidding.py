"""
Filing: a bid or a withdrawal is checked, sealed where it arrived in the clear, and stored.

From browsers it arrives sealed; without script, and from programs, in the clear.
"""

from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.registry.models import Intermediary

from ...announcing.receipts import BidReceipt
from ...sealing.bids import SealedBid
from ...sealing.proposals import SealedFile
from .checking import Arrival, require_announced, require_eligible, require_filed, require_offer, taking_bids
from .own_filings import filings_of
from .sealing_here import seal_here
from .storing import file_sealed


@transaction.atomic
def submit_bid(
    *,
    request_id: int,
    intermediary: Intermediary,
    sealed: SealedBid,
    actor: User,
    proposal: SealedFile | None = None,
    announced: str = "",
    address: str = "",
    device: str = "",
) -> BidReceipt:
    """
    Store an intermediary's sealed bid; it replaces what the firm filed before. The same one again is the same filing.

    :param sealed: ciphertext to both request keys (RULES, Bids); what is in it only the opening tells
    :param proposal: the encrypted file that the bid binds, if any
    :param announced: hash of the announcement that the bidder read, if known; another version is refused
    :param address: where it was sent from, sealed for the trail at the opening, as is `device`
    :raises Refused: if the actor may not bid for the intermediary
    :raises UnableToBid: after the deadline, or with every unmet condition
    """
    arrival = Arrival(clock.database_now(), address, device)
    work_request = taking_bids(request_id, intermediary, actor, arrival)
    require_announced(work_request, announced)
    require_eligible(intermediary, work_request, arrival)
    filings = filings_of(work_request, intermediary)
    return file_sealed(work_request, intermediary, actor, sealed, arrival, filings, proposal)


@transaction.atomic
def submit_withdrawal(
    *,
    request_id: int,
    intermediary: Intermediary,
    sealed: SealedBid,
    actor: User,
    address: str = "",
    device: str = "",
) -> BidReceipt:
    """
    Store a withdrawal that the bidder's browser sealed: a filing like any other, which needs no eligibility.

    :raises Refused: if the actor may not act for the intermediary
    :raises UnableToBid: after the deadline, or where the firm has filed nothing
    """
    arrival = Arrival(clock.database_now(), address, device)
    work_request = taking_bids(request_id, intermediary, actor, arrival)
    filings = filings_of(work_request, intermediary)
    require_filed(filings)
    return file_sealed(work_request, intermediary, actor, sealed, arrival, filings, is_withdrawal=True)


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
    days, shown_price = require_offer(work_request, days, price, proposal)
    require_eligible(intermediary, work_request, arrival)
    filings = filings_of(work_request, intermediary)
    here = seal_here(work_request, intermediary, days=days, price=shown_price, proposal=proposal)
    receipt = file_sealed(work_request, intermediary, actor, here.sealed, arrival, filings, here.file)
    return receipt.with_numbers(here.nonce, here.salt)


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
    filings = filings_of(work_request, intermediary)
    require_filed(filings)
    here = seal_here(work_request, intermediary, days=None, price=None)
    receipt = file_sealed(work_request, intermediary, actor, here.sealed, arrival, filings, is_withdrawal=True)
    return receipt.with_numbers(here.nonce, here.salt)
