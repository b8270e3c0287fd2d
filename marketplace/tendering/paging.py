"""Pages of the public list of requests."""

from typing import Any

from django.db.models import Q, QuerySet

from marketplace.core import clock
from marketplace.core.web.paging import InTwoParts

from .states import Status


def is_open() -> Q:
    return Q(status=Status.PUBLISHED, bids_open_until__gt=clock.now())


class OpenFirst(InTwoParts):
    """
    Open requests by deadline, then the others, the latest first: the order of `RequestOrdering`.

    One order for both would sort all requests by what no index holds, as openness is the clock's.
    """

    def front(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(is_open()).order_by("bids_close_at", "-published_at", "-pk")

    def back(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.exclude(is_open()).order_by("-published_at", "-pk")
