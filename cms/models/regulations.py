from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, MultipleChooserPanel
from wagtail.models import Orderable, PageManager
from wagtail.search import index

from marketplace.catalogue.models import Regulation
from marketplace.catalogue.models.regulations import LIVE

from ..querysets import RegulationPageQuerySet
from ..selectors import items_governed, regulation_detail, regulation_list
from .bilingual import BilingualPage, BodyPage, is_english


class RegulationIndexPage(BilingualPage):
    """The regulations behind the market, with what is in force and what is not."""

    template = "cms/regulation_index_page.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.RegulationPage"]
    max_count = 1

    class Meta:
        verbose_name = _("regulations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = regulation_list(request, RegulationPage.objects.published())
        return super().get_context(request, *args, **kwargs) | shown

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        # The pages below are of one type: found at once, and not first as a page of any type.
        if len(path_components) == 1:
            page = RegulationPage.objects.child_of(self).filter(slug=path_components[0]).first()
            if page is not None:
                return page.route(request, [])
        return super().route(request, path_components)


class RegulationPage(BodyPage):
    """
    What the market says about a regulation. Its number, dates and status are the catalogue's and not said twice.

    The services and schedules that it governs follow from the catalogue; here are only those to be added.
    """

    regulation = models.OneToOneField(
        Regulation, limit_choices_to=LIVE, on_delete=models.PROTECT, related_name="page", verbose_name=_("regulation")
    )
    summary = models.TextField(
        _("editor's summary"), max_length=1000, blank=True, help_text=_("Shown as the editors', not as the document's.")
    )
    summary_en = models.TextField(_("editor's summary in English"), max_length=1500, blank=True)
    original_url = models.URLField(_("address of the original"), blank=True)
    applies_now = models.ForeignKey(
        Regulation,
        limit_choices_to=LIVE,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("what applies now"),
        help_text=_("Where another document than the replacing one governs the matter today."),
    )
    applies_now_note = models.CharField(_("what applies now, in a sentence"), max_length=200, blank=True)
    applies_now_note_en = models.CharField(_("the same in English"), max_length=300, blank=True)

    objects = PageManager.from_queryset(RegulationPageQuerySet)()

    search_fields = [
        *BodyPage.search_fields,
        index.SearchField("summary"),
        index.SearchField("summary_en"),
        index.SearchField("found_by"),
        index.AutocompleteField("found_by"),
        index.FilterField("regulation"),
    ]
    content_panels = [
        FieldPanel("regulation"),
        *BodyPage.content_panels,
        MultiFieldPanel([FieldPanel("summary"), FieldPanel("summary_en")], heading=_("Editor's summary")),
        MultiFieldPanel(
            [FieldPanel("applies_now"), FieldPanel("applies_now_note"), FieldPanel("applies_now_note_en")],
            heading=_("What applies now"),
        ),
        FieldPanel("original_url"),
        InlinePanel("attachments", heading=_("Attachments")),
        MultipleChooserPanel("extra_items", chooser_field_name="item", heading=_("further services governed")),
        MultipleChooserPanel("extra_schedules", chooser_field_name="schedule", heading=_("further fee schedules")),
        FieldPanel("body"),
        FieldPanel("body_en"),
    ]
    # Its address is the document's, so the form does not ask for one.
    promote_panels = [
        MultiFieldPanel([FieldPanel("seo_title"), FieldPanel("search_description")], heading=_("For search engines"))
    ]
    template = "cms/regulation_page.html"
    parent_page_types = ["cms.RegulationIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("regulation page")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        # The catalogue links to a regulation by its slug, so the page has no address of its own choosing.
        if self.regulation_id:
            self.slug = self.regulation.slug
        super().full_clean(*args, **kwargs)

    def found_by(self) -> list[str]:
        """What the page is found by beside its own words: the document's facts and the services it governs."""
        regulation = self.regulation
        facts = [regulation.document_no, regulation.issuer, regulation.topic]
        for item in items_governed(self):
            facts += [item.code, item.name_zh, item.name_en, item.matter.name_zh]
        return facts

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | regulation_detail(self)

    @property
    def editors_summary(self) -> str:
        return str(self.in_language("summary"))

    @property
    def applies_now_sentence(self) -> str:
        return str(self.in_language("applies_now_note"))


class FurtherItem(Orderable):
    """A service that a regulation governs beside those that follow from the catalogue."""

    page = ParentalKey(RegulationPage, on_delete=models.CASCADE, related_name="extra_items")
    item = models.ForeignKey("catalogue.ServiceItem", on_delete=models.CASCADE, related_name="+")

    panels = [FieldPanel("item")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=("page", "item"), name="further_item_once")]

    def __str__(self) -> str:
        return str(self.item)


class FurtherSchedule(Orderable):
    """A fee schedule that belongs to a regulation beside those that name it."""

    page = ParentalKey(RegulationPage, on_delete=models.CASCADE, related_name="extra_schedules")
    schedule = models.ForeignKey("catalogue.FeeSchedule", on_delete=models.CASCADE, related_name="+")

    panels = [FieldPanel("schedule")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=("page", "schedule"), name="further_schedule_once")]

    def __str__(self) -> str:
        return str(self.schedule)


class RegulationAttachment(Orderable):
    """A file of the regulation: the original, its annexes, its tables."""

    page = ParentalKey(RegulationPage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey("wagtaildocs.Document", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=150)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    is_original = models.BooleanField(_("is the original text"), default=False)

    panels = [FieldPanel("document"), FieldPanel("title"), FieldPanel("title_en"), FieldPanel("is_original")]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return (self.title_en or self.title) if is_english() else self.title
