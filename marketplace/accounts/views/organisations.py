from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..forms import BaseHolderFormSet, HolderFormSet, OrganisationForm
from ..http import MemberRequest
from ..middleware import SESSION_KEY
from ..models import Organisation


@login_required
def create_organisation(request: MemberRequest) -> HttpResponse:
    """Record an enterprise; whoever does becomes its administrator."""

    def write(form: OrganisationForm, holders: BaseHolderFormSet) -> Organisation:
        organisation = services.create_organisation(
            actor=request.user,
            kind=Organisation.Kind.ENTERPRISE,
            particulars=form.particulars(),
            holders=holders.holders(),
        )
        request.session[SESSION_KEY] = organisation.pk
        messages.success(request, _("%(name)s is recorded, and you are its administrator.") % {"name": organisation})
        return organisation

    form = OrganisationForm(request.POST or None)
    return _edit(request, form, HolderFormSet(request.POST or None, prefix="holders"), write, "organisation_create")


@login_required
def change_organisation(request: MemberRequest) -> HttpResponse:
    """Change what an enterprise states about itself."""
    organisation = request.organisation
    if not organisation:
        return redirect("accounts:workbench")
    require(permissions.can_change_particulars(request.user, organisation))

    def write(form: OrganisationForm, holders: BaseHolderFormSet) -> Organisation:
        services.change_particulars(
            organisation_id=organisation.pk,
            actor=request.user,
            particulars=form.particulars(),
            holders=holders.holders(),
        )
        messages.success(request, _("The particulars are changed."))
        return organisation

    present = list(organisation.holders.order_by("pk").values("name", "code", "share_percent", "is_state"))
    form = OrganisationForm(
        request.POST or None,
        instance=Organisation.objects.get(pk=organisation.pk),
        initial={"has_no_holders": not present},
    )
    # What is posted stands for itself: compared with the present rows, an unchanged one would count as empty.
    holders = HolderFormSet(request.POST or None, prefix="holders", initial=None if request.POST else present)
    return _edit(request, form, holders, write, "organisation_change")


def _edit(
    request: MemberRequest,
    form: OrganisationForm,
    holders: Any,
    write: Callable[[OrganisationForm, Any], Organisation],
    template: str,
) -> HttpResponse:
    # Both are asked, so that every error shows at once.
    if form.is_valid() & holders.is_valid():
        if bool(holders.holders()) == form.cleaned_data["has_no_holders"]:
            form.add_error("has_no_holders", _("Name the holders of 25 percent or more, or state that there is none."))
        else:
            try:
                write(form, holders)
            except DomainError as failure:
                add_failure(form, failure)
            else:
                return redirect("accounts:organisation-detail")
    status = 422 if form.is_bound else 200
    return render(request, f"accounts/{template}.html", {"form": form, "holders": holders}, status=status)


@login_required
def organisation_detail(request: MemberRequest) -> HttpResponse:
    """The organisation's particulars and its people, for its members."""
    organisation = request.organisation
    if not organisation:
        return redirect("accounts:workbench")
    context = {
        "organisation": organisation,
        "holders": organisation.holders.order_by("-share_percent", "pk"),
        "can_change": permissions.can_change_particulars(request.user, organisation),
        "can_administer": permissions.administers(request.user, organisation),
        "memberships": organisation.memberships.select_related("user").order_by("-is_active", "pk"),
        "invitations": organisation.invitations.open().select_related("invited_by"),
    }
    return render(request, "accounts/organisation_detail.html", context)
