"""Pages of long lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class KeysFirst(Paginator):
    """
    Sorts the keys of a list only, and then reads the page's own rows with all that they show.

    A sort carries whole rows along, joined ones included: 20,000 requests with their announcements, to show 20.
    """

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        found: QuerySet = self.object_list  # type: ignore[assignment]
        first = (number - 1) * self.per_page
        keys = list(found.values_list("pk", flat=True)[first : min(first + self.per_page, self.count)])
        place = {key: position for position, key in enumerate(keys)}
        rows: Any = sorted(found.order_by().filter(pk__in=keys), key=lambda row: place[row.pk])
        return Page(rows, number, self)
