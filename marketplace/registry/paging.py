"""Pages of the public list of intermediaries."""

from typing import Any

from django.db.models import QuerySet

from marketplace.core.web.paging import InTwoParts


class BestFirst(InTwoParts):
    """By credit score, the best first, then those not rated yet: the order that `IntermediaryFilter` has by itself."""

    def front(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(organisation__standing__isnull=False).order_by("-organisation__standing__score", "pk")

    def back(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(organisation__standing__isnull=True).order_by("pk")
