from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.permissions import is_regulator
from marketplace.core.permissions import Decision, no, yes

from .models import ConductEvent


def can_propose_event(user: Any) -> Decision:
    """Whether the person may propose a credit event."""
    return is_regulator(user)


def can_decide_event(user: Any, event: ConductEvent) -> Decision:
    """Whether the person may decide this event: a regulator, never the one who proposed it."""
    if not (decision := is_regulator(user)):
        return decision
    if event.proposed_by_id == user.pk:
        return no(_("You proposed this event, so another person decides it."))
    if event.decision:
        return no(_("This event is decided already."))
    return yes()
