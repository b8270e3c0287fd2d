"""A firm's own filings for a request: no row names it, so they are found again by a keyed hash of each in turn."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.registry.models import Intermediary

from ...models import Bid, WorkRequest
from ...sealing.references import bidder_ref

REFS_AT_ONCE = 32


@dataclass(frozen=True)
class Filing:
    """A filing of one's own: its row names nobody, so it is found by its keyed hash."""

    number: int
    arrived_at: datetime
    sha256: str


def filings_of(work_request: WorkRequest, intermediary: Intermediary) -> list[Filing]:
    """A firm's own filings, oldest first; what is in them only the opening tells."""
    filings: list[Filing] = []
    while True:
        begin = len(filings)
        refs = {
            bidder_ref(work_request, intermediary.uscc, number): number for number in range(begin, begin + REFS_AT_ONCE)
        }
        rows = Bid.objects.filter(bidder_ref__in=refs).values_list("bidder_ref", "arrived_at", "sha256")
        found = [Filing(refs[ref], arrived_at, sha256) for ref, arrived_at, sha256 in rows]
        filings += sorted(found, key=lambda filing: filing.number)
        if len(found) < REFS_AT_ONCE:
            return filings
