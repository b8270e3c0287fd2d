import re
from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from marketplace.catalogue.querysets import RegulationQuerySet
from marketplace.catalogue.states import ENDED, RecordedStatus, RegulationStatus, status_on
from marketplace.core import clock
from marketplace.core.i18n import localized

from .approved import ApprovedEntry
from .sources import Checked, Reviewed, reviewed_with_name

#: Others refer to what was approved once, and stays.
LIVE = {"live": True}


def slug_of(document_no: str) -> str:
    """A document number as a part of an address: 计价格〔2002〕125号 becomes 计价格-2002-125号."""
    return re.sub(r"[^\w]+", "-", document_no).strip("-")


class Regulation(Reviewed, ApprovedEntry, index.Indexed):
    """
    A document's number and dates, from which its status follows; its text and its page are the CMS's.

    What ends it is another document, which is named with the day; only what ends by itself has none.
    """

    Status = RegulationStatus
    Recorded = RecordedStatus
    TOGETHER = frozenset({"recorded_status", "effective_on", "repealed_on", "repealed_by"})

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
    recorded_status = models.CharField(
        _("status"),
        max_length=20,
        choices=RecordedStatus,
        default=RecordedStatus.BY_DATES,
        help_text=_("In force or not follows from the dates by itself, today and on any other day."),
    )
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
        "self",
        null=True,
        blank=True,
        limit_choices_to=LIVE,
        on_delete=models.PROTECT,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    repealed_on = models.DateField(
        _("not in force since"), null=True, blank=True, help_text=_("The first day on which it is not in force.")
    )
    repealed_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        limit_choices_to=LIVE,
        on_delete=models.PROTECT,
        related_name="repeals",
        verbose_name=_("repealed by"),
    )

    search_fields = [
        index.AutocompleteField("document_no"),
        index.AutocompleteField("title_zh"),
        index.AutocompleteField("title_en"),
        index.AutocompleteField("issuer"),
    ]

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
                condition=models.Q(repealed_on=None, repealed_by=None)
                | models.Q(repealed_on__isnull=False, repealed_by__isnull=False)
                & ~models.Q(recorded_status=RecordedStatus.EXPIRED)
                | models.Q(recorded_status=RecordedStatus.EXPIRED, repealed_by=None),
                name="regulation_repeal_names_its_document",
                violation_error_message=_("A repeal has a day and the document that brought it."),
            ),
            reviewed_with_name("regulation"),
        ]

    def __str__(self) -> str:
        return f"{self.document_no} {self.title}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slug_of(self.document_no)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        if errors := dict(self._contradictions()):
            raise ValidationError(errors)

    def _contradictions(self) -> Iterator[tuple[str, Promise]]:
        """What cannot be, each at the field that has to change."""
        expires = self.recorded_status == RecordedStatus.EXPIRED
        if self.repealed_by_id and expires:
            yield "repealed_by", _("What ends by itself is repealed by nothing: empty this, or choose another status.")
        elif self.repealed_by_id and not self.repealed_on:
            yield "repealed_on", _("Give the first day on which the repealed document is not in force.")
        elif self.repealed_on and not self.repealed_by_id and not expires:
            message = _("Name the document that repeals this one; what ends by itself has a status for that.")
            yield "repealed_by", message
        elif self.repealed_on and self.effective_on and self.repealed_on < self.effective_on:
            yield "repealed_on", _("That is before the day on which it came into force.")
        for name in ("repealed_by", "replaced_by"):
            if self.pk and getattr(self, f"{name}_id") == self.pk:
                yield name, _("This is the document itself; name the other one.")

    def get_absolute_url(self) -> str:
        return reverse("wagtail_serve", args=(f"regulations/{self.slug}/",))

    def status_on(self, day: date) -> RegulationStatus:
        return status_on(
            day, recorded=self.recorded_status, effective_on=self.effective_on, repealed_on=self.repealed_on
        )

    @property
    def status(self) -> RegulationStatus:
        """Its status today."""
        return self.status_on(clock.today())

    @property
    def status_label(self) -> str:
        return str(self.status.label)

    @property
    def in_force(self) -> bool:
        return self.status == RegulationStatus.EFFECTIVE

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def shown_status(self) -> str:
        """The status as marks show it: "effective" only where the document was looked up or reviewed."""
        if not self.in_force:
            return self.status
        if not self.is_verified and self.checked != Checked.LOOKUP:
            return "effective-unchecked"
        return "effective-amended" if self.amendments else self.status

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
