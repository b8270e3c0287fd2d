import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import appendonly


class CalendarDay(models.Model):
    """One published day of the Chinese working calendar."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    #: Corrected by the market's operator: what a newer package says of it does not count.
    is_local = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.day} {'working' if self.is_working else 'off'}"


@appendonly.register
class CalendarChange(models.Model):
    """Days that changed over at an instant: a year was published, or a day corrected (`core.calendar`)."""

    at = models.DateTimeField()
    #: By ISO date, whether it is a working day from now on; until then it was the other way round.
    days = models.JSONField()
    #: Empty where a year was published, or the official calendar corrected.
    reason = models.CharField(max_length=400, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {len(self.days)}"


@appendonly.register
class AuditEntry(models.Model):
    """One change of a matter: who, when, what, before and after, chained by hash within the matter."""

    matter = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("matter", "position")
        constraints = [models.UniqueConstraint(fields=("matter", "position"), name="audit_one_entry_a_position")]

    def __str__(self) -> str:
        return f"{self.matter} #{self.position} {self.action}"


@appendonly.register
class Heartbeat(models.Model):
    """An instant, by the database's clock, at which the market was there."""

    at = models.DateTimeField(primary_key=True)

    def __str__(self) -> str:
        return self.at.isoformat()


class ClockReading(models.Model):
    """
    What a machine's clock and the database's showed against the machine's uptime (`core.running.clock_watch`).

    An offset is a clock's seconds since 1970 less the uptime: it stands still while the clock goes right.
    """

    class Problem(models.TextChoices):
        AHEAD = "ahead", _("jumped ahead")
        DISAGREES = "disagrees", _("disagrees with the database's")
        BACK = "back", _("went back")

    #: From one start of the machine to the next.
    boot = models.CharField(max_length=64, primary_key=True)
    machine = models.CharField(max_length=100)
    uptime = models.FloatField()
    #: What is trusted, and what was seen last.
    offset = models.FloatField()
    database_offset = models.FloatField()
    seen_offset = models.FloatField()
    seen_database_offset = models.FloatField()
    #: The uptime until which a clock may be put right after a start.
    settles_at = models.FloatField(default=0)
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)
    #: Since when, by the clock as it was trusted.
    since = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.machine} {self.problem or 'right'}"


class DueWork(models.Model):
    """Something that must happen once, at or after an instant; the sweep finds it in this table."""

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    put_aside_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("kind", "key"), name="due_work_once")]
        indexes = [models.Index(fields=("due_at",), condition=models.Q(done_at=None), name="due_work_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Effect(models.Model):
    """What one page did, once: its number among a person's at an address, and where it led (`core.web.once`)."""

    whose = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    content = models.CharField(max_length=64)
    place = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("whose", "number"), name="one_effect_a_page")]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"


class NumberSequence(models.Model):
    """The last number given out of a series such as MX-2026."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class MarketPolicy(models.Model):
    """A version of the market's (policy) numbers; what a version does not name keeps the default."""

    version = models.CharField(max_length=20, unique=True)
    effective_on = models.DateField(unique=True)
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("market policy")
        verbose_name_plural = _("market policies")

    def __str__(self) -> str:
        return self.version


def upload_path(instance: Any, filename: str) -> str:
    return f"files/{instance.id.hex[:2]}/{instance.id.hex}"


class StoredFile(models.Model):
    """An uploaded file; its owner's app decides who may read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(upload_to=upload_path)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
