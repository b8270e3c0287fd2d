"""The opening: everything is decrypted, judged, frozen, revealed, selected and published in one transaction, once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.rating import Standing
from credit.services import standings_of
from marketplace.core import audit, clock, sealing
from marketplace.core.events import publish
from marketplace.core.failures import DomainError
from marketplace.core.models import StoredFile

from .. import custody, events, judging, opened_proposals, selection, telling
from ..announcement import instant
from ..judging import Filed
from ..models import Bid, OpenedBid, Opening, SealedProposal, WorkRequest
from ..models.requests import Status
from ..sealed_bids import Malformed, bidder_ref, open_box, read_bid, read_envelope
from ..selection import InvalidSelection
from .closing import close_bids
from .publicity import begin_turn


class UnableToOpen(DomainError):
    """It is not time yet; nothing was opened."""

    code = "unable-to-open"


@transaction.atomic
def open_request(*, request_id: int) -> Opening | None:
    """
    Open a request's bids, 60 seconds after the deadline at the earliest.

    A second call gives back what the first one did; a suspended request waits.

    :raises UnableToOpen: before its time
    :raises custody.CustodianRefuses: if a custodian does not give up its half; the opening waits
    """
    close_bids(request_id=request_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    if done := Opening.objects.filter(work_request=work_request).first():
        return done
    if work_request.status != Status.SELECTING:
        return None
    now = clock.database_now()
    if work_request.opens_at is None or now < work_request.opens_at:
        raise UnableToOpen(_("The bids are opened one minute after the deadline."))
    filed = _open_all(work_request)
    judging.judge(filed, work_request)
    frozen = judging.freeze(filed)
    revealed = {
        side: custodian.release_secret(work_request, frozen.list_hash)
        for side, custodian in custody.custodians().items()
    }
    found = selection.Opened(
        announcement=work_request.announcement or {},
        frozen=frozen,
        secrets=revealed,
        public_money=work_request.has_public_money,
    )
    work_request.opened_at = now
    try:
        transcript = selection.document(found, opened_at=instant(now))
    except InvalidSelection as failure:
        return _void(work_request, filed, now, str(failure))
    result = Opening.Result.RANKED if transcript["winner"] else Opening.Result.FAILED
    opening = _store(work_request, result, now, transcript)
    rows = _store_filings(opening, filed, transcript["ranking"])
    _record(work_request, filed, opening)
    if result == Opening.Result.RANKED:
        _announce_winner(work_request, opening, rows)
    else:
        _fail(work_request, opening)
    return opening


def _open_all(work_request: WorkRequest) -> list[Filed]:
    bids = list(Bid.objects.filter(work_request=work_request))
    hashes = [bid.sha256 for bid in bids]
    keys = {side: custodian.release_key(work_request, hashes) for side, custodian in custody.custodians().items()}
    filed = []
    for bid in bids:
        one = Filed(bid, None, None)
        try:
            one.envelope = read_envelope(open_box(bytes(bid.envelope), keys))
            if bidder_ref(work_request, one.envelope.uscc, one.envelope.filing) != bid.bidder_ref:
                one.envelope = None
            one.plaintext = read_bid(open_box(bytes(bid.ciphertext), keys))
        except (sealing.DoesNotOpen, Malformed):
            pass  # What did not open stays None, and is set aside with that reason.
        filed.append(one)
    return filed


def _store(work_request: WorkRequest, result: str, now: datetime, transcript: dict[str, Any] | None) -> Opening:
    opening = Opening(work_request=work_request, opened_at=now, result=result, transcript=transcript)
    if transcript is not None:
        content = selection.canonical(transcript)
        opening.transcript_sha256 = selection.sha256_hex(content)
        opening.signature, opening.signing_key = sealing.sign(content)
    opening.save(force_insert=True)
    return opening


def _store_filings(opening: Opening, filed: list[Filed], ranking: list[str]) -> list[OpenedBid]:
    ranks = {identifier: rank for rank, identifier in enumerate(ranking, start=1)}
    standings = _standings_before_deadline(opening.work_request, filed)
    sealed = opened_proposals.sealed_ones(opening.work_request)
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
                rank=ranks.get(bid.uscc) if bid and one.fate == OpenedBid.Fate.COUNTED else None,
            )
        )
    return OpenedBid.objects.bulk_create(rows, batch_size=500)


def _proposal_of(one: Filed, work_request: WorkRequest, sealed: dict[str, SealedProposal]) -> StoredFile | None:
    """The opened file of a bid that counts, for the evaluators."""
    if one.plaintext is None or one.fate != OpenedBid.Fate.COUNTED or not work_request.asks_for_proposal:
        return None
    return opened_proposals.store(one.plaintext, sealed)


def _standings_before_deadline(work_request: WorkRequest, filed: list[Filed]) -> dict[int, Standing]:
    """By organisation, the standing of the day before the deadline: what the result shows beside each bid."""
    organisations = {one.intermediary.organisation_id for one in filed if one.intermediary}
    if not organisations or work_request.bids_open_until is None:
        return {}
    return dict(standings_of(organisations, clock.date_of(work_request.bids_open_until) - timedelta(days=1)))


def _record(work_request: WorkRequest, filed: list[Filed], opening: Opening) -> None:
    # The envelopes are opened with the bids: only now does the trail say who filed, from where and when.
    audit.record(
        matter=work_request.audit_matter,
        action="bids.opened",
        actor=None,
        after={
            "result": str(opening.result),
            "transcript_sha256": opening.transcript_sha256,
            "filings": [
                {
                    "sha256": one.bid.sha256,
                    "arrived_at": one.bid.arrived_at.isoformat(),
                    "fate": str(one.fate),
                    **(
                        {
                            "uscc": one.envelope.uscc,
                            "person": one.envelope.person,
                            "address": one.envelope.address,
                            "device": one.envelope.device,
                        }
                        if one.envelope
                        else {}
                    ),
                }
                for one in filed
            ],
        },
    )


def _announce_winner(work_request: WorkRequest, opening: Opening, rows: list[OpenedBid]) -> None:
    work_request.announce_winner(at=opening.opened_at)
    work_request.save()
    winner = next(row for row in rows if row.rank == 1)
    award = begin_turn(work_request, winner)
    telling.tell(
        [*telling.bidders_of(work_request), work_request.owner],
        work_request,
        occasion="selected",
        subject=_("%(number)s: the bids are open"),
        body=_("%(title)s: %(winner)s comes first. The result is published and can be checked by anyone."),
        winner=award.intermediary.organisation.name_zh,
    )
    publish(events.SelectionMade(work_request.pk, award.pk))


def _fail(work_request: WorkRequest, opening: Opening) -> None:
    work_request.fail(at=opening.opened_at, reason="too_few_bids")
    work_request.save()
    telling.tell(
        [*telling.bidders_of(work_request), work_request.owner],
        work_request,
        occasion="failed",
        subject=_("%(number)s failed: too few bids counted"),
        body=_("%(title)s: %(fewest)d bids had to count. The owner can post it again."),
        fewest=work_request.fewest_bids,
    )
    publish(events.RequestFailed(work_request.pk))


def _void(work_request: WorkRequest, filed: list[Filed], now: datetime, reason: str) -> Opening:
    """A secret that does not match its commitment voids the selection publicly (RULES, Seed)."""
    opening = _store(work_request, Opening.Result.VOIDED, now, None)
    _store_filings(opening, filed, [])
    _record(work_request, filed, opening)
    work_request.void(at=opening.opened_at, reason=reason)
    work_request.save()
    telling.tell(
        [*telling.bidders_of(work_request), work_request.owner, *telling.regulators_of(work_request)],
        work_request,
        occasion="voided",
        subject=_("%(number)s was voided: a secret does not match what was announced"),
    )
    publish(events.RequestEnded(work_request.pk))
    return opening
