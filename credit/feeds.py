from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import ConductEvent, EventStep

NEWEST = 30


class CreditFeed(Feed):
    """Credit events as they take effect, the youngest first; what was reversed since is gone."""

    def title(self) -> str:
        return _("Credit events")

    def link(self) -> str:
        return reverse("credit:overview")

    def description(self) -> str:
        return _("Events that were decided and move a score; cases not decided are not shown.")

    def items(self) -> Iterable[ConductEvent]:
        reversed_since = EventStep.objects.filter(kind__in=EventStep.ENDINGS).values("event")
        decided = ConductEvent.objects.public().exclude(pk__in=reversed_since)
        return decided.select_related("subject").with_steps().order_by("-steps__recorded_at", "-pk")[:NEWEST]

    def item_title(self, item: Any) -> str:
        return f"{item.subject.name} · {item.rule.code} {item.rule.name}"

    def item_description(self, item: Any) -> str:
        return _("%(points)+d points from %(day)s to %(last)s") % {
            "points": item.signed_points,
            "day": item.effective_on,
            "last": item.last_day,
        }

    def item_link(self, item: Any) -> str:
        return reverse("credit:event", args=[item.number])

    def item_pubdate(self, item: Any) -> datetime:
        return item.decision.recorded_at
