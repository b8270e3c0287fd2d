"""Pages of the public list of requests."""

from typing import Any

from django.db.models import Q, QuerySet

from marketplace.core import clock
from marketplace.core.paging import KeysFirst


class OpenFirst(KeysFirst):
    """
    Open requests by deadline, then the others, the latest first: the order of `RequestOrdering` by two indexes.

    One order for both would sort all requests by what no index holds, as openness is the clock's.
    """

    def keys(self, found: QuerySet[Any], first: int, last: int) -> list[Any]:
        is_open = Q(status="published", bids_open_until__gt=clock.now())
        requests = found.order_by()
        by_deadline = requests.filter(is_open).order_by("bids_close_at", "-published_at", "-pk")
        running = list(by_deadline.values_list("pk", flat=True)[:last])
        keys = running[first:]
        if missing := last - first - len(keys):
            others = requests.exclude(is_open).order_by("-published_at", "-pk")
            start = max(first - len(running), 0)
            keys += others.values_list("pk", flat=True)[start : start + missing]
        return keys
