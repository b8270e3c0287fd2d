from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition

from marketplace.core import calendar, clock, heartbeats
from marketplace.core.calendar import ClockFace
from marketplace.core.failures import Text
from marketplace.core.money import MoneyField

from .. import selection
from ..choices import Grade, Matching, Method
from ..policy import TenderingPolicy
from ..project_keys import HasProjectForm, ProjectKeyField
from ..querysets import WorkRequestQuerySet
from ..rules import deadlines
from ..rules.deadlines import Move
from ..states import BEFORE_THE_RESULT, CONTRACT_AND_SERVICE, EDITABLE, IN_TURN, PUBLIC, SUSPENDABLE, TERMINABLE, Status

#: Every arrival before the deadline is stored by then (RULES, Bids).
OPENING_DELAY = timedelta(seconds=60)

PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


#: The reasons by which the rules fail a request.
RULE_REASONS: dict[str, Text] = {
    "too_few_bids": _("Too few bids counted."),
    "ranking_used_up": _("Nobody is left in the ranking."),
}


class WorkRequest(FSMModelMixin, models.Model):
    """
    What an enterprise asks intermediaries for (RULES, Request).

    `price_max` is the fixed price where the method fixes it, else the upper limit; money is CNY. Days are
    working days. Nothing else than the transitions below assigns `status`.
    """

    Status = Status
    Method = Method
    _rules: TenderingPolicy | None = None

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    owner = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="work_requests", verbose_name=_("owner")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    edited_at = models.DateTimeField(default=clock.now, editable=False)

    title = models.CharField(_("title"), max_length=120)
    project_name = models.CharField(_("project name"), max_length=150, blank=True)
    #: The national form, or nothing: then a reason says that the project has no code.
    project_code = models.CharField(_("project code"), max_length=40, blank=True)
    no_code_reason = models.CharField(_("why the project has no code"), max_length=200, blank=True)
    project_key = ProjectKeyField(db_index=True)
    matter = models.ForeignKey(
        "catalogue.ApprovalMatter",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_requests",
        verbose_name=_("approval matter"),
    )
    items = models.ManyToManyField("catalogue.ServiceItem", through="RequestItem", related_name="work_requests")

    government_investment = models.BooleanField(_("serves a government investment project"), default=False)
    fund_fiscal = models.DecimalField(
        _("fiscal money, percent"), max_digits=5, decimal_places=2, default=Decimal(0), validators=PERCENT
    )
    fund_state = models.DecimalField(
        _("state-owned money, percent"), max_digits=5, decimal_places=2, default=Decimal(0), validators=PERCENT
    )
    fund_social = models.DecimalField(
        _("social money, percent"), max_digits=5, decimal_places=2, default=Decimal(100), validators=PERCENT
    )
    #: The owner's declaration about the first condition of 国家发展改革委令第16号, articles 2 and 5.
    public_project = models.BooleanField(
        _("project of budget or controlling state-owned money"),
        null=True,
        blank=True,
        help_text=_(
            "Budget money of ¥2,000,000 or more that is at least 10 percent of the investment, "
            "or controlling state-owned money."
        ),
    )

    content = models.TextField(_("content of the service"), max_length=8000, blank=True)
    scale = models.CharField(_("scale"), max_length=400, blank=True)
    price_max = MoneyField(_("price limit"), null=True, blank=True)
    price_min = MoneyField(_("lowest price accepted"), null=True, blank=True)
    service_days = models.PositiveSmallIntegerField(_("service time in working days"), null=True, blank=True)
    signing_days = models.PositiveSmallIntegerField(_("signing time in working days"), default=10)

    method = models.CharField(_("selection method"), max_length=20, choices=Method, default=Method.RANDOM_DRAW)
    parameters = models.JSONField(default=dict, blank=True)
    #: {"source", "field", "format"} of a value that the world publishes, a part of the seed; null where none is.
    public_value_source = models.JSONField(null=True, blank=True)
    min_grade = models.CharField(_("credit grade at least"), max_length=3, choices=Grade, blank=True)
    qualifications = models.ManyToManyField(
        "catalogue.QualificationType", blank=True, related_name="+", verbose_name=_("qualifications needed")
    )
    qualifications_match = models.CharField(
        _("qualifications needed together"), max_length=3, choices=Matching, default=Matching.ALL
    )
    practitioner_licence = models.CharField(_("practitioners' licence"), max_length=80, blank=True)
    practitioners_needed = models.PositiveSmallIntegerField(_("practitioners needed"), default=0)
    requirement_reason = models.TextField(_("reason for more than the service needs"), max_length=2000, blank=True)

    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)

    policy_version = models.CharField(max_length=20, blank=True, editable=False)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    status = FSMField(choices=Status, default=Status.DRAFT, protected=True, db_index=True, editable=False)
    status_before_suspension = models.CharField(max_length=20, blank=True, editable=False)

    #: Stated in a draft in place of a deadline, which is counted from the publication.
    bid_days = models.PositiveSmallIntegerField(_("bid period in working days"), null=True, blank=True)
    #: The deadline as shown; it moves with the question rule, an outage, or a suspension.
    bids_close_at = models.DateTimeField(_("bid deadline"), null=True, blank=True, db_index=True)
    #: What decides whether a bid is taken: the deadline that holds if nothing more is answered (`deadlines`).
    bids_open_until = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    moved_for_questions_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_for_outage_at = models.DateTimeField(null=True, blank=True, editable=False)

    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    awarded_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When its clocks ran on last, with the days that were left.
    resumed_at = models.DateTimeField(null=True, blank=True, editable=False)
    days_left_when_suspended = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    return_reason = models.TextField(blank=True, editable=False)
    end_reason = models.TextField(blank=True, editable=False)

    #: The hashed object and its hash (RULES, Announcement); bytes of a published version never change.
    announcement = models.JSONField(null=True, blank=True, editable=False)
    announcement_hash = models.CharField(max_length=64, blank=True, editable=False)
    reposted_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reposted_as", editable=False
    )
    failures_before = models.PositiveSmallIntegerField(default=0, editable=False)
    #: Set on a draft that becomes the next version of a published request; the draft goes when it has.
    amends = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="amendment", editable=False
    )

    objects = WorkRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ("-published_at", "-pk")
        indexes = [models.Index(fields=("status", "bids_open_until"), name="request_open_until")]
        constraints = [
            models.CheckConstraint(
                # Within half a hundredth: SQLite adds decimals as doubles.
                condition=models.Q(fund_fiscal__gte=0, fund_state__gte=0, fund_social__gte=0)
                & models.Q(fund_social__gt=Decimal("99.995") - models.F("fund_fiscal") - models.F("fund_state"))
                & models.Q(fund_social__lt=Decimal("100.005") - models.F("fund_fiscal") - models.F("fund_state")),
                name="request_funds_add_to_100",
            ),
            models.CheckConstraint(
                condition=models.Q(price_max=None) | models.Q(price_max__gt=0), name="request_price_above_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(price_min=None)
                | models.Q(price_min__gt=0, price_max__isnull=False, price_min__lte=models.F("price_max")),
                name="request_price_limits_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=(*EDITABLE, Status.UNDER_REVIEW))
                | models.Q(
                    models.Q(method=Method.DIRECT)
                    | models.Q(bids_close_at__isnull=False, bids_open_until__isnull=False),
                    announcement__isnull=False,
                    published_at__isnull=False,
                    service_days__gt=0,
                ),
                name="request_published_is_announced",
            ),
            models.CheckConstraint(
                condition=models.Q(project_code="") | models.Q(HasProjectForm("project_code"), no_code_reason=""),
                name="request_project_code_or_why_not",
            ),
            models.CheckConstraint(
                # What was announced for bids is never turned into the owner's own choice.
                condition=~models.Q(method=Method.DIRECT) | models.Q(version=1),
                name="request_direct_has_one_version",
            ),
        ]

    if TYPE_CHECKING:
        #: What pages hang on a request: the clock of the duty that they show.
        clock: ClockFace | None

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("tendering:request-detail", args=[self.number])

    @property
    def audit_matter(self) -> str:
        return f"request:{self.number}"

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC

    @property
    def end_words(self) -> Text:
        """Why the request ended, in words: a rule's reason is a code, a person's their own."""
        return RULE_REASONS.get(self.end_reason, self.end_reason)

    @property
    def fixes_price(self) -> bool:
        """Whether the owner sets the price, so that a bid names none."""
        return self.method in selection.PRICE_FIXED

    @property
    def fixes_time(self) -> bool:
        """Whether the owner sets the service time, so that a bid promises no other."""
        return self.method == Method.RANDOM_DRAW

    @property
    def needed_grade(self) -> str:
        """The grade that a bidder needs at least; C takes no part in credit-preferred selection (RULES, Effects)."""
        if self.method == Method.CREDIT_PREFERRED and self.min_grade in ("", Grade.C):
            return Grade.B.value
        return self.min_grade

    @property
    def asks_for_proposal(self) -> bool:
        """Whether a bid carries a proposal file, which evaluators mark."""
        return self.method == Method.BEST_PROPOSAL

    @property
    def has_public_money(self) -> bool:
        return bool(self.fund_fiscal or self.fund_state)

    @property
    def rules(self) -> TenderingPolicy:
        """The policy that it was published under, which is read once; before that the one in force."""
        if not self.policy_version:
            return TenderingPolicy.current()
        if self._rules is None or self._rules.version != self.policy_version:
            self._rules = TenderingPolicy.of(self.policy_version)
        return self._rules

    @property
    def publishes_names(self) -> bool:
        """Whether the announced policy publishes the bidders' names, not only the winner's."""
        return not self.policy_version or self.rules.publish_bidder_names

    @property
    def fewest_bids(self) -> int:
        return selection.fewest_bids(self.method, public_money=self.has_public_money)

    @property
    def opens_at(self) -> datetime | None:
        """The earliest instant of the opening."""
        return self.bids_open_until + OPENING_DELAY if self.bids_open_until else None

    @property
    def shown_deadline(self) -> datetime | None:
        """The deadline as people read it now: one that a question would move stands until it has passed."""
        return self.deadline(clock.now())

    @property
    def shown_opening(self) -> datetime | None:
        """The earliest instant of the opening after the deadline that people read now."""
        return self.shown_deadline + OPENING_DELAY if self.shown_deadline else None

    @property
    def questions_until(self) -> datetime | None:
        """The end of 24:00 of the working day before the deadline; questions are taken until then."""
        if self.bids_close_at is None:
            return None
        return max(deadlines.questions_until(self.bids_close_at, working_days=each) for each in self._calendars())

    @property
    def changes_until(self) -> datetime | None:
        """Until when a new version can be published."""
        if self.bids_close_at is None:
            return None
        return max(deadlines.changes_until(self.bids_close_at, working_days=each) for each in self._calendars())

    def _calendars(self) -> list[calendar.WorkingDays]:
        """Those by which people may have counted since the publication; a later one takes no time away."""
        return calendar.in_force_since(self.published_at) if self.published_at else [calendar.current()]

    def closes_at(self, at: datetime) -> datetime | None:
        """Until when bids are taken, as the rows stand at an instant, however late any job runs."""
        if self.status == Status.PUBLISHED and self.bids_open_until is not None and at >= self.bids_open_until:
            # An outage that nobody has noted yet keeps them open; once they are closed no later row can.
            return self.open_until(at)
        return self.bids_open_until

    def next_move(self, at: datetime) -> Move | None:
        """
        The move of the deadline that the rows ask for as they stand at an instant, if they ask for one.

        Questions come first: a deadline that they move by two days leaves the time that an outage took.
        """
        deadline = self._announced_deadline()
        working_days = calendar.current()
        if self.moved_for_questions_at is None and self.questions.unanswered_at(deadline).exists():
            return deadlines.move_for_questions(deadline, working_days=working_days)
        outage_from = deadline - deadlines.OUTAGE_WINDOW
        if self.moved_for_outage_at is not None or at <= outage_from:
            return None
        beats = heartbeats.around(outage_from, deadline)
        return deadlines.move_for_outage(deadline, beats, at=at, working_days=working_days)

    def open_until(self, at: datetime) -> datetime:
        """Until when bids are taken, if nothing more is answered and the market stays there."""
        deadline = self._announced_deadline()
        move = self.next_move(at)
        return move.until if move else deadline

    def _announced_deadline(self) -> datetime:
        if self.bids_close_at is None:
            raise ValueError(f"{self.number} has no deadline")
        return self.bids_close_at

    def takes_bids(self, at: datetime) -> bool:
        """Whether a bid that arrives then counts: from the rows and the clock alone."""
        # One that arrived in time may still wait for its turn when the request has turned to selecting.
        if self.status not in BEFORE_THE_RESULT:
            return False
        closes_at = self.closes_at(at)
        return closes_at is not None and at < closes_at

    def deadline(self, at: datetime) -> datetime | None:
        """The deadline to show at an instant: the moved one as soon as the first has passed."""
        return self.bids_close_at if self.bids_close_at is None or at < self.bids_close_at else self.closes_at(at)

    @transition(field=status, source=EDITABLE, target=Status.UNDER_REVIEW)
    def submit(self, *, at: datetime) -> None:
        self.submitted_at = at
        self.return_reason = ""

    @transition(field=status, source=Status.UNDER_REVIEW, target=Status.RETURNED)
    def send_back(self, *, reason: str) -> None:
        self.return_reason = reason

    @transition(field=status, source=(*EDITABLE, Status.UNDER_REVIEW), target=Status.PUBLISHED)
    def publish(self, *, at: datetime) -> None:
        self.published_at = at
        self.bids_open_until = self.bids_close_at

    @transition(field=status, source=Status.UNDER_REVIEW, target=Status.DRAFT)
    def take_back(self) -> None:
        self.submitted_at = None

    @transition(field=status, source=Status.PUBLISHED, target=Status.SELECTING)
    def close_bids(self) -> None:
        pass

    @transition(field=status, source=Status.SELECTING, target=Status.PUBLICITY)
    def announce_winner(self, *, at: datetime) -> None:
        self.opened_at = at

    @transition(field=status, source=IN_TURN, target=Status.PUBLICITY)
    def announce_next(self) -> None:
        self.awarded_at = None

    @transition(field=status, source=Status.PUBLICITY, target=Status.AWARDED)
    def award(self, *, at: datetime) -> None:
        self.awarded_at = at

    @transition(field=status, source=Status.AWARDED, target=Status.CONTRACTED)
    def record_contract(self) -> None:
        pass

    @transition(field=status, source=Status.CONTRACTED, target=Status.IN_SERVICE)
    def start_service(self) -> None:
        pass

    @transition(field=status, source=CONTRACT_AND_SERVICE, target=Status.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=(Status.SELECTING, *IN_TURN), target=Status.FAILED)
    def fail(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason

    @transition(field=status, source=SUSPENDABLE, target=Status.SUSPENDED)
    def suspend(self, *, at: datetime, days_left: int | None) -> None:
        self.status_before_suspension = self.status
        self.suspended_at = at
        self.days_left_when_suspended = days_left

    @transition(field=status, source=Status.SUSPENDED, target=RETURN_VALUE(*SUSPENDABLE))
    def resume(self, *, at: datetime) -> str:
        self.resumed_at = at
        before, self.status_before_suspension = self.status_before_suspension, ""
        self.suspended_at = self.days_left_when_suspended = None
        return before

    @transition(
        field=status,
        source=(*SUSPENDABLE, Status.SUSPENDED, *CONTRACT_AND_SERVICE),
        target=Status.VOIDED,
    )
    def void(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason

    @transition(field=status, source=TERMINABLE, target=Status.TERMINATED)
    def terminate(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason
