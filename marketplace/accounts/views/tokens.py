"""The tokens that a person has given to programs."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy

from marketplace.core.permissions import Decision
from marketplace.core.web.operation import Press

from .. import permissions, services
from ..forms import TokenForm
from ..http import MemberRequest
from ..models import ProgramToken
from .operation import OrganisationOperation

#: Where a new token waits for its one showing; what a session holds is sealed.
MADE = "token_made"
asked_again = method_decorator(reauthentication_required, name="dispatch")


@login_required
def token_list(request: MemberRequest) -> HttpResponse:
    """A person's tokens, and a new one's secret, once."""
    tokens = ProgramToken.objects.visible_to(request.user).select_related("organisation")
    context = {"tokens": tokens, "secret": request.session.pop(MADE, None)}
    return render(request, "accounts/token_list.html", context)


@asked_again
class MakeToken(OrganisationOperation):
    template_name = "accounts/token_create.html"
    form_class = TokenForm

    def decision(self) -> Decision:
        return permissions.can_make_token(self.request.user, self.organisation)

    def operate(self, form: Any) -> str:
        _token, secret = services.make_token(
            organisation_id=self.organisation.pk, actor=self.request.user, **form.cleaned_data
        )
        return secret

    def respond(self, result: str) -> HttpResponse:
        self.request.session[MADE] = result
        return redirect("accounts:token-list")

    def context(self) -> dict[str, Any]:
        return {"organisation": self.organisation}


@asked_again
class RevokeToken(Press):
    request: MemberRequest
    subject: ProgramToken
    done = gettext_lazy("The token is revoked. Programs that use it are refused from now on.")

    def visible(self) -> QuerySet[ProgramToken]:
        return ProgramToken.objects.visible_to(self.request.user)

    def operate(self, form: Any) -> None:
        services.revoke_token(token_id=self.subject.pk, actor=self.request.user)

    def place(self, result: Any) -> str:
        return "accounts:token-list"

    def back(self) -> str:
        return "accounts:token-list"
