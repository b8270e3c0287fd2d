"""What every page of the market has: both languages side by side on one page, in one tree."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.search import index

RICH_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


def is_english() -> bool:
    return (get_language() or "").startswith("en")


class BodyBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(max_length=120, icon="title", template="cms/blocks/heading.html", label=_("Heading"))
    text = blocks.RichTextBlock(features=RICH_TEXT, icon="pilcrow", label=_("Text"))
    picture = ImageBlock(template="cms/blocks/picture.html", label=_("Picture"))
    table = TableBlock(icon="table", template="cms/blocks/table.html", label=_("Table"))

    class Meta:
        template = "cms/blocks/body.html"


class BilingualPage(Page):
    """A page whose title, and whatever else it says, stands in Chinese and in English."""

    title_en = models.CharField(_("English title"), max_length=255, blank=True)

    search_fields = [
        *Page.search_fields,
        index.SearchField("title_en"),
        index.AutocompleteField("title_en"),
    ]
    content_panels = [
        # Wagtail's own panel also writes the address, which stands on a tab that nobody opens.
        MultiFieldPanel([TitleFieldPanel("title"), FieldPanel("title_en")], heading=_("Title in both languages"))
    ]

    class Meta:
        abstract = True

    def in_language(self, field: str) -> Any:
        """A field of the page as the reader's language has it; Chinese where there is no English."""
        chinese = getattr(self, field)
        return (getattr(self, f"{field}_en") or chinese) if is_english() else chinese

    @property
    def name(self) -> str:
        return str(self.in_language("title"))

    @property
    def lacks_english(self) -> bool:
        """Whether an English reader gets Chinese text, and has to be told so."""
        return is_english() and bool(getattr(self, "body", None)) and not getattr(self, "body_en", None)


class BodyPage(BilingualPage):
    """A page with a body in both languages."""

    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    body_en = StreamField(BodyBlock(), verbose_name=_("English text"), blank=True)

    search_fields = [*BilingualPage.search_fields, index.SearchField("body"), index.SearchField("body_en")]

    class Meta:
        abstract = True

    @property
    def text(self) -> Any:
        return self.in_language("body")
