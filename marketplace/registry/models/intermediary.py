from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.i18n import localized

from ..querysets import IntermediaryQuerySet, SuspensionQuerySet
from ..states import ON_THE_LIST, OPEN_SUSPENSION, PUBLIC, PUBLIC_SUSPENSION, IntermediaryStatus, SuspensionState


class Intermediary(models.Model):
    """
    One firm of the market, with its last verified record (RULES, Registration).

    Particulars stand in the organisation, its holders, and the qualifications, practitioners and offers of this
    firm. They are written only when a registration has passed its check, offers' prices and times excepted.
    """

    Status = IntermediaryStatus

    organisation = models.OneToOneField(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="intermediary", verbose_name=_("organisation")
    )
    status = FSMField(
        choices=IntermediaryStatus, default=IntermediaryStatus.DRAFT, protected=True, db_index=True, editable=False
    )
    listed_at = models.DateTimeField(_("listed"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closing_reason = models.TextField(blank=True, editable=False)
    intro_zh = models.TextField(_("introduction"), max_length=2000, blank=True)
    intro_en = models.TextField(_("introduction in English"), max_length=3000, blank=True)
    licence = models.ForeignKey(
        "core.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    authorisation = models.ForeignKey(
        "core.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    commitment_version = models.CharField(max_length=20, blank=True, editable=False)
    commitment_agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    commitment_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    intro = localized("intro")
    objects = IntermediaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("intermediary")
        verbose_name_plural = _("intermediaries")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=PUBLIC) | Q(listed_at__isnull=False),
                name="intermediary_public_was_listed",
            ),
            models.CheckConstraint(
                condition=Q(status=IntermediaryStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=IntermediaryStatus.CLOSED) & Q(closed_at=None)),
                name="intermediary_closed_has_its_date",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    def get_absolute_url(self) -> str:
        return reverse("registry:intermediary-detail", args=[self.organisation.uscc])

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def uscc(self) -> str:
        return self.organisation.uscc or ""

    @property
    def listed_on(self) -> date | None:
        """The day of listing, Asia/Shanghai."""
        return clock.date_of(self.listed_at) if self.listed_at else None

    @property
    def audit_matter(self) -> str:
        return f"intermediary:{self.organisation.uscc}"

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC

    @transition(
        field=status,
        source=(IntermediaryStatus.DRAFT, IntermediaryStatus.RETURNED),
        target=IntermediaryStatus.UNDER_REVIEW,
    )
    def submit(self) -> None:
        pass

    @transition(field=status, source=IntermediaryStatus.UNDER_REVIEW, target=IntermediaryStatus.RETURNED)
    def send_back(self) -> None:
        pass

    @transition(field=status, source=IntermediaryStatus.UNDER_REVIEW, target=IntermediaryStatus.LISTED)
    def list_at(self, at: datetime) -> None:
        self.listed_at = at

    @transition(field=status, source=IntermediaryStatus.LISTED, target=IntermediaryStatus.SUSPENDED)
    def suspend(self) -> None:
        pass

    @transition(field=status, source=IntermediaryStatus.SUSPENDED, target=IntermediaryStatus.LISTED)
    def readmit(self) -> None:
        pass

    @transition(field=status, source=ON_THE_LIST, target=IntermediaryStatus.CLOSED)
    def close(self, *, at: datetime, reason: str) -> None:
        self.closed_at = at
        self.closing_reason = reason


class Suspension(models.Model):
    """
    A suspension: proposed by one person, decided by another, in force from the day after (RULES, Registration).

    Dates are calendar days in Asia/Shanghai. Whether it is in force follows from them, not from a job.
    """

    State = SuspensionState

    intermediary = models.ForeignKey(Intermediary, on_delete=models.PROTECT, related_name="suspensions")
    state = FSMField(choices=SuspensionState, default=SuspensionState.PROPOSED, protected=True, editable=False)
    reason = models.TextField(_("reason"), max_length=2000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("reason for the decision"), max_length=2000, blank=True)
    effective_on = models.DateField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_on = models.DateField(null=True)
    lift_reason = models.TextField(_("reason for lifting"), max_length=2000, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ("-proposed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("intermediary",), condition=Q(state__in=OPEN_SUSPENSION), name="suspension_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="suspension_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC_SUSPENSION)
                | Q(decided_by__isnull=False, decided_at__isnull=False, effective_on__isnull=False),
                name="suspension_decided_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intermediary} {self.state}"

    @transition(field=state, source=SuspensionState.PROPOSED, target=SuspensionState.DECIDED)
    def decide(self, *, by: User, at: datetime, effective_on: date, reason: str) -> None:
        self.decided_by, self.decided_at = by, at
        self.effective_on, self.decision_reason = effective_on, reason

    @transition(field=state, source=SuspensionState.PROPOSED, target=SuspensionState.DISMISSED)
    def dismiss(self, *, by: User, at: datetime, reason: str) -> None:
        self.decided_by, self.decided_at, self.decision_reason = by, at, reason

    @transition(field=state, source=SuspensionState.DECIDED, target=SuspensionState.LIFTED)
    def lift(self, *, by: User, at: datetime, on: date, reason: str) -> None:
        self.lifted_by, self.lifted_at, self.lifted_on, self.lift_reason = by, at, on, reason
