"""Looking for signs of collusion after an opening; what is found only regulators see."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import transaction

from marketplace.core import audit, clock, outbox
from marketplace.core.models import AuditEntry

from ...models import Award, CollusionSignal, OpenedBid, Opening, WorkRequest
from ...rules import proposal_text
from ...rules.collusion import BidSeen, Round, signals_of
from ...states import TOOK_PART

SIGNALS = "tendering.find_signals"


def matter_of(work_request: WorkRequest) -> str:
    """A trail of its own: that of the request is open to its parties."""
    return f"signals:{work_request.number}"


def schedule_signals(work_request: WorkRequest) -> None:
    """Have an opening looked through, once."""
    outbox.schedule(SIGNALS, work_request.number, clock.now(), {"request_id": work_request.pk})


@transaction.atomic
def find_signals(*, request_id: int) -> list[CollusionSignal]:
    """Look through an opening that has ended; a second call gives what the first one found."""
    work_request = WorkRequest.objects.locked().get(pk=request_id)
    opening = Opening.objects.filter(work_request=work_request, ended_at__isnull=False).first()
    if opening is None or work_request.method == WorkRequest.Method.DIRECT:
        return []
    matter = matter_of(work_request)
    if audit.trail(matter):
        return list(opening.signals.all())
    opened = list(opening.opened_bids.exclude(intermediary=None).select_related("bid", "proposal"))
    found = signals_of(_seen(work_request, opened), _past(opened), _boilerplate(work_request))
    now = clock.now()
    signals = CollusionSignal.objects.bulk_create(
        CollusionSignal(opening=opening, kind=each.kind, bids=list(each.bids), seen=each.seen, found_at=now)
        for each in found
    )
    audit.record(
        matter=matter, action="signals.looked_for", actor=None, after={"signals": [asdict(each) for each in found]}
    )
    return signals


def _seen(work_request: WorkRequest, opened: list[OpenedBid]) -> list[BidSeen]:
    entry = AuditEntry.objects.filter(matter=work_request.audit_matter, action="bids.opened").first()
    filings = {row["sha256"]: row for row in (entry.after or {}).get("filings", [])} if entry else {}
    return [_bid_seen(row, filings.get(row.bid.sha256, {}) if row.bid else {}) for row in opened]


def _bid_seen(row: OpenedBid, filing: dict[str, Any]) -> BidSeen:
    file: dict[str, Any] = {}
    if row.proposal is not None:
        content = row.proposal.file.read()
        row.proposal.file.close()
        file = {
            "file_sha256": row.proposal.sha256,
            "author": proposal_text.author_of(content, row.proposal.name),
            "passages": proposal_text.passages_of(content, row.proposal.name),
        }
    return BidSeen(
        id=row.pk,
        firm=row.intermediary_id,
        # What was replaced or withdrawn says nothing about prices any more.
        price=row.price if row.fate in TOOK_PART else None,
        address=filing.get("address_ref", ""),
        network=filing.get("network_ref", ""),
        device=filing.get("device_ref", ""),
        **file,
    )


def _past(opened: Iterable[OpenedBid]) -> list[Round]:
    """Every opening in which one of these firms bid, with all of these that did, and who won."""
    firms = {row.intermediary_id for row in opened}
    rows = OpenedBid.objects.of_bidders().filter(intermediary__in=firms, bid__isnull=False)
    bidders: dict[tuple[Any, int], set[int]] = {}
    for opened_at, opening, firm in rows.values_list("opening__opened_at", "opening", "intermediary"):
        bidders.setdefault((opened_at, opening), set()).add(firm)
    awards = Award.objects.live().filter(work_request__opening__in=[opening for _at, opening in bidders])
    winners = dict(awards.values_list("work_request__opening", "intermediary"))
    return [Round(at, frozenset(group), winners.get(opening)) for (at, opening), group in bidders.items()]


def _boilerplate(work_request: WorkRequest) -> frozenset[str]:
    return proposal_text.passages_in(f"{work_request.content}\n{work_request.scale}")
