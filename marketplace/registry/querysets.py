from datetime import date, datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from marketplace.accounts.choices import OrganisationKind
from marketplace.accounts.models import Membership
from marketplace.core import clock

from .states import ON_THE_LIST, OPEN_REGISTRATION, PUBLIC, PUBLIC_SUSPENSION, RegistrationState, SuspensionState


class SuspensionQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        """Those in force on a day (Asia/Shanghai): from the day they take effect to the day before they are lifted."""
        return self.filter(effective_on__lte=on).filter(Q(lifted_on=None) | Q(lifted_on__gt=on))

    def undecided(self) -> Self:
        return self.filter(state=SuspensionState.PROPOSED)

    def public(self) -> Self:
        """Those that took effect once, whether or not they still do."""
        return self.filter(state__in=PUBLIC_SUSPENSION)


class IntermediaryQuerySet(models.QuerySet):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def with_suspension(self, on: date | None = None) -> Self:
        """Adds `is_suspended_now`: whether a suspension is in force on the day, whatever a job has done yet."""
        suspensions: SuspensionQuerySet = SuspensionQuerySet(apps.get_model("registry", "Suspension"))
        running = suspensions.in_force(on or clock.today()).filter(intermediary=OuterRef("pk"))
        return self.annotate(is_suspended_now=Exists(running))

    def listed(self, on: date | None = None) -> Self:
        """Those that may be chosen: listed, and no suspension in force on the day (today)."""
        return self.filter(status__in=ON_THE_LIST).with_suspension(on).filter(is_suspended_now=False)

    def on_the_list(self) -> Self:
        """Listed ones, with a mark on those that are suspended now."""
        return self.filter(status__in=ON_THE_LIST).with_suspension()

    def public(self) -> Self:
        """Those whose record is open: listed, suspended, or closed."""
        return self.filter(status__in=PUBLIC)

    def visible_to(self, user: Any) -> Self:
        """The public record; regulators and the firm's own people also see what is not listed yet."""
        if not user.is_authenticated:
            return self.public()
        return self.filter(
            Q(status__in=PUBLIC) | Q(organisation__in=_organisations_of(user)) | Q(Exists(_regulator_memberships(user)))
        )

    def with_standing(self) -> Self:
        """With what a card shows of the organisation and its credit, in the same query."""
        return self.select_related("organisation__district", "organisation__standing")


class RegistrationQuerySet(models.QuerySet):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_REGISTRATION)

    def filed(self) -> Self:
        return self.filter(state=RegistrationState.FILED)

    def visible_to(self, user: Any) -> Self:
        """The firm's own people see theirs, regulators what has been filed."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(intermediary__organisation__in=_organisations_of(user))
            | Q(Exists(_regulator_memberships(user)), filed_at__isnull=False)
        )


class RecordedQuerySet(models.QuerySet):
    """Rows of a firm's verified record: each stands from when it was recorded until it was withdrawn."""

    def current(self) -> Self:
        return self.filter(withdrawn_at=None)

    def recorded_at(self, at: datetime) -> Self:
        """What stood in the record at an instant, however it was changed later."""
        return self.filter(recorded_at__lte=at).filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))


class OfferQuerySet(models.QuerySet):
    def of_listed(self, on: date | None = None) -> Self:
        """Offers of firms that may be chosen."""
        firms: IntermediaryQuerySet = IntermediaryQuerySet(apps.get_model("registry", "Intermediary"))
        return self.filter(intermediary__in=firms.listed(on))

    def by_price(self) -> Self:
        return self.order_by("pricing", F("amount"))


def _organisations_of(user: Any) -> models.QuerySet:
    return Membership.objects.of(user).values("organisation")


def _regulator_memberships(user: Any) -> models.QuerySet:
    return Membership.objects.acting().filter(user=user, organisation__kind=OrganisationKind.AUTHORITY)
