from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.permissions import Decision
from marketplace.core.web.following import following
from marketplace.core.web.operation import Operation

from .. import permissions, services
from ..forms import HolderFormSet, OrganisationForm
from ..http import MemberRequest
from ..middleware import SESSION_KEY
from ..models import Organisation
from .operation import OrganisationOperation


class ParticularsOperation(Operation):
    """What an enterprise states about itself, with its holders."""

    request: MemberRequest
    form_class = OrganisationForm

    @cached_property
    def holders(self) -> Any:
        # What is posted stands for itself: compared with the present rows, an unchanged one would count as empty.
        if self.request.method == "POST":
            return HolderFormSet(self.request.POST, prefix="holders")
        return HolderFormSet(prefix="holders", initial=self.present_holders())

    def present_holders(self) -> list[Any]:
        return []

    def is_valid(self, form: Any) -> bool:
        # Both are asked, so that every error shows at once.
        if not (form.is_valid() & self.holders.is_valid()):
            return False
        if bool(self.holders.holders()) == form.cleaned_data["has_no_holders"]:
            form.add_error("has_no_holders", _("Name the holders of 25 percent or more, or state that there is none."))
        return form.is_valid()

    def context(self) -> dict[str, Any]:
        return {"holders": self.holders, "following": following(self.request)}

    def place(self, result: Any) -> str:
        return following(self.request) or "accounts:organisation-detail"


class CreateOrganisation(ParticularsOperation):
    """Record an enterprise; whoever does becomes its administrator."""

    template_name = "accounts/organisation_create.html"

    def operate(self, form: Any) -> Organisation:
        organisation = services.create_organisation(
            actor=self.request.user,
            kind=Organisation.Kind.ENTERPRISE,
            particulars=form.particulars(),
            holders=self.holders.holders(),
        )
        self.request.session[SESSION_KEY] = organisation.pk
        return organisation

    def words(self, result: Organisation) -> str:
        return _("%(name)s is recorded, and you are its administrator.") % {"name": result}


class ChangeOrganisation(ParticularsOperation, OrganisationOperation):
    """Change what an enterprise states about itself."""

    template_name = "accounts/organisation_change.html"
    done = gettext_lazy("The particulars are changed.")

    def decision(self) -> Decision:
        return permissions.can_change_particulars(self.request.user, self.organisation)

    def present_holders(self) -> list[Any]:
        rows = self.organisation.holders.order_by("pk")
        return list(rows.values("name", "code", "share_percent", "is_state"))

    def form_arguments(self) -> dict[str, Any]:
        return {"instance": Organisation.objects.get(pk=self.organisation.pk)}

    def initial(self) -> dict[str, Any]:
        return {"has_no_holders": not self.present_holders()}

    def operate(self, form: Any) -> None:
        services.change_particulars(
            organisation_id=self.organisation.pk,
            actor=self.request.user,
            particulars=form.particulars(),
            holders=self.holders.holders(),
        )


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
