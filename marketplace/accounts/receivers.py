"""What follows in this app from what happens elsewhere: what libraries note, and news of the market itself."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.core.events import receives
from marketplace.core.running.clock_watch import ClockDistrusted, Problem

from .models import Organisation, User
from .notices import notify

#: Where the libraries note when somebody came.
NOTED = {User: "last_login", Authenticator: "last_used_at"}


@receiver(pre_save, sender=User)
@receiver(pre_save, sender=Authenticator)
def keep_no_more_than_the_day(sender: type[Model], instance: Any, **_: Any) -> None:
    """
    Note the day of a sign-in, never its minute.

    Who reads the database would hold the minute against the arrival of a nameless filing.
    """
    if came_at := getattr(instance, NOTED[sender]):
        day = came_at.astimezone(clock.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        setattr(instance, NOTED[sender], day)


SUBJECTS = {
    Problem.AHEAD: _("The clock of %(machine)s jumped ahead: openings wait for you"),
    Problem.DISAGREES: _("The clocks of %(machine)s and of the database differ: openings wait"),
    Problem.BACK: _("The clock of %(machine)s went back"),
}
BODY = _(
    "It showed %(shown)s where %(expected)s was expected. Put it right, or confirm it on the console's state page; "
    "what cannot be taken back waits where it jumped ahead."
)


@receives(ClockDistrusted)
def clock_distrusted(event: ClockDistrusted) -> None:
    for operator in Organisation.objects.filter(kind=Organisation.Kind.OPERATOR):
        notify(
            organisation=operator,
            subject=SUBJECTS[Problem(event.problem)],
            body=BODY,
            url=reverse("accounts_console:state"),
            key=f"clock:{event.machine}:{event.problem}:{event.since}",
            params={"machine": event.machine, "shown": _moment(event.shown), "expected": _moment(event.expected)},
        )


def _moment(text: str) -> str:
    return clock.written(datetime.fromisoformat(text))
