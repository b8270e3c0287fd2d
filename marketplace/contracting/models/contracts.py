from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, FSMModelMixin, transition

from marketplace.accounts.models import Organisation
from marketplace.core import appendonly, clock
from marketplace.core.money import MoneyField
from marketplace.ui.components import Step

from ..choices import DisputeWay, Party
from ..querysets import ContractQuerySet
from ..rules.remedies import Remedies
from ..states import ENDED_EARLY, LIVE, OPEN, SIGNED, UNSIGNED, ContractState


class Contract(FSMModelMixin, models.Model):
    """
    What owner and winner agree after an award notice (RULES, After the selection).

    The price is the award's and never changes. Nothing else than the transitions below assigns `state`. While the
    owner alone is late (`owner_defaulted_at`) the award stands, and both can still sign.
    """

    State = ContractState

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    award = models.ForeignKey("tendering.Award", on_delete=models.PROTECT, related_name="contracts")
    owner = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="contracts_as_owner",
        verbose_name=pgettext_lazy("contract", "owner"),
    )
    intermediary = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="contracts_as_intermediary",
        verbose_name=pgettext_lazy("contract", "intermediary"),
    )
    items = models.ManyToManyField("catalogue.ServiceItem", related_name="contracts", verbose_name=_("services"))
    title = models.CharField(_("title"), max_length=150)
    price = MoneyField(_("price"))
    policy_version = models.CharField(max_length=20, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    service_starts_on = models.DateField(_("service starts on"))
    service_ends_on = models.DateField(_("service ends on"))
    terms = models.TextField(_("further terms"), max_length=4000, blank=True)
    dispute_way = models.CharField(
        _("who decides disputes"), max_length=12, choices=DisputeWay, default=DisputeWay.COURT, editable=False
    )
    arbitration_body = models.CharField(_("arbitration commission"), max_length=60, blank=True, editable=False)
    late_permille = models.DecimalField(
        _("for each day late"), max_digits=4, decimal_places=2, default=Remedies.late_permille, editable=False
    )
    late_cap_percent = models.DecimalField(
        _("at most"), max_digits=4, decimal_places=2, default=Remedies.late_cap_percent, editable=False
    )
    step_back_days = models.PositiveSmallIntegerField(
        _("days late that let one step back"), default=Remedies.step_back_days, editable=False
    )

    #: Only the text of this version counts; signatures of earlier ones are void.
    text_version = models.PositiveSmallIntegerField(default=1, editable=False)
    state = FSMField(
        choices=ContractState, default=ContractState.DRAFTING, protected=True, db_index=True, editable=False
    )
    #: Who moves next while terms are being agreed, and since when.
    turn = models.CharField(max_length=12, choices=Party, default=Party.OWNER, editable=False)
    turn_since = models.DateTimeField(editable=False)
    wish = models.TextField(_("change that the intermediary asks for"), max_length=2000, blank=True, editable=False)

    owner_defaulted_at = models.DateTimeField(null=True, blank=True, editable=False)
    signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    rating_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    end_reason = models.CharField(max_length=1000, blank=True, editable=False)

    objects = ContractQuerySet.as_manager()

    if TYPE_CHECKING:
        #: What pages hang on a contract.
        stages: list[Step]
        wants_parts: bool
        may_open: bool

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("award",), condition=models.Q(state__in=LIVE), name="contract_one_lives_an_award"
            ),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="contract_price_above_zero"),
            models.CheckConstraint(condition=~models.Q(owner=models.F("intermediary")), name="contract_parties_differ"),
            models.CheckConstraint(
                condition=models.Q(service_ends_on__gte=models.F("service_starts_on")),
                name="contract_service_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(dispute_way=DisputeWay.COURT, arbitration_body="")
                | models.Q(dispute_way=DisputeWay.ARBITRATION) & ~models.Q(arbitration_body=""),
                name="contract_disputes_go_one_way",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=(*UNSIGNED, ContractState.LAPSED), signed_at=None)
                | models.Q(
                    state__in=SIGNED,
                    signed_at__isnull=False,
                )
                | models.Q(state=ContractState.TERMINATED),
                name="contract_signed_in_its_states",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=ContractState.COMPLETED, completed_at__isnull=False, rating_due_at__isnull=False
                )
                | (~models.Q(state=ContractState.COMPLETED) & models.Q(completed_at=None, rating_due_at=None)),
                name="contract_completed_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED_EARLY, ended_at__isnull=False) & ~models.Q(end_reason="")
                | models.Q(state__in=LIVE, ended_at=None, end_reason=""),
                name="contract_end_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("contracting:contract-detail", args=[self.number])

    @property
    def audit_matter(self) -> str:
        return f"contract:{self.number}"

    @property
    def has_remedies(self) -> bool:
        """Whether the text in force regulates delay and names one way of settling disputes; the first ones did not."""
        return self.current_text.template != "2026.1"

    @property
    def remedies(self) -> Remedies:
        """What is agreed about breach and disputes."""
        return Remedies(
            self.dispute_way, self.arbitration_body, self.late_permille, self.late_cap_percent, self.step_back_days
        )

    @property
    def noticed_at(self) -> datetime:
        """When the award notice was given."""
        return cast(datetime, self.award.confirmed_at)

    @property
    def sign_due_at(self) -> datetime:
        """Until when both are to sign; the award's own clock, which a suspension of the request moves."""
        return cast(datetime, self.award.sign_by)

    @property
    def is_public(self) -> bool:
        """Whether the public knows of it; `ContractQuerySet.public` asks the same of the table."""
        return self.signed_at is not None or self.owner_defaulted_at is not None

    @property
    def current_text(self) -> "ContractText":
        return self.texts.get(version=self.text_version)

    @cached_property
    def signed_parties(self) -> frozenset[str]:
        """The sides that have signed the text in force."""
        signatures = Signature.objects.filter(text__contract=self, text__version=self.text_version)
        return frozenset(signatures.values_list("party", flat=True))

    def party(self, side: str) -> Organisation:
        """The organisation on a side."""
        return self.owner if side == Party.OWNER else self.intermediary

    @transition(field=state, source=UNSIGNED, target=ContractState.DRAFTING)
    def propose(self, *, version: int, at: datetime) -> None:
        self.text_version = version
        self.turn = Party.INTERMEDIARY
        self.turn_since = at
        self.wish = ""

    @transition(field=state, source=UNSIGNED, target=ContractState.DRAFTING)
    def ask_change(self, *, wish: str, at: datetime) -> None:
        self.turn = Party.OWNER
        self.turn_since = at
        self.wish = wish

    @transition(field=state, source=ContractState.DRAFTING, target=ContractState.SIGNING)
    def agree(self, *, at: datetime) -> None:
        self.turn_since = at

    @transition(field=state, source=ContractState.SIGNING, target=ContractState.IN_SERVICE)
    def enter_service(self, *, at: datetime) -> None:
        self.signed_at = at

    @transition(field=state, source=ContractState.IN_SERVICE, target=ContractState.COMPLETED)
    def complete(self, *, at: datetime, rating_due_at: datetime) -> None:
        self.completed_at = at
        self.rating_due_at = rating_due_at

    @transition(field=state, source=UNSIGNED, target=ContractState.LAPSED)
    def lapse(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason

    @transition(field=state, source=OPEN, target=ContractState.TERMINATED)
    def terminate(self, *, at: datetime, reason: str) -> None:
        self.ended_at = at
        self.end_reason = reason


@appendonly.register
class ContractText(models.Model):
    """A version of a contract's text, as generated; its bytes never change and its hash is what is signed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="texts")
    version = models.PositiveSmallIntegerField()
    template = models.CharField(max_length=20)
    body = models.TextField()
    #: SHA-256 of the body in UTF-8, lower-case hex.
    sha256 = models.CharField(max_length=64, db_index=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("contract", "version")
        constraints = [
            models.UniqueConstraint(fields=("contract", "version"), name="contract_text_version_once"),
            models.CheckConstraint(condition=models.Q(version__gt=0), name="contract_text_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.contract.number} v{self.version}"


@appendonly.register
class Signature(models.Model):
    """One side's signature under one version of the text."""

    text = models.ForeignKey(ContractText, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=12, choices=Party)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=150)
    signed_at = models.DateTimeField()
    #: Of the text as it stood on the signer's page.
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = [models.UniqueConstraint(fields=("text", "party"), name="signature_once_a_party")]

    def __str__(self) -> str:
        return f"{self.text} {self.party}"
