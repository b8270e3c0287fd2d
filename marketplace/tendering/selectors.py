"""What pages need of several rows at once, in a fixed number of queries."""

from marketplace.registry.models import Intermediary

from . import sealed_bids
from .models import Bid, WorkRequest

#: A firm that files more often for one request still finds the request; its count then reads "32 or more".
FILINGS_SHOWN = 32


def running_filings(intermediary: Intermediary) -> list[tuple[WorkRequest, int]]:
    """The requests not opened yet that a firm has filed for, and how often; what is in them only the opening tells."""
    waiting = list(WorkRequest.objects.public().filter(opening=None, status__in=("published", "selecting")).for_list())
    refs = {
        sealed_bids.bidder_ref(work_request, intermediary.uscc, number): work_request.pk
        for work_request in waiting
        for number in range(FILINGS_SHOWN)
    }
    counts: dict[int, int] = {}
    for ref in Bid.objects.filter(bidder_ref__in=refs).values_list("bidder_ref", flat=True):
        counts[refs[ref]] = counts.get(refs[ref], 0) + 1
    return [(work_request, counts[work_request.pk]) for work_request in waiting if work_request.pk in counts]
