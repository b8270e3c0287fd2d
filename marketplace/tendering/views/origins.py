"""Where the filings of a request came from, in the console: asked for, decided by another regulator, then shown."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.permissions import Decision

from .. import permissions
from ..forms.decisions import OriginsForm, PurposeForm
from ..models import OriginRequest
from ..services.openings import showing_origins
from .console import BOTH, PAGE, RequestConsole, crumbs


class Origins(RequestConsole):
    """What has been asked for and decided, who has looked, and what the reader can do next."""

    http_method_names = PAGE
    template_name = "tendering/console/origins.html"
    icon = "lock"

    def heading(self) -> str:
        return _("Where the filings of %(number)s came from") % {"number": self.kwargs["number"]}

    def crumbs(self) -> list[dict[str, str]]:
        return crumbs(self.heading())

    def decision(self) -> Decision:
        return permissions.can_see_signals(self.request.user, self.work_request)

    def place(self, result: Any) -> str:
        return reverse("tendering_console:origins", args=[self.kwargs["number"]])

    def context(self) -> dict[str, Any]:
        user, work_request = self.request.user, self.work_request
        return {
            "rows": OriginRequest.objects.filter(work_request=work_request).select_related("asked_by", "decided_by"),
            "looks": showing_origins.looks_at(work_request),
            "can_ask": permissions.can_ask_for_origins(user, work_request),
            "can_decide": permissions.can_decide_origins(user, work_request),
            "can_show": permissions.can_show_origins(user, work_request),
        }


class AskForOrigins(Origins):
    http_method_names = BOTH
    template_name = "tendering/console/origins_ask.html"
    form_class = PurposeForm
    done = gettext_lazy("Asked. Another regulator decides.")

    def decision(self) -> Decision:
        return permissions.can_ask_for_origins(self.request.user, self.work_request)

    def operate(self, form: Any) -> Any:
        return showing_origins.ask_for_origins(
            request_id=self.work_request.pk, purpose=form.cleaned_data["purpose"], actor=self.request.user
        )


class GrantOrigins(Origins):
    """What another regulator wants them for, and: grant, or refuse."""

    http_method_names = BOTH
    template_name = "tendering/console/origins_decide.html"
    form_class = OriginsForm
    done = gettext_lazy("The decision is recorded.")
    is_granted = True

    def numbered_at(self) -> str:
        return reverse("tendering_console:origins-grant", args=[self.kwargs["number"]])

    def decision(self) -> Decision:
        return permissions.can_decide_origins(self.request.user, self.work_request)

    def operate(self, form: Any) -> Any:
        return showing_origins.decide_origins(
            request_id=self.work_request.pk,
            is_granted=self.is_granted,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
        )


class RefuseOrigins(GrantOrigins):
    is_granted = False


class ShowOrigins(Origins):
    """The page with what was sealed; each look leaves a line in the trail, also one with the same press."""

    http_method_names = ["post"]
    counts_once = False

    def operate(self, form: Any) -> Any:
        return showing_origins.show_origins(request_id=self.work_request.pk, actor=self.request.user)

    def respond(self, result: Any) -> HttpResponse:
        self.shown = result
        return self.page(None)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "shown": getattr(self, "shown", None)}
