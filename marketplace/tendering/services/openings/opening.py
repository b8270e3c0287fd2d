"""The opening: everything is decrypted, judged and frozen in one transaction, once; `stages` takes it from there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.rating import Standing
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError
from marketplace.core.models import StoredFile
from marketplace.custody import sealing

from ...models import Bid, OpenedBid, Opening, SealedProposal, WorkRequest
from ...sealing import custodians, origins
from ...sealing.bids import Malformed, open_box, read_bid, read_envelope
from ...sealing.references import bidder_ref
from ...states import Status
from . import judging, opened_proposals, stages
from .closing import close_bids
from .judging import Filed


class UnableToOpen(DomainError):
    """It is not time yet; nothing was opened."""

    code = "unable-to-open"


@transaction.atomic
def open_request(*, request_id: int) -> Opening | None:
    """
    Open a request's bids, 60 seconds after the deadline at the earliest.

    Decrypting, judging and freezing are one transaction, and so is all that follows where nothing is waited for.
    A second call goes on from where the first one stopped; a suspended request waits.

    :raises UnableToOpen: before its time
    :raises custody.CustodianRefuses: if a custodian does not give up its key; nothing is opened, and it is tried again
    """
    close_bids(request_id=request_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    if done := Opening.objects.filter(work_request=work_request).first():
        done.work_request = work_request
        if work_request.status == Status.SELECTING:
            stages.advance(work_request, done)
        return done
    if work_request.status != Status.SELECTING:
        return None
    now = clock.database_now()
    if work_request.opens_at is None or now < work_request.opens_at:
        raise UnableToOpen(_("The bids are opened one minute after the deadline."))
    opening = _freeze(work_request, now)
    try:
        # What is frozen stays, also where a custodian does not give up its secret: the draw is tried again.
        with transaction.atomic():
            stages.advance(work_request, opening)
    except custodians.WAITS as failure:
        opening = Opening.objects.get(pk=opening.pk)
        audit.record(
            matter=work_request.audit_matter, action="opening.waits", actor=None, after={"reason": str(failure)[:400]}
        )
        stages.schedule_resume(opening, now)
    return opening


def _freeze(work_request: WorkRequest, now: datetime) -> Opening:
    """Decrypt and judge everything that was filed, and fix its list."""
    filed = _open_all(work_request)
    standings = judging.judge(filed, work_request)
    frozen = judging.freeze(filed, work_request, standings)
    opening = Opening.objects.create(
        work_request=work_request, opened_at=now, frozen=frozen.as_document(), list_hash=frozen.list_hash
    )
    work_request.opened_at = now
    work_request.save(update_fields=["opened_at"])
    _store_filings(opening, filed, standings)
    _record(work_request, filed, opening)
    return opening


def _open_all(work_request: WorkRequest) -> list[Filed]:
    bids = Bid.objects.filter(work_request=work_request)
    hashes = list(bids.values_list("sha256", flat=True))
    keys = {side: custodian.release_key(work_request, hashes) for side, custodian in custodians.custodians().items()}
    filed = []
    for bid in bids.iterator(chunk_size=200):
        one = Filed(bid, None, None)
        try:
            one.envelope = read_envelope(open_box(bytes(bid.envelope), keys))
            if bidder_ref(work_request, one.envelope.uscc, one.envelope.filing) != bid.bidder_ref:
                one.envelope = None
            one.plaintext = read_bid(open_box(bytes(bid.ciphertext), keys))
        except (sealing.DoesNotOpen, Malformed):
            pass  # What did not open stays None, and is set aside with that reason.
        # The boxes of a thousand bids need not stay in memory.
        bid.ciphertext = bid.envelope = b""
        filed.append(one)
    return filed


def _store_filings(opening: Opening, filed: list[Filed], standings: dict[int, Standing]) -> None:
    sealed = opened_proposals.sealed_ones(opening.work_request)
    names = opening.work_request.publishes_names
    rows = []
    for one in filed:
        bid, standing = one.plaintext, standings.get(one.intermediary.organisation_id) if one.intermediary else None
        rows.append(
            OpenedBid(
                opening=opening,
                bid=one.bid,
                intermediary=one.intermediary,
                filed_by_id=one.envelope.person if one.envelope else None,
                filing=one.envelope.filing if one.envelope else None,
                fate=one.fate,
                reason=one.reason,
                detail=one.detail,
                days=bid.days if bid else None,
                price=bid.price if bid else None,
                nonce=bid.nonce if bid else "",
                proposal=_proposal_of(one, opening.work_request, sealed),
                score=standing.score if standing else None,
                grade=standing.grade.value if standing else "",
                provisional=standing.provisional if standing else False,
                salt=bid.salt if bid and not names else "",
                listed_as=judging.listed_id(one, names=names) if one.fate == OpenedBid.Fate.COUNTED else "",
            )
        )
    OpenedBid.objects.bulk_create(rows, batch_size=500)


def _proposal_of(one: Filed, work_request: WorkRequest, sealed: dict[str, SealedProposal]) -> StoredFile | None:
    """The opened file of a bid that counts, for the evaluators."""
    if one.plaintext is None or one.fate != OpenedBid.Fate.COUNTED or not work_request.asks_for_proposal:
        return None
    return opened_proposals.store(one.plaintext, sealed)


def _record(work_request: WorkRequest, filed: list[Filed], opening: Opening) -> None:
    # The envelopes are opened with the bids: only now does the trail say who filed and when; from where, it keeps
    # sealed, as the trail is open to the parties.
    audit.record(
        matter=work_request.audit_matter,
        action="bids.opened",
        actor=None,
        after={
            "list_hash": opening.list_hash,
            "filings": [
                {
                    "sha256": one.bid.sha256,
                    "arrived_at": one.bid.arrived_at.isoformat(),
                    "fate": str(one.fate),
                    **(
                        {
                            "uscc": one.envelope.uscc,
                            "person": one.envelope.person,
                            **origins.sealed(
                                work_request.number, origins.Origin(one.envelope.address, one.envelope.device)
                            ),
                        }
                        if one.envelope
                        else {}
                    ),
                }
                for one in filed
            ],
        },
    )
