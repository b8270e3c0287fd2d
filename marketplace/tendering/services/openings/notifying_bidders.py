"""
Telling everybody who bid what came of it, with the receipts of what they filed (RULES: mailed only after the opening).

They may be a thousand, so it is due work of its own, a hundred firms at a time, after the opening's transaction.
"""

from collections import defaultdict
from typing import Any

import rfc8785
from django.db import transaction

from marketplace.core import clock, outbox

from ... import notices
from ...announcing import receipts
from ...models import Bid, OpenedBid, WorkRequest

TELL_BIDDERS = "tendering.tell_bidders"
FIRMS_AT_ONCE = 100


def schedule_telling_bidders(work_request: WorkRequest, about: str, *, after: int = 0, **params: object) -> None:
    """Have the bidders behind a firm's key told one of the things that have a name."""
    payload = {"request_id": work_request.pk, "about": about, "after": after, "params": params}
    outbox.schedule(TELL_BIDDERS, f"{work_request.number}:{about}:{after}", clock.now(), payload)


@transaction.atomic
def tell_bidders(*, request_id: int, about: str, after: int, params: dict[str, Any]) -> None:
    """Tell the next firms, and have those behind them told. Safe to call again."""
    work_request = WorkRequest.objects.get(pk=request_id)
    opened = OpenedBid.objects.filter(opening__work_request=work_request)
    firms = opened.of_bidders().filter(intermediary__gt=after).order_by("intermediary")
    keys = list(firms.values_list("intermediary", flat=True).distinct()[:FIRMS_AT_ONCE])
    filings: dict[int, list[OpenedBid]] = defaultdict(list)
    for row in (
        opened.filter(intermediary__in=keys)
        .select_related("bid", "intermediary__organisation")
        .defer("bid__ciphertext", "bid__envelope")
        .order_by("filing")
    ):
        filings[row.intermediary_id or 0].append(row)
    for key in keys:
        rows = filings[key]
        own = "\n\n".join(_receipt_of(work_request, row, row.bid) for row in rows if row.bid)
        organisations = [row.intermediary.organisation for row in rows[:1] if row.intermediary]
        notices.tell_about(organisations, work_request, about, receipts=own, **params)
    if len(keys) == FIRMS_AT_ONCE:
        schedule_telling_bidders(work_request, about, after=keys[-1], **params)


def _receipt_of(work_request: WorkRequest, row: OpenedBid, bid: Bid) -> str:
    """A filing's receipt as the page that checks it reads it; the salt stays the bidder's own."""
    receipt = receipts.issue(work_request, sha256=bid.sha256, arrived_at=bid.arrived_at)
    document = receipt.as_document() | {"nonce": row.nonce or None}
    return rfc8785.dumps({name: value for name, value in document.items() if value}).decode()
