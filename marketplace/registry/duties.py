"""What waits for firms and regulators in the registry, and a firm's registrations as its matters."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.core import calendar, clock
from marketplace.core.additions import duties
from marketplace.core.additions.duties import Duty, Matter

from .models import Qualification, Registration, Suspension
from .models.particulars import EXPIRING_DAYS
from .policy import RegistryPolicy
from .states import EDITABLE, ON_THE_LIST, RegistrationState

#: How far along a registration is in each state.
STAGES: dict[str, int] = {
    RegistrationState.DRAFT: 0,
    RegistrationState.RETURNED: 0,
    RegistrationState.FILED: 1,
    RegistrationState.PASSED: 2,
}


@duties.provider
def registrations_to_check(user: Any, organisation: Any) -> Iterable[Duty]:
    """Filed registrations and proposed suspensions, for an authority's people."""
    if organisation.kind != Organisation.Kind.AUTHORITY:
        return
    filed = Registration.objects.filed().exclude(intermediary__organisation__memberships__user=user)
    for registration in filed.select_related("intermediary__organisation").order_by("due_at"):
        yield Duty(
            title=_("Check the registration"),
            object_label=registration.number,
            url=reverse("registry_console:registration-check", args=[registration.number]),
            action_label=pgettext_lazy("registration", "Check"),
            started_at=registration.filed_at,
            due_at=registration.due_at,
            counterpart=str(registration.intermediary),
        )
    days = RegistryPolicy.current().suspension_decision_days
    proposed = Suspension.objects.undecided().exclude(proposed_by=user)
    for suspension in proposed.select_related("intermediary__organisation"):
        yield Duty(
            title=_("Decide the suspension"),
            object_label=str(suspension.intermediary),
            url=reverse("registry_console:suspension-decide", args=[suspension.pk]),
            action_label=_("Decide"),
            started_at=suspension.proposed_at,
            due_at=calendar.due_within(suspension.proposed_at, days),
        )


@duties.provider
def own_registrations(user: Any, organisation: Any) -> Iterable[Duty]:
    """A firm's drafts and returned registrations."""
    if organisation.kind != Organisation.Kind.INTERMEDIARY:
        return
    registrations = Registration.objects.filter(intermediary__organisation=organisation, state__in=EDITABLE)
    for registration in registrations:
        returned = registration.state == Registration.State.RETURNED
        yield Duty(
            title=_("Correct the registration and file it again")
            if returned
            else _("Finish and file the registration"),
            object_label=registration.number,
            url=registration.get_absolute_url(),
            action_label=_("Correct") if returned else _("Go on"),
        )


@duties.provider
def expiring_qualifications(user: Any, organisation: Any) -> Iterable[Duty]:
    """A listed firm's certificates that expire within 30 days, or have expired."""
    if organisation.kind != Organisation.Kind.INTERMEDIARY:
        return
    soon = clock.today() + timedelta(days=EXPIRING_DAYS)
    rows = (
        Qualification.objects.current()
        .filter(
            intermediary__organisation=organisation,
            intermediary__status__in=ON_THE_LIST,
            valid_to__lte=soon,
        )
        .exclude(qualification_type__ended_on__lt=clock.today())
    )
    for row in rows.select_related("qualification_type"):
        yield Duty(
            title=_("Renew the qualification"),
            object_label=f"{row.qualification_type.name} {row.number}",
            url=reverse("registry:record-detail"),
            action_label=_("Renew"),
            started_at=calendar.end_of_day(row.valid_to - timedelta(days=EXPIRING_DAYS + 1)),
            due_at=calendar.end_of_day(row.valid_to),
        )


@duties.matters
def registrations(user: Any, organisation: Any) -> Iterable[Matter]:
    """A firm's registrations and changes of particulars."""
    if organisation.kind != Organisation.Kind.INTERMEDIARY:
        return
    rows = Registration.objects.filter(intermediary__organisation=organisation, state__in=STAGES)
    for row in rows:
        yield Matter(
            title=str(row.get_kind_display()),
            number=row.number,
            url=row.get_absolute_url(),
            stage=row.get_state_display(),
            stage_index=STAGES[row.state],
            stage_count=3,
            next_step=_("Decision of the authority") if row.state == Registration.State.FILED else "",
            next_at=row.due_at if row.state == Registration.State.FILED else None,
            is_counted=True,
            finished_at=row.decided_at if row.state == Registration.State.PASSED else None,
        )
