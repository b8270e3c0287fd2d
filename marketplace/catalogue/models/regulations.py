import re

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.catalogue.querysets import RegulationQuerySet
from marketplace.catalogue.states import RegulationStatus
from marketplace.core.i18n import localized

from .sources import Checked, FromFile, Reviewed, reviewed_with_name


def slug_of(document_no: str) -> str:
    """A document number as a part of an address: 计价格〔2002〕125号 becomes 计价格-2002-125号."""
    return re.sub(r"[^\w]+", "-", document_no).strip("-")


class Regulation(Reviewed, FromFile):
    """A document's number, dates and status; its text and its page are the CMS's."""

    Status = RegulationStatus

    class Level(models.TextChoices):
        LAW = "law", pgettext_lazy("level", "Law")
        ADMINISTRATIVE_REGULATION = "administrative regulation", _("Administrative regulation")
        STATE_COUNCIL_DECISION = "State Council decision", _("State Council decision")
        DEPARTMENTAL_RULE = "departmental rule", _("Departmental rule")
        NORMATIVE_DOCUMENT = "normative document", _("Normative document")
        LOCAL_NORMATIVE_DOCUMENT = "local normative document", _("Local normative document")

    document_no = models.CharField(_("document number"), max_length=60, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, allow_unicode=True, editable=False)
    title_zh = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    issuer = models.CharField(_("issuer"), max_length=100)
    issuer_en = models.CharField(_("issuer in English"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    issued_year = models.PositiveSmallIntegerField(_("year of issue"), null=True, blank=True)
    effective_on = models.DateField(_("in force since"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=RegulationStatus)
    level = models.CharField(_("level"), max_length=40, choices=Level)
    topic = models.CharField(_("topic"), max_length=60)
    topic_en = models.CharField(_("topic in English"), max_length=100, blank=True)
    note_zh = models.CharField(_("note"), max_length=500, blank=True)
    note_en = models.CharField(_("note in English"), max_length=600, blank=True)
    amended_by = models.CharField(
        _("amended by"), max_length=200, blank=True, help_text=_("Document numbers, separated by semicolons.")
    )
    checked = models.CharField(_("how it was checked"), max_length=10, choices=Checked, default=Checked.UNCERTAIN)
    source_hint = models.CharField(
        _("where it can be looked up"), max_length=100, blank=True, help_text=_("The official place of publication.")
    )
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces", verbose_name=_("replaced by")
    )
    repealed_on = models.DateField(_("not in force since"), null=True, blank=True)
    repealed_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeals", verbose_name=_("repealed by")
    )

    title = localized("title")
    note = localized("note")
    objects = RegulationQuerySet.as_manager()

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("regulation")
        verbose_name_plural = _("regulations")
        ordering = ("-effective_on", "document_no")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=RegulationStatus.REPEALED) | models.Q(repealed_on=None, repealed_by=None),
                name="regulation_repealed_with_status",
            ),
            reviewed_with_name("regulation"),
        ]

    def __str__(self) -> str:
        return f"{self.document_no} {self.title}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slug_of(self.document_no)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("wagtail_serve", args=(f"regulations/{self.slug}/",))

    @property
    def in_force(self) -> bool:
        return self.status == self.Status.EFFECTIVE

    @property
    def shown_status(self) -> str:
        """The status as marks show it: "effective" only where the document was looked up or reviewed."""
        if self.status == self.Status.EFFECTIVE and not self.is_verified and self.checked != Checked.LOOKUP:
            return "effective-unchecked"
        return self.status

    @property
    def amendments(self) -> list[str]:
        """Numbers of the documents that changed it."""
        return [number for number in self.amended_by.split(";") if number]

    @property
    def issuer_name(self) -> str:
        return self.issuer_en or self.issuer if _is_english() else self.issuer

    @property
    def topic_name(self) -> str:
        return self.topic_en or self.topic if _is_english() else self.topic


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
