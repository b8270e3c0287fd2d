from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import permissions, services
from ..forms import InvitationForm, RoleForm
from ..http import MemberRequest
from ..middleware import SESSION_KEY
from ..models import Invitation, Membership
from ..services.members import require_acceptable


def _attempt(request: MemberRequest, done: str, operation: Callable[..., Any], **arguments: Any) -> HttpResponse:
    """Do one operation on the members, and say on their page what came of it."""
    try:
        operation(actor=request.user, **arguments)
    except DomainError as failure:
        messages.error(request, str(failure))
    else:
        messages.success(request, done)
    return redirect("accounts:organisation-detail")


@login_required
def invite_member(request: MemberRequest) -> HttpResponse:
    """Invite a person by e-mail."""
    organisation = request.organisation
    if not organisation:
        return redirect("accounts:workbench")
    require(permissions.administers(request.user, organisation))
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            services.invite_member(organisation_id=organisation.pk, actor=request.user, **form.cleaned_data)
        except DomainError as failure:
            form.add_error("email", str(failure))
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("accounts:organisation-detail")
    status = 422 if form.is_bound else 200
    context = {"form": form, "organisation": organisation, "workbench_tab": "accounts:organisation-detail"}
    return render(request, "accounts/invitation_create.html", context, status=status)


@login_required
@require_POST
def change_role(request: MemberRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("accounts:organisation-detail")
    return _attempt(
        request,
        _("The role is changed."),
        services.change_role,
        membership_id=membership.pk,
        role=form.cleaned_data["role"],
    )


@login_required
@require_POST
def deactivate_member(request: MemberRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.visible_to(request.user).select_related("user"), pk=pk)
    done = _("%(name)s has no access any more.") % {"name": membership.user}
    return _attempt(request, done, services.deactivate_member, membership_id=membership.pk)


@login_required
@require_POST
def reactivate_member(request: MemberRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.visible_to(request.user).select_related("user"), pk=pk)
    done = _("%(name)s has access again.") % {"name": membership.user}
    return _attempt(request, done, services.reactivate_member, membership_id=membership.pk)


@login_required
@require_POST
def resend_invitation(request: MemberRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    done = _("The invitation to %(email)s is sent again, with a new link.") % {"email": invitation.email}
    return _attempt(request, done, services.resend_invitation, invitation_id=invitation.pk)


@login_required
@require_POST
def withdraw_invitation(request: MemberRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    done = _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email}
    return _attempt(request, done, services.withdraw_invitation, invitation_id=invitation.pk)


@login_required
def accept_invitation(request: MemberRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link: who invites to what, and the button to join."""
    invitation = get_object_or_404(Invitation.objects.select_related("organisation", "invited_by"), token=token)
    try:
        if request.method == "POST":
            membership = services.accept_invitation(token=token, actor=request.user)
            request.session[SESSION_KEY] = membership.organisation_id
            messages.success(request, _("You are now a member of %(name)s.") % {"name": invitation.organisation})
            return redirect("accounts:workbench")
        require_acceptable(invitation, request.user)
    except services.UnableToAccept as failure:
        return render(request, "accounts/invitation_refused.html", {"failure": failure}, status=failure.status)
    return render(request, "accounts/invitation_accept.html", {"invitation": invitation})
