from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock, outbox
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import permissions
from ..console import sync_console_access
from ..models import Invitation, Membership, MembershipChange, Organisation, User, invitation_token

INVITATION_MAIL = "accounts.mail_invitation"
INVITATION_LASTS = timedelta(days=7)


class UnableToInvite(DomainError):
    code = "unable-to-invite"


class UnableToAccept(DomainError):
    code = "unable-to-accept"


class UnableToChangeMember(DomainError):
    code = "unable-to-change-member"


def _record(organisation: Organisation, action: str, actor: User | None, before: Any = None, after: Any = None) -> None:
    audit.record(matter=f"organisation:{organisation.pk}", action=action, actor=actor, before=before, after=after)


def _state_of(membership: Membership) -> dict[str, Any]:
    return {"user": membership.user_id, "role": membership.role, "is_active": membership.is_active}


def _locked(organisation_id: int, actor: User) -> Organisation:
    # The organisation is the parent row: two administrators who remove each other queue here.
    organisation = Organisation.objects.locked().get(pk=organisation_id)
    require(permissions.administers(actor, organisation))
    return organisation


@transaction.atomic
def add_member(*, organisation: Organisation, user: User, role: str, actor: User | None = None) -> Membership:
    """Make a person a member, or give a former one their place back with this role."""
    Organisation.objects.locked().get(pk=organisation.pk)
    returns = Membership.objects.filter(organisation=organisation, user=user, is_active=False).exists()
    membership, _created = Membership.objects.update_or_create(
        organisation=organisation, user=user, defaults={"role": role, "is_active": True}
    )
    if returns:
        _record_turn(membership)
    _record(organisation, "member added", actor, after=_state_of(membership))
    sync_console_access(user)
    return membership


@transaction.atomic
def invite_member(*, organisation_id: int, email: str, role: str, actor: User) -> Invitation:
    """
    Invite a person by e-mail; the link holds for 7 days.

    :raises Refused: where the actor is no administrator
    :raises UnableToInvite: where the person is a member, was one, or is invited already
    """
    organisation = _locked(organisation_id, actor)
    email = email.strip().lower()
    membership = organisation.memberships.filter(user__email=email).first()
    if membership is not None and (membership.is_active or not _belongs_elsewhere(membership)):
        message = (
            _("%(email)s is a member already.")
            if membership.is_active
            else _("%(email)s was a member; let them in again in the list of members.")
        ) % {"email": email}
        raise UnableToInvite(message, {"email": message})
    invitation = Invitation(
        organisation=organisation, email=email, role=role, invited_by=actor, expires_at=clock.now() + INVITATION_LASTS
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        message = _("%(email)s is invited already; send the invitation again instead.") % {"email": email}
        raise UnableToInvite(message, {"email": message}) from None
    _record(organisation, "member invited", actor, after={"email": email, "role": role})
    outbox.schedule(INVITATION_MAIL, str(invitation.pk), clock.now())
    return invitation


@transaction.atomic
def resend_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """
    Send an invitation again, with a new link for another 7 days; the earlier link ends.

    :raises UnableToInvite: where it has been accepted or withdrawn
    """
    invitation = _open_invitation(invitation_id, actor)
    invitation.token = invitation_token()
    invitation.expires_at = clock.now() + INVITATION_LASTS
    invitation.save(update_fields=["token", "expires_at"])
    _record(invitation.organisation, "invitation sent again", actor, after={"email": invitation.email})
    outbox.schedule(INVITATION_MAIL, str(invitation.pk), clock.now())
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """
    End an invitation, so that its link works no more.

    :raises UnableToInvite: where it has been accepted or withdrawn
    """
    invitation = _open_invitation(invitation_id, actor)
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    _record(invitation.organisation, "invitation withdrawn", actor, after={"email": invitation.email})
    outbox.cancel(INVITATION_MAIL, str(invitation.pk))
    return invitation


def _open_invitation(invitation_id: int, actor: User) -> Invitation:
    invitation = Invitation.objects.get(pk=invitation_id)
    invitation.organisation = _locked(invitation.organisation_id, actor)
    invitation.refresh_from_db(fields=["accepted_at", "withdrawn_at"])
    if invitation.accepted_at:
        raise UnableToInvite(_("The invitation has been accepted already."))
    if invitation.withdrawn_at:
        raise UnableToInvite(_("The invitation has been withdrawn already."))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, actor: User) -> Membership:
    """
    Join the organisation that invited the actor's e-mail address.

    :raises UnableToAccept: with another address, or where the link was used, has expired or was withdrawn
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(token=token)
    acceptable = permissions.can_accept(actor, invitation)
    if not acceptable:
        raise UnableToAccept(acceptable.reason)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    return add_member(organisation=invitation.organisation, user=actor, role=invitation.role, actor=actor)


@transaction.atomic
def change_role(*, membership_id: int, role: str, actor: User) -> Membership:
    """
    Change what a member may do.

    :raises Refused: where the actor is no administrator
    :raises UnableToChangeMember: where nobody would be left to administer
    """
    membership = _locked_membership(membership_id, actor)
    if role != Membership.Role.ADMINISTRATOR:
        _require_another_administrator(membership)
    return _change(membership, "role changed", actor, role=role)


@transaction.atomic
def deactivate_member(*, membership_id: int, actor: User) -> Membership:
    """
    Take a member's access; what they did stays theirs.

    :raises Refused: where the actor is no administrator
    :raises UnableToChangeMember: where nobody would be left to administer
    """
    membership = _locked_membership(membership_id, actor)
    _require_another_administrator(membership)
    return _change(membership, "member deactivated", actor, is_active=False)


@transaction.atomic
def reactivate_member(*, membership_id: int, actor: User) -> Membership:
    """
    Give a former member their access back, in the role that they had.

    :raises Refused: where the actor is no administrator
    :raises UnableToChangeMember: where the person acts for another organisation now, and has to say so themself
    """
    membership = _locked_membership(membership_id, actor)
    if _belongs_elsewhere(membership):
        # A person acts in a request for one party: nobody makes them the owner's, and so their firm's bid void.
        raise UnableToChangeMember(
            _("%(name)s belongs to another organisation now. Invite them again, so that they decide themselves.")
            % {"name": membership.user}
        )
    return _change(membership, "member reactivated", actor, is_active=True)


def _belongs_elsewhere(membership: Membership) -> bool:
    return Membership.objects.of(membership.user).exclude(organisation=membership.organisation_id).exists()


def _record_turn(membership: Membership) -> None:
    MembershipChange.objects.create(
        membership=membership, is_active=membership.is_active, recorded_at=clock.database_now()
    )


def _locked_membership(membership_id: int, actor: User) -> Membership:
    membership = Membership.objects.select_related("user").get(pk=membership_id)
    membership.organisation = _locked(membership.organisation_id, actor)
    membership.refresh_from_db(fields=["role", "is_active"])
    return membership


def _require_another_administrator(membership: Membership) -> None:
    others = Membership.objects.administrators().filter(organisation=membership.organisation).exclude(pk=membership.pk)
    if not others.exists():
        raise UnableToChangeMember(
            _("%(name)s is the only administrator. Make another member administrator first.")
            % {"name": membership.user}
        )


def _change(membership: Membership, action: str, actor: User, **values: Any) -> Membership:
    before = _state_of(membership)
    for field, value in values.items():
        setattr(membership, field, value)
    membership.save(update_fields=list(values))
    if before["is_active"] != membership.is_active:
        _record_turn(membership)
    _record(membership.organisation, action, actor, before=before, after=_state_of(membership))
    sync_console_access(membership.user)
    return membership
