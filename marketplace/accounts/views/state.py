"""How the market is, for its operator: what `/readyz` tells, in words, and what a person has to decide."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.core import outbox
from marketplace.core.models import ClockReading, DueWork
from marketplace.core.permissions import Decision, require
from marketplace.core.running import clock_watch, readiness
from marketplace.core.web.operation import Press

from ..http import MemberRequest
from ..permissions import is_operator

PAGE = "accounts_console:state"
SHOWN = 50


@require_safe
def state(request: MemberRequest) -> HttpResponse:
    """What the market needs and how it is; the pieces of due work that fail."""
    require(is_operator(request.user))
    context = {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("State of the market")},
        ],
        "header_title": _("State of the market"),
        "header_icon": "cogs",
        "findings": readiness.look(),
        "clocks": clock_watch.trouble(),
        "stuck": outbox.stuck().order_by("due_at")[:SHOWN],
    }
    return render(request, "accounts/console/state.html", context)


class OperatorsPress(Press):
    """A button on the page."""

    def decision(self) -> Decision:
        return is_operator(self.request.user)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.decision())
        return super().post(request, *args, **kwargs)

    def back(self) -> str:
        return PAGE

    def place(self, result: Any) -> str:
        return PAGE


class TrustClock(OperatorsPress):
    done = gettext_lazy("The clock is taken as right; what waited for that goes on.")

    def operate(self, form: Any) -> ClockReading:
        return clock_watch.trust(boot=self.kwargs["boot"], actor=self.request.user)


class TryAgain(OperatorsPress):
    done = gettext_lazy("It is tried again within seconds.")

    def visible(self) -> Any:
        return DueWork.objects.filter(done_at=None)

    def operate(self, form: Any) -> None:
        outbox.try_again(work_id=self.subject.pk)
