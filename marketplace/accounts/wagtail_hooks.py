from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from .selectors import Workbench


class DutiesPanel(Component):
    """What waits for the person, on the console's first page too."""

    name = "duties"
    order = 50
    template_name = "accounts/console_duties.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {"workbench": Workbench(request.user, request.organisation), "request": request}


@hooks.register("construct_homepage_panels")
def add_duties(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(DutiesPanel())
