from django.db import models

from marketplace.core.i18n import localized


class Kind(models.TextChoices):
    """What can be found, in the order in which it is shown; each has its texts in `search.kinds`."""

    SERVICE = "service"
    INTERMEDIARY = "intermediary"
    REQUEST = "request"
    REGULATION = "regulation"
    NOTICE = "notice"
    GUIDE = "guide"


class SearchEntry(models.Model):
    """
    One public thing that can be found.

    `title_terms` is what `search.terms` cuts of the title, parted and enclosed by single spaces; the terms of all
    its text are held by the database's own index (`search.backends.matching`).
    """

    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=80)
    code = models.CharField(max_length=80, blank=True, db_index=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    subtitle_zh = models.CharField(max_length=300, blank=True)
    subtitle_en = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=300)
    folded_title = models.CharField(max_length=500)
    title_terms = models.TextField()
    weight = models.SmallIntegerField(default=0)
    dated_at = models.DateTimeField()

    title = localized("title")
    subtitle = localized("subtitle")

    class Meta:
        verbose_name_plural = "search entries"
        constraints = [models.UniqueConstraint(fields=("kind", "key"), name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ConsoleEntry(models.Model):
    """
    What the console's own search boxes find: an object of any model that Wagtail indexes.

    Kept apart from `SearchEntry`, because it holds drafts and other things that are not public. `root` is the
    label of the model at the root of the object's inheritance, so that all page types share one space of ids.
    """

    root = models.CharField(max_length=100)
    object_id = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "console entries"
        constraints = [models.UniqueConstraint(fields=("root", "object_id"), name="console_entry_once")]

    def __str__(self) -> str:
        return f"{self.root} {self.object_id}"
