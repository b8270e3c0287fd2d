from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.search import index

from marketplace.catalogue.querysets import QualificationTypeQuerySet
from marketplace.catalogue.states import DEMANDED, QualificationKind
from marketplace.core import clock
from marketplace.core.i18n import localized

from .regulations import LIVE, Regulation
from .sources import FromFile


class QualificationType(FromFile, index.Indexed):
    """
    A licence, filing or registration of providers. What has ended, or never was a licence, is not demanded of anybody.

    Certificates of what has ended stay in the records, shown as of an abolished qualification.
    """

    Kind = QualificationKind

    name_zh = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    kind = models.CharField(pgettext_lazy("qualification", "kind"), max_length=20, choices=Kind, default=Kind.LICENCE)
    ended_on = models.DateField(
        _("abolished: last day"), null=True, blank=True, help_text=_("Demanded of nobody from the day after.")
    )
    ended_by = models.ForeignKey(
        Regulation,
        limit_choices_to=LIVE,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("abolished by"),
    )
    note_zh = models.CharField(_("note"), max_length=200, blank=True)
    note_en = models.CharField(_("note in English"), max_length=250, blank=True)

    search_fields = [index.AutocompleteField("name_zh"), index.AutocompleteField("name_en")]

    name = localized("name")
    note = localized("note")
    objects = QualificationTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification type")
        verbose_name_plural = _("qualification types")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_by=None) | models.Q(ended_on__isnull=False),
                name="qualification_type_ended_on_a_day",
                violation_error_message=_("Give the last day of what was abolished."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_abolished(self, on: date | None = None) -> bool:
        """Whether it no longer exists on a day (today)."""
        return self.ended_on is not None and self.ended_on < (on or clock.today())

    def can_be_demanded(self, on: date | None = None) -> bool:
        """Whether anybody may be asked for it on a day (today)."""
        return self.kind in DEMANDED and not self.is_abolished(on)
