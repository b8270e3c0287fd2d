"""What the registry tells a firm; each member reads it in their own language."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.notices import notify, settle_matter
from marketplace.core.additions.recounting import BODY, SUBJECT, Moved
from marketplace.ui.templatetags.market import day, near

from .models import Intermediary, Registration, Suspension


class _Lazily:
    """A date that is written when its reader's language is active."""

    def __init__(self, write: Callable[[Any], str], value: Any) -> None:
        self.write, self.value = write, value

    def __str__(self) -> str:
        return self.write(self.value)


def filed(registration: Registration) -> None:
    settle_matter(registration.audit_matter)
    notify(
        organisation=registration.intermediary.organisation,
        subject=_("%(number)s has been filed"),
        body=_("The authority checks it by %(due)s."),
        params={"number": registration.number, "due": _Lazily(near, registration.due_at)},
        url=registration.get_absolute_url(),
        key=f"{registration.audit_matter}:filed:{registration.round}",
    )


def check_moved(registration: Registration, moved: Moved) -> None:
    notify(
        organisation=registration.intermediary.organisation,
        subject=SUBJECT,
        body=BODY,
        params={
            "number": registration.number,
            "title": registration.get_kind_display(),
            "what": _("the time for checking the registration"),
            **moved.params,
        },
        url=registration.get_absolute_url(),
        key=f"{registration.audit_matter}:{moved.occasion}",
    )


def passed(registration: Registration) -> None:
    first = registration.kind == Registration.Kind.INITIAL
    notify(
        organisation=registration.intermediary.organisation,
        subject=_("%(number)s has passed its check"),
        body=_("The firm is listed and can bid from now on.") if first else _("The change is in effect."),
        params={"number": registration.number},
        url=registration.intermediary.get_absolute_url(),
        key=f"{registration.audit_matter}:passed",
    )


def returned(registration: Registration, reasons: list[str]) -> None:
    notify(
        organisation=registration.intermediary.organisation,
        subject=_("%(number)s has been returned"),
        body=_("Correct these points and file again:\n%(reasons)s"),
        params={"number": registration.number, "reasons": "\n".join(f"· {reason}" for reason in reasons)},
        url=registration.get_absolute_url(),
        key=f"{registration.audit_matter}:returned:{registration.round}",
        turn=f"{registration.audit_matter}:returned",
    )


def suspended(suspension: Suspension) -> None:
    notify(
        organisation=suspension.intermediary.organisation,
        subject=_("The firm is suspended from %(day)s"),
        body=_("Reason: %(reason)s"),
        params={"day": _Lazily(day, suspension.effective_on), "reason": suspension.reason},
        url=suspension.intermediary.get_absolute_url(),
        key=f"suspension:{suspension.pk}:decided",
    )


def readmitted(suspension: Suspension) -> None:
    notify(
        organisation=suspension.intermediary.organisation,
        subject=_("The suspension ends on %(day)s"),
        body=_("From that day the firm can bid again."),
        params={"day": _Lazily(day, suspension.lifted_on)},
        url=suspension.intermediary.get_absolute_url(),
        key=f"suspension:{suspension.pk}:lifted",
    )


def left(intermediary: Intermediary) -> None:
    notify(
        organisation=intermediary.organisation,
        subject=_("The firm has left the market"),
        body=_("Its record stays public as closed."),
        url=reverse("accounts:workbench"),
        key=f"intermediary:{intermediary.pk}:left",
    )
