from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from marketplace.core import clock

from ..filters import NoticeFilter
from .bilingual import BilingualPage, BodyPage

PER_PAGE = 20


class NoticeIndexPage(BilingualPage):
    """What the market announces, the youngest first."""

    template = "cms/notice_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NoticePage"]
    max_count = 1

    class Meta:
        verbose_name = _("notices")

    def notices(self) -> "QuerySet[NoticePage]":
        listed = NoticePage.objects.child_of(self).live().public().defer("body", "body_en")
        return listed.order_by("-issued_on", "-pk")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        filterset = NoticeFilter(request.GET, queryset=self.notices(), request=request)
        page = Paginator(filterset.qs, PER_PAGE).get_page(request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | {"filter": filterset, "page_obj": page}


class NoticePage(BodyPage):
    """One announcement."""

    issued_on = models.DateField(_("date"), default=clock.today)
    issuer = models.CharField(_("issuer"), max_length=100, blank=True)
    issuer_en = models.CharField(_("issuer in English"), max_length=150, blank=True)

    search_fields = [*BodyPage.search_fields, index.SearchField("issuer"), index.FilterField("issued_on")]
    content_panels = [
        *BodyPage.content_panels,
        FieldPanel("issued_on"),
        FieldPanel("issuer"),
        FieldPanel("issuer_en"),
        FieldPanel("body"),
        FieldPanel("body_en"),
    ]
    template = "cms/notice_page.html"
    parent_page_types = ["cms.NoticeIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("notice")

    @property
    def beginning(self) -> str:
        """The first text of the notice, for who passes it on."""
        return next((str(block.value) for block in self.text if block.block_type == "text"), "")

    @property
    def issuer_name(self) -> str:
        return str(self.in_language("issuer"))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {
            "index": NoticeIndexPage.objects.parent_of(self).first()
        }
