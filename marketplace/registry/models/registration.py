from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from marketplace.accounts.models import User
from marketplace.core import clock

from ..querysets import RegistrationQuerySet
from ..states import CHECKED, EDITABLE, OPEN_REGISTRATION, UNFILED, RegistrationState
from .intermediary import Intermediary


class RegistrationKind(models.TextChoices):
    INITIAL = "initial", pgettext_lazy("registration", "First registration")
    CHANGE = "change", pgettext_lazy("registration", "Change of particulars")


class Registration(models.Model):
    """
    A filing of a firm's particulars: the first one, or a change of them (RULES, Registration).

    `payload` holds one entry a step, as typed, so that a draft of anything half-filled is kept; `filing.read` makes
    values of it. `version` counts every save, so that a page shown before the last one is told that it is stale.
    `due_at` is the instant by which the check is due.
    """

    Kind = RegistrationKind
    State = RegistrationState

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    intermediary = models.ForeignKey(Intermediary, on_delete=models.PROTECT, related_name="registrations")
    kind = models.CharField(max_length=10, choices=RegistrationKind)
    state = FSMField(
        choices=RegistrationState, default=RegistrationState.DRAFT, protected=True, db_index=True, editable=False
    )
    payload = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0, editable=False)
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    edited_at = models.DateTimeField(default=clock.now, editable=False)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("intermediary",),
                condition=Q(state__in=OPEN_REGISTRATION),
                name="registration_one_open",
            ),
            models.UniqueConstraint(
                fields=("intermediary",),
                condition=Q(kind=RegistrationKind.INITIAL) & ~Q(state=RegistrationState.WITHDRAWN),
                name="registration_first_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFILED)
                | Q(filed_at__isnull=False, filed_by__isnull=False, due_at__isnull=False, round__gte=1),
                name="registration_filed_has_its_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CHECKED) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="registration_decided_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=("due_at",), condition=Q(state=RegistrationState.FILED), name="registration_to_check")
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("registry:registration-detail", args=[self.number])

    @property
    def audit_matter(self) -> str:
        return f"registration:{self.number}"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @transition(field=state, source=EDITABLE, target=RegistrationState.FILED)
    def file(self, *, by: User, at: datetime, due_at: datetime) -> None:
        self.filed_by, self.filed_at, self.due_at = by, at, due_at
        self.decided_by = self.decided_at = None
        self.round += 1

    @transition(field=state, source=RegistrationState.FILED, target=RegistrationState.PASSED)
    def pass_check(self, *, by: User, at: datetime) -> None:
        self.decided_by, self.decided_at = by, at

    @transition(field=state, source=RegistrationState.FILED, target=RegistrationState.RETURNED)
    def send_back(self, *, by: User, at: datetime) -> None:
        self.decided_by, self.decided_at = by, at

    @transition(field=state, source=EDITABLE, target=RegistrationState.WITHDRAWN)
    def withdraw(self) -> None:
        pass


class RegistrationCheck(models.Model):
    """The regulator's finding on one item of a filing, in one round of it."""

    class Verdict(models.TextChoices):
        PASS = "pass", pgettext_lazy("check", "In order")
        RETURN = "return", pgettext_lazy("check", "To be corrected")

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="checks")
    round = models.PositiveSmallIntegerField()
    #: A step, or a row of one: "particulars", "qualifications.3f2a".
    item = models.CharField(max_length=60)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("check of an item")
        verbose_name_plural = _("checks of items")
        ordering = ("registration", "round", "pk")
        constraints = [
            models.UniqueConstraint(fields=("registration", "round", "item"), name="registration_check_once_an_item"),
            models.CheckConstraint(
                condition=Q(verdict="pass") | ~Q(reason=""), name="registration_check_return_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.item} {self.verdict}"
