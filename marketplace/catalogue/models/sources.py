"""What an entry of the catalogue knows of its own origin: from a data file, corrected since, checked by somebody."""

import json
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin

#: Told nowhere as a fact of the entry: they say where its facts come from.
ORIGIN_FIELDS = frozenset({"source_key", "corrected_fields"})
#: No facts either: which version of the entry is live, waits or is locked.
STATE_FIELDS = frozenset(
    field.name for mixin in (DraftStateMixin, LockableMixin, RevisionMixin) for field in mixin._meta.local_fields
)


class Confidence(models.TextChoices):
    """How sure whoever compiled a row was of it as a whole."""

    HIGH = "high", pgettext_lazy("how sure", "High")
    MEDIUM = "medium", pgettext_lazy("how sure", "Medium")
    LOW = "low", pgettext_lazy("how sure", "Low")


class Checked(models.TextChoices):
    """How a document, or the number of an article, was checked by those who compiled the data file."""

    LOOKUP = "lookup", _("looked up (mostly in reprints)")
    MEMORY = "memory", _("from memory, not looked up")
    UNCERTAIN = "uncertain", _("not found when looked up")


class FromFile(models.Model):
    """
    An entry that a data file may hold too. What people changed in the console is theirs: no file overwrites it.

    :ivar source_key: the row of the file that this entry began as; it stays when a correction changes the entry's name
    :ivar corrected_fields: names of the columns that were changed in the console
    """

    #: Columns that mean something only with one another: who corrects one has decided on all.
    TOGETHER: ClassVar[frozenset[str]] = frozenset()

    source_key = models.CharField(max_length=250, null=True, blank=True, unique=True, editable=False)
    corrected_fields = models.JSONField(default=list, editable=False)

    class Meta:
        abstract = True

    @property
    def is_settled(self) -> bool:
        """Whether a file may change nothing of the entry any more."""
        return False

    def note_corrections(self, names: list[str]) -> None:
        """Keep these columns as people wrote them, whatever the files say."""
        together = self.TOGETHER if self.TOGETHER & set(names) else ()
        self.corrected_fields = sorted({*self.corrected_fields, *names, *together} - ORIGIN_FIELDS)


class Reviewed(models.Model):
    """What is known with how much certainty; nothing counts as verified until a lawyer of the city has said so."""

    confidence = models.CharField(
        _("how sure"),
        max_length=10,
        choices=Confidence,
        default=Confidence.LOW,
        help_text=_("Of the entry as a whole."),
    )
    as_of = models.DateField(_("state of knowledge"), null=True, blank=True)
    reviewed_on = models.DateField(
        _("reviewed on"),
        null=True,
        blank=True,
        help_text=_("When a lawyer of the city confirmed the entry; the data files change nothing of it after that."),
    )
    reviewed_by = models.CharField(_("reviewed by"), max_length=100, blank=True, help_text=_("Shown to everybody."))

    class Meta:
        abstract = True

    @property
    def is_verified(self) -> bool:
        return self.reviewed_on is not None

    @property
    def is_settled(self) -> bool:
        return self.is_verified


def reviewed_with_name(model_name: str) -> models.CheckConstraint:
    """That a review has a day and a name, or neither."""
    return models.CheckConstraint(
        condition=models.Q(reviewed_on=None, reviewed_by="")
        | models.Q(reviewed_on__isnull=False) & ~models.Q(reviewed_by=""),
        name=f"{model_name}_reviewed_by_somebody",
        violation_error_message=_("A review has a day and the name of who reviewed, or neither."),
    )


class DroppedRow(models.Model):
    """A row of the data files that was taken out in the console, so that the files never bring it back."""

    source_key = models.CharField(max_length=250, unique=True)
    dropped_at = models.DateTimeField()
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.source_key


def facts_of(entry: models.Model) -> dict[str, str]:
    """An entry's own columns as text, without where they come from and which version they are."""
    return {
        field.name: json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
        for field in entry._meta.concrete_fields
        if field.name not in ORIGIN_FIELDS | STATE_FIELDS
        for value in [field.value_from_object(entry)]
    }
