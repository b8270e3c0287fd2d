from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.db.models.signals import pre_save
from django.dispatch import receiver

from marketplace.core.clock import SHANGHAI

from .models import User

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
        day = came_at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        setattr(instance, NOTED[sender], day)
