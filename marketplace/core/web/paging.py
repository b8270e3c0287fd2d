"""Pages of long lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class KeysFirst(Paginator):
    """
    Sorts the keys of a list only, and then reads the page's own rows with all that they show.

    A sort carries whole rows along, joined ones included: 20,000 requests with their announcements, to show 20.
    The count may be given where it is known; one a little out of date is put right on the last page.
    """

    def __init__(self, *args: Any, count: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if count is not None:
            self.count = count

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        found: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        first = (number - 1) * self.per_page
        keys = self.keys(found, first, first + self.per_page)
        if len(keys) < self.per_page and (keys or first == 0):
            self.count = first + len(keys)
            self.__dict__.pop("num_pages", None)
        place = {key: position for position, key in enumerate(keys)}
        rows: Any = sorted(found.order_by().filter(pk__in=keys), key=lambda row: place[row.pk])
        return Page(rows, number, self)

    def keys(self, found: QuerySet[Any], first: int, last: int) -> list[Any]:
        """The keys of a part of the list, in its order."""
        return list(found.values_list("pk", flat=True)[first:last])


class InTwoParts(KeysFirst):
    """
    A list whose order no index holds, as two that follow one another and have one each.

    `front` is read from its beginning, so it is the shorter part, or its pages far back are seldom asked for.
    """

    def front(self, found: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def back(self, found: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def keys(self, found: QuerySet[Any], first: int, last: int) -> list[Any]:
        in_front = super().keys(self.front(found.order_by()), 0, last)
        keys = in_front[first:]
        if missing := last - first - len(keys):
            start = max(first - len(in_front), 0)
            keys += super().keys(self.back(found.order_by()), start, start + missing)
        return keys
