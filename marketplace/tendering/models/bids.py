from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition

from marketplace.core import appendonly
from marketplace.core.money import MoneyField
from marketplace.custody import sealing

from .. import selection
from ..querysets import OpenedBidQuerySet, OpeningQuerySet
from ..states import MAY_LACK_TRANSCRIPT, UNDER_WAY, Fate, OpeningState
from .requests import WorkRequest


class Side(models.TextChoices):
    """Who holds one half of what the opening needs."""

    OPERATOR = "operator", _("Market operator")
    REGULATOR = "regulator", _("Regulator")


class Deposit(models.Model):
    """
    What one side's embedded custodian keeps of a request: its key pair and its secret, both wrapped.

    The wrapped halves can be read only with that side's master key, which is not in the database.
    """

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="deposits")
    side = models.CharField(max_length=10, choices=Side)
    public_key = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()
    wrapped_secret = models.BinaryField()
    #: Given up once: for which list of ciphertext hashes, then for which list hash.
    key_released_at = models.DateTimeField(null=True, blank=True)
    key_released_for = models.CharField(max_length=64, blank=True)
    secret_released_at = models.DateTimeField(null=True, blank=True)
    secret_released_for = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("work_request", "side"), name="deposit_once_a_side")]

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.side}"


@appendonly.register
class Bid(models.Model):
    """
    A sealed filing: a bid, its replacement or its withdrawal, which only the opening can tell apart.

    Who filed is as secret as the price: the row names nobody, only a keyed hash of request, firm and count
    (RULES, Bids). `ciphertext` holds the bid, `envelope` person, address and device for the audit trail.
    """

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="bids")
    bidder_ref = models.CharField(max_length=64, unique=True)
    arrived_at = models.DateTimeField()
    ciphertext = models.BinaryField()
    envelope = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("arrived_at", "pk")

    def __str__(self) -> str:
        return f"{self.work_request_id} {self.sha256[:8]}"


def sealed_path(instance: "SealedProposal", filename: str) -> str:
    return f"sealed/{instance.sha256[:2]}/{instance.sha256}"


@appendonly.register
class SealedProposal(models.Model):
    """
    A proposal file as ciphertext, named by its own hash.

    Whose it is stands, with its key, in a sealed bid only; several rows may never be named by any.
    """

    work_request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="sealed_proposals")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to=sealed_path)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("work_request", "sha256"), name="sealed_proposal_once")]

    def __str__(self) -> str:
        return f"{self.work_request_id} {self.sha256[:8]}"


class Opening(FSMModelMixin, models.Model):
    """
    The opening of a request's bids, stage by stage, published with all that recomputes it.

    Frozen: the list is fixed and shown; it waits for the custodians' secrets, and for the public value where one was
    announced. Drawn: secrets and seed are known; it waits for what the method needs besides, such as the owner's pick.
    Then it is ranked, failed or voided, with a signed transcript. Each transition only adds: what an earlier stage
    stored never changes. `waits_until` is the clock of the present stage.
    """

    State = OpeningState

    work_request = models.OneToOneField(WorkRequest, on_delete=models.PROTECT, related_name="opening")
    opened_at = models.DateTimeField()
    state = FSMField(choices=OpeningState, default=OpeningState.FROZEN, protected=True, db_index=True)
    waits_since = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)

    #: Fixed when frozen: `candidates`, `ciphertexts` and `set_aside` as hashed. Null only where nothing was frozen.
    frozen = models.JSONField(null=True)
    list_hash = models.CharField(max_length=64, blank=True)
    #: Known when drawn; hexadecimal.
    public_value = models.CharField(max_length=200, null=True)
    secrets = models.JSONField(null=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True)
    #: What a person decided after the draw; an id of the list, never of anything else.
    short_list = models.JSONField(default=list)
    pick = models.CharField(max_length=64, blank=True)
    pick_reason = models.TextField(blank=True)
    picked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    picked_at = models.DateTimeField(null=True)
    #: Best proposal: id → final marks of all evaluators.
    marks = models.JSONField(null=True)
    #: How they came about, as the working tells it: each number of the pool, then each round.
    panel = models.JSONField(null=True)

    ended_at = models.DateTimeField(null=True)
    transcript = models.JSONField(null=True)
    transcript_sha256 = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=128, blank=True)
    signing_key = models.CharField(max_length=64, blank=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        # Openings are listed newest first, in the console and among a firm's own bids.
        indexes = [models.Index(fields=("opened_at",), name="opening_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=MAY_LACK_TRANSCRIPT) | models.Q(transcript__isnull=False),
                name="opening_has_its_transcript",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=OpeningState.DRAWN) | ~models.Q(seed=""), name="opening_drawn_has_its_seed"
            ),
            models.CheckConstraint(
                condition=models.Q(pick="", picked_by=None, picked_at=None)
                | models.Q(~models.Q(pick=""), ~models.Q(pick_reason=""), picked_at__isnull=False),
                name="opening_pick_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_request.number} {self.state}"

    @property
    def is_under_way(self) -> bool:
        """Whether the opening still waits for something."""
        return self.state in UNDER_WAY

    @property
    def shows_bids(self) -> bool:
        """Whether pages may show who bid what: evaluators of a best proposal read without names until they are done."""
        return not (self.is_under_way and self.work_request.method == WorkRequest.Method.BEST_PROPOSAL)

    @transition(field=state, source=OpeningState.FROZEN, target=OpeningState.DRAWN)
    def draw(self, *, at: datetime, secrets: dict[str, str], seed: str) -> None:
        self.drawn_at = at
        self.secrets = secrets
        self.seed = seed
        self.waits_since = self.waits_until = None

    @transition(
        field=state,
        source=UNDER_WAY,
        target=RETURN_VALUE(OpeningState.RANKED, OpeningState.FAILED),
    )
    def end(self, *, at: datetime, transcript: dict[str, Any]) -> str:
        self._publish(at, transcript)
        return str(OpeningState.RANKED if transcript["winner"] else OpeningState.FAILED)

    @transition(field=state, source=UNDER_WAY, target=OpeningState.VOIDED)
    def void(self, *, at: datetime, transcript: dict[str, Any] | None) -> None:
        self._publish(at, transcript)

    def _publish(self, at: datetime, transcript: dict[str, Any] | None) -> None:
        self.ended_at = at
        self.waits_since = self.waits_until = None
        self.transcript = transcript
        if transcript is not None:
            content = selection.canonical(transcript)
            self.transcript_sha256 = selection.sha256_hex(content)
            self.signature, self.signing_key = sealing.sign(content)


class OpeningWait(models.Model):
    """That an opening waits for a custodian; what the request's page says while it is asked again and again."""

    class Reason(models.TextChoices):
        AWAY = "away", _("A custodian does not answer")
        REFUSES = "refuses", _("A custodian does not give up its half")
        LOST = "lost", _("A custodian's master key does not open what it keeps")

    work_request = models.OneToOneField(WorkRequest, on_delete=models.PROTECT, related_name="opening_wait")
    reason = models.CharField(max_length=10, choices=Reason)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.work_request_id} {self.reason}"


class OpenedBid(models.Model):
    """What the opening found in a filing, and what became of it."""

    Fate = Fate

    class Reason(models.TextChoices):
        """Why a bid was set aside, in the order in which it is looked for; these codes stand in transcripts."""

        DOES_NOT_OPEN = "does_not_open", _("It does not open, or is not of the announced form")
        OTHER_REQUEST = "other_request", _("It was sealed for another request")
        OTHER_FIRM = "other_firm", _("It was sealed by another firm than the one that filed it")
        NOT_CONFIRMED = "not_confirmed", _("It was not confirmed after the request had changed")
        DAYS_OUTSIDE_LIMITS = "days_outside_limits", _("Its time is outside the announced limits")
        PRICE_OUTSIDE_LIMITS = "price_outside_limits", _("Its price is outside the announced limits")
        PROPOSAL_MISSING = "proposal_missing", _("It has no proposal, though the request asks for one")
        PROPOSAL_DOES_NOT_OPEN = "proposal_does_not_open", _("Its proposal file is missing or does not open")
        LISTED = "listed", _("Not listed at the deadline")
        NOT_SUSPENDED = "not_suspended", _("Suspended at the deadline")
        CREDIT = "credit", _("Restricted from bidding at the deadline")
        GRADE = "grade", _("Credit grade below the one asked for at the deadline")
        QUALIFICATIONS = "qualifications", _("Without a qualification needed at the deadline")
        PRACTITIONERS = "practitioners", _("With fewer practitioners than needed at the deadline")
        NOT_RELATED = "not_related", pgettext_lazy("set aside", "Related to the owner")
        NOT_EXCLUDED = "not_excluded", pgettext_lazy("set aside", "Excluded by the owner")
        RELATED_BIDDERS = "related_bidders", _("Related to another bidder")
        PERSON_OF_TWO_PARTIES = "person_of_two_parties", _("Filed by a person who also acted for another party")

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="opened_bids")
    #: Null where nobody bids: in direct selection the candidates are the firms' listed offers.
    bid = models.OneToOneField(Bid, null=True, on_delete=models.PROTECT, related_name="opened")
    intermediary = models.ForeignKey(
        "registry.Intermediary", null=True, on_delete=models.PROTECT, related_name="opened_bids"
    )
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    filing = models.PositiveIntegerField(null=True)
    #: The id under which a counted bid stands in the frozen list.
    listed_as = models.CharField(max_length=64, blank=True)
    fate = models.CharField(max_length=10, choices=Fate)
    reason = models.CharField(max_length=40, choices=Reason, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    days = models.PositiveIntegerField(null=True)
    price = MoneyField(null=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    grade = models.CharField(max_length=3, blank=True)
    provisional = models.BooleanField(default=False)
    nonce = models.CharField(max_length=64, blank=True)
    #: Only where names are not published: who knows the firm recomputes `listed_as` with it. The winner's is public.
    salt = models.CharField(max_length=64, blank=True)
    #: The proposal as it was opened, for the evaluators.
    proposal = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField(null=True)

    objects = OpenedBidQuerySet.as_manager()

    class Meta:
        ordering = (models.F("rank").asc(nulls_last=True), "pk")
        constraints = [
            models.UniqueConstraint(fields=("opening", "rank"), name="opened_bid_rank_once"),
            models.UniqueConstraint(
                fields=("opening", "intermediary"),
                condition=models.Q(fate=Fate.COUNTED),
                name="opened_bid_one_counts_a_firm",
            ),
            models.CheckConstraint(
                condition=models.Q(rank=None) | models.Q(fate=Fate.COUNTED, intermediary__isnull=False),
                name="opened_bid_ranked_counts",
            ),
            models.CheckConstraint(
                condition=models.Q(fate=Fate.SET_ASIDE) ^ models.Q(reason=""), name="opened_bid_set_aside_with_reason"
            ),
        ]

    if TYPE_CHECKING:
        #: What the result page hangs on a bid: its draw value, the value's place from 0 to 1, which reserve it is, its
        #: distance to the benchmark, whether it was left out of the mean, as which it was drawn by weight.
        value: str | None
        place: float | None
        total: str | None
        next_reserve: int | None
        distance: str | None
        is_trimmed: bool
        drawn: int | None
        #: Whether the reader may see who it is, whether it is the reader's own, and what it is called.
        is_named: bool
        is_own: bool
        shown_name: str

    def __str__(self) -> str:
        return f"{self.opening_id} {self.fate}"
