"""What arrived sealed is stored, and from then on nobody's to read before the opening."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.registry.models import Intermediary

from ...announcing import receipts
from ...announcing.receipts import BidReceipt
from ...models import Bid, SealedProposal, WorkRequest
from ...sealing import bids
from ...sealing.bids import Envelope, SealedBid
from ...sealing.proposals import SealedFile
from ...sealing.references import bidder_ref
from .checking import Arrival, UnableToBid
from .own_filings import Filing

#: Filings of one firm for one request. The opening reads every one, and a custodian is asked for the list of all:
#: without an end to it a single firm could keep the bids of all others sealed.
MOST_FILINGS = 500


def file_sealed(
    work_request: WorkRequest,
    intermediary: Intermediary,
    actor: User,
    sealed: SealedBid,
    arrival: Arrival,
    filings: Sequence[Filing],
    proposal: SealedFile | None = None,
    *,
    is_withdrawal: bool = False,
) -> BidReceipt:
    """
    Store a filing as the firm's next one, or find it where the same was stored before.

    :param filings: what the firm has filed for the request
    :raises UnableToBid: if the firm has filed so often already
    """
    again = next((one for one in filings if one.sha256 == sealed.sha256), None)
    if again is not None:
        arrived_at = again.arrived_at
    elif len(filings) >= MOST_FILINGS + is_withdrawal:
        raise UnableToBid(
            _("Your company has filed %(most)d times for this request. Only a withdrawal is still taken.")
            % {"most": MOST_FILINGS}
        )
    else:
        if proposal is not None:
            _keep(work_request, proposal)
        arrived_at = _store(work_request, intermediary, actor, sealed, arrival, len(filings))
    # Who bids is as secret as the price: neither trail nor notice; both are written at the opening.
    return receipts.issue(work_request, sha256=sealed.sha256, arrived_at=arrived_at)


def _keep(work_request: WorkRequest, proposal: SealedFile) -> None:
    row = SealedProposal(work_request=work_request, sha256=proposal.sha256, size=len(proposal.ciphertext))
    if SealedProposal.objects.filter(work_request=work_request, sha256=row.sha256).exists():
        return
    row.file.save(row.sha256, ContentFile(proposal.ciphertext), save=False)
    SealedProposal.objects.bulk_create([row], ignore_conflicts=True)


def _store(
    work_request: WorkRequest,
    intermediary: Intermediary,
    actor: User,
    sealed: SealedBid,
    arrival: Arrival,
    filing: int,
) -> datetime:
    """Store as the firm's filing of that number, or the next free one; returns when it arrived."""
    while True:
        ref = bidder_ref(work_request, intermediary.uscc, filing)
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
