from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from .bilingual import BilingualPage, BodyPage


class GuideIndexPage(BilingualPage):
    """How things are done here, in the order in which they are usually needed."""

    template = "cms/guide_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.GuidePage"]
    max_count = 1

    class Meta:
        verbose_name = _("guides")

    def guides(self) -> "QuerySet[GuidePage]":
        return GuidePage.objects.child_of(self).live().public().order_by("path").defer("body", "body_en")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"guides": self.guides()}


class GuidePage(BodyPage):
    """One thing that people come to do, from beginning to end."""

    summary = models.CharField(_("summary"), max_length=200, blank=True)
    summary_en = models.CharField(_("English summary"), max_length=300, blank=True)

    content_panels = [
        *BodyPage.content_panels,
        MultiFieldPanel([FieldPanel("summary"), FieldPanel("summary_en")], heading=_("Summary")),
        FieldPanel("body"),
        FieldPanel("body_en"),
    ]
    template = "cms/guide_page.html"
    parent_page_types = ["cms.GuideIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("guide")

    @property
    def brief(self) -> str:
        return str(self.in_language("summary"))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        index = GuideIndexPage.objects.parent_of(self).first()
        return super().get_context(request, *args, **kwargs) | {
            "index": index,
            "guides": index.guides() if index else GuidePage.objects.none(),
        }
