from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from marketplace.accounts.models import Membership, Organisation

from .states import ENDED_EARLY, OPEN, UNSIGNED, ContractState, DeliveryOutcome, MilestoneState


class ContractQuerySet(models.QuerySet):
    def locked(self) -> Self:
        """For a service: the contract's row is locked first, then whatever belongs to it."""
        return self.select_for_update(of=("self",))

    def visible_to(self, user: Any) -> Self:
        """Both parties' people and regulators see a contract; everybody else sees only its public line."""
        if not user.is_authenticated:
            return self.none()
        own = Membership.objects.of(user)
        party = own.filter(Q(organisation=OuterRef("owner")) | Q(organisation=OuterRef("intermediary")))
        regulator = own.acting().filter(organisation__kind=Organisation.Kind.AUTHORITY)
        return self.filter(Exists(party) | Exists(regulator))

    def of(self, organisation: Organisation) -> Self:
        """Those that an organisation is a party to."""
        return self.filter(Q(owner=organisation) | Q(intermediary=organisation))

    def live(self) -> Self:
        return self.exclude(state__in=ENDED_EARLY)

    def open(self) -> Self:
        """Those that somebody still has to do something for, before the rating."""
        return self.filter(state__in=OPEN)

    def unsigned(self) -> Self:
        return self.filter(state__in=UNSIGNED)

    def public(self) -> Self:
        """Those that the public knows of: signed ones, and those that the owner did not sign in time."""
        return self.filter(Q(signed_at__isnull=False) | Q(owner_defaulted_at__isnull=False))

    def completed(self) -> Self:
        return self.filter(state=ContractState.COMPLETED)

    def with_parties(self) -> Self:
        return self.select_related("owner", "intermediary", "award__work_request")


class DeliverableQuerySet(models.QuerySet):
    def pending(self) -> Self:
        return self.filter(outcome=DeliveryOutcome.PENDING)

    def for_a_regulator(self, at: datetime) -> Self:
        """Those that a regulator decides: unanswered past their time, or in dispute after a third return."""
        return self.filter(milestone__contract__state=ContractState.IN_SERVICE).filter(
            Q(outcome=DeliveryOutcome.PENDING, answer_due_at__lte=at)
            | Q(milestone__state=MilestoneState.DISPUTED, dispute_due_at__isnull=False, decision="")
        )
