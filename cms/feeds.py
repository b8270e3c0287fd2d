from collections.abc import Iterable
from datetime import datetime

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import RegulationPage

NEWEST = 30


class RegulationFeed(Feed):
    """Regulation pages as they are published or changed, the youngest first."""

    def title(self) -> str:
        return _("Regulations and fee standards")

    def link(self) -> str:
        return reverse("wagtail_serve", args=("regulations/",))

    def description(self) -> str:
        return _("Each document says whether it is in force, what replaced it, and which services it governs.")

    def items(self) -> Iterable[RegulationPage]:
        return RegulationPage.objects.published().order_by("-last_published_at", "-pk")[:NEWEST]

    def item_title(self, item: RegulationPage) -> str:
        return f"{item.regulation.document_no} {item.name}"

    def item_description(self, item: RegulationPage) -> str:
        return f"{item.regulation.status_label} {item.editors_summary}".strip()

    def item_link(self, item: RegulationPage) -> str:
        return str(item.regulation.get_absolute_url())

    def item_updateddate(self, item: RegulationPage) -> datetime | None:
        return item.last_published_at
