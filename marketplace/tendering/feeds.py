"""What is new, for readers of feeds; only what the public lists show."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core.money import format_cny

from .models import Award, WorkRequest
from .notices import moment

NEWEST = 30


class RequestFeed(Feed):
    """Requests as they are published, the youngest first."""

    def title(self) -> str:
        return _("Requests")

    def link(self) -> str:
        return reverse("tendering:request-list")

    def description(self) -> str:
        return _("Requests as they are published, with their deadline.")

    def items(self) -> Iterable[WorkRequest]:
        return WorkRequest.objects.public().for_list().order_by("-published_at", "-pk")[:NEWEST]

    def item_title(self, item: Any) -> str:
        return f"{item.number} {item.title}"

    def item_description(self, item: Any) -> str:
        parts = [item.owner.name, str(item.get_method_display())]
        if item.shown_deadline:
            parts.append(_("bids until %(moment)s") % {"moment": moment(item.shown_deadline)})
        return " · ".join(parts)

    def item_pubdate(self, item: Any) -> datetime | None:
        return item.published_at


class AwardFeed(Feed):
    """Results of selections as they are published, the youngest first."""

    item_guid_is_permalink = False

    def title(self) -> str:
        return _("Results of selections")

    def link(self) -> str:
        return reverse("tendering:award-list")

    def description(self) -> str:
        return _("Who was selected, and at what price; each result can be recomputed by anybody.")

    def items(self) -> Iterable[Award]:
        return Award.objects.live().for_list().order_by("-publicity_started_at", "-pk")[:NEWEST]

    def item_title(self, item: Any) -> str:
        return f"{item.work_request.number} {item.work_request.title}"

    def item_description(self, item: Any) -> str:
        return " · ".join([item.intermediary.name, format_cny(item.price), str(item.get_state_display())])

    def item_link(self, item: Any) -> str:
        return reverse("tendering:award-detail", args=[item.work_request.number])

    def item_guid(self, item: Any) -> str:
        return f"{item.work_request.number}/{item.rank}"

    def item_pubdate(self, item: Any) -> datetime:
        return item.publicity_started_at
