"""Tokens for programs: made once, shown once, used within their scopes, ended by their day or by their owner."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import permissions
from ..choices import TokenScope
from ..models import Organisation, ProgramToken, User

#: Says to whoever finds one, and to what searches code for secrets, what it is.
MARK = "mingxuan_"
SHOWN = 12
LONGEST_DAYS = 366
MOST = 10


class UnableToMakeToken(DomainError):
    code = "unable-to-make-token"


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(token: ProgramToken, action: str, actor: User) -> None:
    after = {"token": token.pk, "start": token.start, "name": token.name, "scopes": token.scopes}
    audit.record(matter=f"organisation:{token.organisation_id}", action=action, actor=actor, after=after)


@transaction.atomic
def make_token(
    *, organisation_id: int, name: str, scopes: list[str], days: int, actor: User
) -> tuple[ProgramToken, str]:
    """
    A token and its secret, which is shown now and never again.

    :raises PermissionDenied: if the person may not do for the organisation what the scopes allow
    :raises UnableToMakeToken: for an unknown scope, too long a time, or beyond ten that are in force
    """
    organisation = Organisation.objects.locked().get(pk=organisation_id)
    require(permissions.can_make_token(actor, organisation, scopes))
    if not scopes or not set(scopes) <= set(TokenScope.values):
        raise UnableToMakeToken(_("Choose what the program may do."), {"scopes": _("Choose what the program may do.")})
    if not 1 <= days <= LONGEST_DAYS:
        raise UnableToMakeToken(
            _("A token works for a year at most."), {"days": _("A token works for a year at most.")}
        )
    if ProgramToken.objects.visible_to(actor).live(clock.now()).count() >= MOST:
        raise UnableToMakeToken(_("You have ten tokens in force. Revoke one that is no longer needed."))
    secret = MARK + secrets.token_urlsafe(32)
    token = ProgramToken.objects.create(
        user=actor,
        organisation=organisation,
        name=name,
        start=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=clock.now() + timedelta(days=days),
    )
    _record(token, "token_made", actor)
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: int, actor: User) -> None:
    """End a token of one's own at once; ending it again changes nothing."""
    token = ProgramToken.objects.visible_to(actor).select_for_update().get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        _record(token, "token_revoked", actor)


def use_token(*, secret: str, notes_the_day: bool) -> ProgramToken | None:
    """
    The token of a secret, where it is in force and its owner still belongs to the organisation.

    :param notes_the_day: whether the owner may read of this use on the page of their tokens
    """
    found = (
        ProgramToken.objects.live(clock.now())
        .select_related("user", "organisation")
        .filter(digest=digest_of(secret))
        .first()
    )
    if found is None or not found.user.is_active or not permissions.sees_for(found.user, found.organisation):
        return None
    if notes_the_day and found.last_used_on != clock.today():
        ProgramToken.objects.filter(pk=found.pk).update(last_used_on=clock.today())
    return found
