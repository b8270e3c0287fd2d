from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from ..front import facts
from .bilingual import BilingualPage


class HomePage(BilingualPage):
    """The front of the market; its sections come from the apps (panel `home.main`)."""

    heading = models.CharField(_("heading"), max_length=80, blank=True)
    heading_en = models.CharField(_("English heading"), max_length=120, blank=True)
    lead = models.CharField(_("what it is, in a sentence"), max_length=200, blank=True)
    lead_en = models.CharField(_("the same in English"), max_length=300, blank=True)

    content_panels = [
        *BilingualPage.content_panels,
        MultiFieldPanel([FieldPanel("heading"), FieldPanel("heading_en")], heading=_("Heading")),
        MultiFieldPanel([FieldPanel("lead"), FieldPanel("lead_en")], heading=_("Lead")),
    ]
    template = "cms/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.RegulationIndexPage", "cms.NoticeIndexPage", "cms.GuideIndexPage"]
    max_count = 1

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | facts()

    @property
    def headline(self) -> str:
        return str(self.in_language("heading"))

    @property
    def sentence(self) -> str:
        return str(self.in_language("lead"))
