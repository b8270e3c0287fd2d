from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from marketplace.core.permissions import Decision, Remedy, no, yes

from .choices import TokenScope
from .models import Invitation, Membership, Organisation, User
from .querysets import MembershipQuerySet

Person = User | AnonymousUser

#: What a page needs that is done for an enterprise.
RECORD_ENTERPRISE = Remedy(
    _("Record an enterprise"),
    "accounts:organisation-create",
    frozenset({Organisation.Kind.ENTERPRISE, Organisation.Kind.AUTHORITY}),
)


def _memberships(user: Person) -> MembershipQuerySet:
    return Membership.objects.none() if user.pk is None else Membership.objects.of(user)


def acts_for(user: Person, organisation: Organisation) -> Decision:
    """Whether the person may act for the organisation: an active administrator or handler of it."""
    if _memberships(user).acting().filter(organisation=organisation).exists():
        return yes()
    return no(_("Only an administrator or handler of %(organisation)s can do this.") % {"organisation": organisation})


def sees_for(user: Person, organisation: Organisation) -> Decision:
    """Whether the person belongs to the organisation, readers included."""
    if _memberships(user).filter(organisation=organisation).exists():
        return yes()
    return no(_("Only members of %(organisation)s can see this.") % {"organisation": organisation})


def administers(user: Person, organisation: Organisation) -> Decision:
    """Whether the person may manage the organisation's members."""
    if _memberships(user).administrators().filter(organisation=organisation).exists():
        return yes()
    return no(_("Only an administrator of %(organisation)s can do this.") % {"organisation": organisation})


def _acts_in(user: Person, kind: str, reason: Any) -> Decision:
    if user.pk is not None and kind in user.acting_kinds:
        return yes()
    return no(reason)


def is_regulator(user: Person) -> Decision:
    """Whether the person acts for an authority."""
    return _acts_in(user, Organisation.Kind.AUTHORITY, _("Only a regulator can do this."))


def is_operator(user: Person) -> Decision:
    """Whether the person acts for the market operator."""
    return _acts_in(user, Organisation.Kind.OPERATOR, _("Only the market operator can do this."))


def can_create(user: Person, kind: str) -> Decision:
    """Whether the person may record an organisation of this kind; public bodies are set up with the market."""
    if not user.is_authenticated or not user.is_active:
        return no(_("Sign in first."))
    if kind in (Organisation.Kind.ENTERPRISE, Organisation.Kind.INTERMEDIARY):
        return yes()
    return no(_("Authorities and the market operator are set up with the market, not here."))


def can_change_particulars(user: Person, organisation: Organisation) -> Decision:
    """Whether the person may change the particulars at once: those of an enterprise that they administer."""
    if organisation.kind == Organisation.Kind.INTERMEDIARY:
        return no(
            _("A change of an intermediary's particulars takes effect after its check; file a change of registration.")
        )
    if organisation.kind != Organisation.Kind.ENTERPRISE:
        return no(_("The particulars of a public body are kept by the market operator."))
    return administers(user, organisation)


def can_accept(user: Person, invitation: Invitation) -> Decision:
    """Whether the person may join by this invitation now, or why not and what to do."""
    if invitation.accepted_at:
        return no(_("This invitation has been used already."))
    if invitation.withdrawn_at:
        return no(_("This invitation was withdrawn. Ask an administrator for a new one."))
    if invitation.has_expired:
        return no(_("This invitation has expired. Ask an administrator to send it again."))
    if not isinstance(user, User) or invitation.email.lower() != user.email.lower():
        return no(
            _("The invitation is for %(invited)s; you are signed in as %(email)s. Sign in with the invited address.")
            % {"invited": invitation.email, "email": getattr(user, "email", "")}
        )
    return yes()


def can_make_token(user: Person, organisation: Organisation, scopes: Iterable[str] = ()) -> Decision:
    """Whether the person may let a program do this for the organisation: no more than they may do themselves."""
    return acts_for(user, organisation) if TokenScope.BIDS in scopes else sees_for(user, organisation)


def can_enter_console(user: Person) -> Decision:
    """Whether the person gets into the console."""
    if user.is_active and user.has_perm("wagtailadmin.access_admin"):
        return yes()
    return no(_("The console is for the people of authorities and of the market operator."))
