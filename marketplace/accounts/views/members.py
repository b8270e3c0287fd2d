"""Who belongs to an organisation: invited, let in, given another role, let go."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.permissions import Decision
from marketplace.core.web.operation import Operation

from .. import permissions, services
from ..forms import InvitationForm, RoleForm
from ..http import MemberRequest
from ..middleware import SESSION_KEY
from ..models import Invitation, Membership
from .operation import MembersPress, OrganisationOperation


class InviteMember(OrganisationOperation):
    """Invite a person by e-mail."""

    template_name = "accounts/invitation_create.html"
    form_class = InvitationForm

    def decision(self) -> Decision:
        return permissions.administers(self.request.user, self.organisation)

    def operate(self, form: Any) -> Invitation:
        return services.invite_member(
            organisation_id=self.organisation.pk, actor=self.request.user, **form.cleaned_data
        )

    def words(self, result: Invitation) -> str:
        return _("An invitation is on its way to %(email)s.") % {"email": result.email}

    def context(self) -> dict[str, Any]:
        return {"organisation": self.organisation, "workbench_tab": "accounts:organisation-detail"}


class MemberPress(MembersPress):
    """A button beside a member."""

    subject: Membership

    def visible(self) -> QuerySet[Membership]:
        return Membership.objects.visible_to(self.request.user).select_related("user")


class ChangeRole(MemberPress):
    form_class = RoleForm
    done = gettext_lazy("The role is changed.")

    def operate(self, form: Any) -> None:
        services.change_role(membership_id=self.subject.pk, role=form.cleaned_data["role"], actor=self.request.user)


class DeactivateMember(MemberPress):
    def operate(self, form: Any) -> None:
        services.deactivate_member(membership_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("%(name)s has no access any more.") % {"name": self.subject.user}


class ReactivateMember(MemberPress):
    def operate(self, form: Any) -> None:
        services.reactivate_member(membership_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("%(name)s has access again.") % {"name": self.subject.user}


class InvitationPress(MembersPress):
    """A button beside an invitation."""

    subject: Invitation

    def visible(self) -> QuerySet[Invitation]:
        return Invitation.objects.visible_to(self.request.user)


class ResendInvitation(InvitationPress):
    def operate(self, form: Any) -> None:
        services.resend_invitation(invitation_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("The invitation to %(email)s is sent again, with a new link.") % {"email": self.subject.email}


class WithdrawInvitation(InvitationPress):
    def operate(self, form: Any) -> None:
        services.withdraw_invitation(invitation_id=self.subject.pk, actor=self.request.user)

    def words(self, result: Any) -> str:
        return _("The invitation to %(email)s is withdrawn.") % {"email": self.subject.email}


class AcceptInvitation(Operation):
    """The page behind an invitation's link: who invites to what, and the button to join; or why one cannot."""

    request: MemberRequest
    subject: Invitation

    def visible(self) -> QuerySet[Invitation]:
        return Invitation.objects.select_related("organisation", "invited_by")

    def operate(self, form: Any) -> Membership:
        membership = services.accept_invitation(token=self.subject.token, actor=self.request.user)
        self.request.session[SESSION_KEY] = membership.organisation_id
        return membership

    def words(self, result: Membership) -> str:
        return _("You are now a member of %(name)s.") % {"name": self.subject.organisation}

    def place(self, result: Any) -> str:
        return "accounts:workbench"

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        acceptable = permissions.can_accept(self.request.user, self.subject)
        if acceptable:
            return render(self.request, "accounts/invitation_accept.html", {"invitation": self.subject}, status=status)
        return render(self.request, "accounts/invitation_refused.html", {"reason": acceptable.reason}, status=409)
