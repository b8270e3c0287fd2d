from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from .permissions import is_operator
from .selectors import Workbench
from .views import state


class DutiesPanel(Component):
    """What waits for the person, on the console's first page too."""

    name = "duties"
    order = 50
    template_name = "accounts/console_duties.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {"workbench": Workbench(request.user, request.organisation), "request": request}


urls = [
    path("", state.state, name="state"),
    path("clock/<str:boot>/trust/", state.TrustClock.as_view(), name="clock-trust"),
    path("work/<int:pk>/again/", state.TryAgain.as_view(), name="work-again"),
]


class ForOperators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_operator(request.user))


@hooks.register("register_admin_urls")
def state_urls() -> list[URLResolver]:
    return [path("state/", include((urls, "accounts_console")))]


@hooks.register("register_admin_menu_item")
def state_item() -> MenuItem:
    return ForOperators(
        _("State of the market"), reverse_lazy("accounts_console:state"), name="state", icon_name="cogs", order=900
    )


@hooks.register("construct_homepage_panels")
def add_duties(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(DutiesPanel())
