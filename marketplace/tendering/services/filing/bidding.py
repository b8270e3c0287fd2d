"""
Filing: what arrives sealed is stored, and from then on nobody's to read before the opening.

Every filing goes through `_file`; what arrives in the clear is sealed first (`arriving`).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary

from ... import permissions
from ...announcing import receipts
from ...announcing.receipts import BidReceipt
from ...facts import bidders
from ...failures import joined
from ...models import Bid, SealedProposal, WorkRequest
from ...models.requests import OPENING_DELAY
from ...sealing import bids
from ...sealing.bids import Envelope, SealedBid
from ...sealing.proposals import SealedFile

REFS_AT_ONCE = 32
#: Filings of one firm for one request. The opening reads every one, and a custodian is asked for the list of all:
#: without an end to it a single firm could keep the bids of all others sealed.
MOST_FILINGS = 500


class UnableToBid(DomainError):
    """After the deadline, outside the limits, or with every unmet condition listed; nothing was stored."""

    code = "unable-to-bid"


@dataclass(frozen=True)
class Filing:
    """A filing of one's own: its row names nobody, so it is found by its keyed hash."""

    number: int
    arrived_at: datetime
    sha256: str


@dataclass(frozen=True)
class Arrival:
    """When a filing arrived and from where; taken before any queue, which must not make it late."""

    at: datetime
    address: str = ""
    device: str = ""
    #: Looked up at every arrival, so that a test may stop it.
    _began: float = field(default_factory=lambda: monotonic())

    @property
    def present(self) -> datetime:
        """The database's present, without asking it again."""
        return self.at + timedelta(seconds=monotonic() - self._began)


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
    return file_sealed(work_request, intermediary, actor, sealed, arrival, proposal)


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
    require_filed(work_request, intermediary)
    return file_sealed(work_request, intermediary, actor, sealed, arrival, is_withdrawal=True)


def filings_of(work_request: WorkRequest, intermediary: Intermediary) -> list[Filing]:
    """A firm's own filings, oldest first; what is in them only the opening tells."""
    filings: list[Filing] = []
    while True:
        begin = len(filings)
        refs = {
            bids.bidder_ref(work_request, intermediary.uscc, number): number
            for number in range(begin, begin + REFS_AT_ONCE)
        }
        rows = Bid.objects.filter(bidder_ref__in=refs).values_list("bidder_ref", "arrived_at", "sha256")
        found = [Filing(refs[ref], arrived_at, sha256) for ref, arrived_at, sha256 in rows]
        filings += sorted(found, key=lambda filing: filing.number)
        if len(found) < REFS_AT_ONCE:
            return filings


def taking_bids(request_id: int, intermediary: Intermediary, actor: User, arrival: Arrival) -> WorkRequest:
    """
    The request, which nobody changes until the filing is stored; other bids do not wait for it.

    :raises Refused: if the actor may not bid for the intermediary
    :raises UnableToBid: if the filing comes too late, or the request takes none
    """
    work_request = WorkRequest.objects.held(request_id)
    require(permissions.can_bid_for(actor, work_request, intermediary))
    closes_at = work_request.closes_at(arrival.at)
    if not work_request.takes_bids(arrival.at):
        if closes_at is not None and arrival.at >= closes_at:
            raise UnableToBid(_("The deadline has passed; bids are no longer taken."))
        raise UnableToBid(_("This request does not take bids now."))
    if closes_at is not None and arrival.present >= closes_at + OPENING_DELAY:
        # From that instant the custodians may be asked for one list of bids, which must not grow any more.
        raise UnableToBid(_("The bid could not be stored before the opening."))
    return work_request


def require_announced(work_request: WorkRequest, announced: str) -> None:
    """:raises UnableToBid: if the bidder read another version, for which the bid would be set aside"""
    if announced not in ("", work_request.announcement_hash):
        raise UnableToBid(
            _("The request was changed while this page was open. Reload it, read version %(number)d and seal again.")
            % {"number": work_request.version}
        )


def require_eligible(intermediary: Intermediary, work_request: WorkRequest, arrival: Arrival) -> None:
    """:raises UnableToBid: with every condition that the firm does not meet"""
    if problems := bidders.problems_of(intermediary, work_request, at=arrival.at):
        raise UnableToBid(joined([problem.text for problem in problems]))


def require_filed(work_request: WorkRequest, intermediary: Intermediary) -> None:
    """:raises UnableToBid: if the firm has filed nothing that a withdrawal could end"""
    if not filings_of(work_request, intermediary):
        raise UnableToBid(_("Your company has not bid for this request."))


def file_sealed(
    work_request: WorkRequest,
    intermediary: Intermediary,
    actor: User,
    sealed: SealedBid,
    arrival: Arrival,
    proposal: SealedFile | None = None,
    *,
    is_withdrawal: bool = False,
) -> BidReceipt:
    """
    Store a filing as the firm's next one, or find it where the same was stored before.

    :raises UnableToBid: if the firm has filed so often already
    """
    filings = filings_of(work_request, intermediary)
    if again := next((one for one in filings if one.sha256 == sealed.sha256), None):
        return receipts.issue(work_request, sha256=again.sha256, arrived_at=again.arrived_at)
    if len(filings) >= MOST_FILINGS + is_withdrawal:
        raise UnableToBid(
            _("Your company has filed %(most)d times for this request. Only a withdrawal is still taken.")
            % {"most": MOST_FILINGS}
        )
    if proposal is not None:
        _keep(work_request, proposal)
    arrived_at = _store(work_request, intermediary, actor, sealed, arrival, filing=len(filings))
    # Who bids is as secret as the price: neither trail nor notice; both are written at the opening.
    return receipts.issue(work_request, sha256=sealed.sha256, arrived_at=arrived_at)


def _store(
    work_request: WorkRequest,
    intermediary: Intermediary,
    actor: User,
    sealed: SealedBid,
    arrival: Arrival,
    *,
    filing: int,
) -> datetime:
    """Store as the firm's filing of that number, or the next free one; returns when it arrived."""
    while True:
        ref = bids.bidder_ref(work_request, intermediary.uscc, filing)
        envelope = Envelope(intermediary.uscc, filing, actor.pk, arrival.address[:64], arrival.device[:400])
        row = Bid(
            work_request=work_request,
            bidder_ref=ref,
            arrived_at=arrival.at,
            ciphertext=sealed.ciphertext,
            envelope=bids.seal(work_request, envelope.encode()),
            sha256=sealed.sha256,
        )
        # Two of a firm at once take different numbers, one sent twice is stored once: the reference is unique.
        Bid.objects.bulk_create([row], ignore_conflicts=True)
        arrived_at, stored = Bid.objects.values_list("arrived_at", "sha256").get(bidder_ref=ref)
        if stored == sealed.sha256:
            return arrived_at
        filing += 1


def _keep(work_request: WorkRequest, proposal: SealedFile) -> None:
    row = SealedProposal(work_request=work_request, sha256=proposal.sha256, size=len(proposal.ciphertext))
    if SealedProposal.objects.filter(work_request=work_request, sha256=row.sha256).exists():
        return
    row.file.save(row.sha256, ContentFile(proposal.ciphertext), save=False)
    SealedProposal.objects.bulk_create([row], ignore_conflicts=True)
