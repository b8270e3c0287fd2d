from datetime import datetime

from wagtail.models import Page, PageQuerySet

from marketplace.core.web.sitemaps import BilingualSitemap

from .models import HomePage


class PageSitemap(BilingualSitemap):
    def items(self) -> PageQuerySet:
        home = HomePage.objects.first()
        below = Page.objects.descendant_of(home, inclusive=True) if home else Page.objects.none()
        return below.live().public().order_by("path")

    def location(self, item: Page) -> str:
        return str(item.get_url())

    def lastmod(self, item: Page) -> datetime | None:
        return item.last_published_at
