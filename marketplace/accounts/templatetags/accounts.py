from typing import Any

from django import template
from django.forms import BoundField
from django.urls import reverse

from marketplace.core import workbench

register = template.Library()


@register.inclusion_tag("accounts/partials/workbench_tabs.html", takes_context=True)
def workbench_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The tabs of the present organisation's kind; the one whose address the page's begins with is marked."""
    request = context["request"]
    organisation = request.organisation
    if not organisation:
        return {"tabs": []}
    tabs = [
        {
            "label": each.label,
            "url_name": each.url_name,
            "url": reverse(each.url_name),
            "count": each.count(request.user, organisation) if each.count else 0,
        }
        for each in workbench.tabs_of(organisation.kind)
    ]
    above = [each for each in tabs if request.path.startswith(each["url"])]
    current = context.get("workbench_tab") or max(above, key=lambda each: len(each["url"]), default={}).get("url_name")
    return {"tabs": tabs, "current": current}


@register.simple_tag(takes_context=True)
def workbench_actions(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of the present organisation's kind; a reader gets none."""
    work = context["workbench"]
    if not work.can_act:
        return []
    return [
        {"label": each.label, "url": reverse(each.url_name), "is_primary": each.is_primary}
        for each in workbench.actions_of(work.kind)
    ]


@register.filter
def without_placeholder(field: BoundField) -> BoundField:
    """Our labels stand above the control; a placeholder that repeats one would only fade away."""
    field.field.widget.attrs.pop("placeholder", None)
    return field
