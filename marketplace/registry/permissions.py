from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import acts_for, is_regulator, sees_for
from marketplace.core.permissions import Decision, Remedy, no, yes

from .models import Intermediary, Registration, Suspension

#: What a page needs that is done for a firm.
REGISTER_FIRM = Remedy(_("Register a firm"), "registry:registration-start", frozenset({Organisation.Kind.INTERMEDIARY}))


def can_register(user: Any, organisation: Organisation) -> Decision:
    """Whether the person may register the organisation as an intermediary."""
    if organisation.kind != Organisation.Kind.INTERMEDIARY:
        return no(_("Only an organisation of the kind “intermediary” can register."))
    return acts_for(user, organisation)


def can_manage(user: Any, intermediary: Intermediary) -> Decision:
    """Whether the person may change what the firm files and offers."""
    return acts_for(user, intermediary.organisation)


def can_edit(user: Any, registration: Registration) -> Decision:
    """Whether the person may change the registration's draft now."""
    if not (decision := can_manage(user, registration.intermediary)):
        return decision
    if not registration.is_editable:
        return no(_("This registration has been filed and cannot be changed now."))
    return yes()


def _regulates(user: Any, intermediary: Intermediary) -> Decision:
    if not (decision := is_regulator(user)):
        return decision
    if sees_for(user, intermediary.organisation):
        return no(_("You belong to this firm, so someone else has to decide."))
    return yes()


def can_check(user: Any, registration: Registration) -> Decision:
    """Whether the person may check the registration: a regulator who does not belong to the firm."""
    return _regulates(user, registration.intermediary)


def can_propose_suspension(user: Any, intermediary: Intermediary) -> Decision:
    return _regulates(user, intermediary)


def can_decide_suspension(user: Any, suspension: Suspension) -> Decision:
    """Whether the person may decide: never who proposed it."""
    if not (decision := _regulates(user, suspension.intermediary)):
        return decision
    if suspension.proposed_by_id == user.pk:
        return no(_("You proposed this suspension, so someone else has to decide."))
    return yes()


def can_lift_suspension(user: Any, suspension: Suspension) -> Decision:
    return _regulates(user, suspension.intermediary)
