"""What a firm has filed for requests that are not opened yet: that and when, never what."""

from datetime import datetime

from django.db.models import F

from marketplace.registry.models import Intermediary

from ..models import Bid, RequestVersion, WorkRequest
from ..sealing.references import bidder_ref
from ..states import BEFORE_THE_RESULT

#: A firm that files more often for one request still finds the request; its count then reads "32 or more".
FILINGS_SHOWN = 32


def running_filings(intermediary: Intermediary) -> list[tuple[WorkRequest, int, bool]]:
    """
    The requests not opened yet that a firm has filed for, how often, and whether the last filing waits to be confirmed.

    What is in them only the opening tells.
    """
    waiting = list(WorkRequest.objects.public().filter(opening=None, status__in=BEFORE_THE_RESULT).for_list())
    refs = {
        bidder_ref(work_request, intermediary.uscc, number): work_request.pk
        for work_request in waiting
        for number in range(FILINGS_SHOWN)
    }
    arrivals: dict[int, list[datetime]] = {}
    for ref, arrived_at in Bid.objects.filter(bidder_ref__in=refs).values_list("bidder_ref", "arrived_at"):
        arrivals.setdefault(refs[ref], []).append(arrived_at)
    published = _present_versions([one for one in waiting if one.pk in arrivals and one.version > 1])
    return [
        (one, len(arrivals[one.pk]), one.pk in published and max(arrivals[one.pk]) < published[one.pk])
        for one in waiting
        if one.pk in arrivals
    ]


def is_unconfirmed(work_request: WorkRequest, arrived_at: datetime) -> bool:
    """Whether a filing that arrived then is for an earlier version of the request."""
    published = _present_versions([work_request]) if work_request.version > 1 else {}
    return work_request.pk in published and arrived_at < published[work_request.pk]


def _present_versions(work_requests: list[WorkRequest]) -> dict[int, datetime]:
    """By request, when its present version was published."""
    rows = RequestVersion.objects.filter(
        work_request__in=[one.pk for one in work_requests], number=F("work_request__version")
    )
    return dict(rows.values_list("work_request", "published_at"))
