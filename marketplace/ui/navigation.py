"""Ways through the site: navigation, breadcrumbs, tabs, pages."""

import re
from itertools import pairwise
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .addresses import home_url, query_with

register = template.Library()

#: First segments of the addresses in the main navigation (partials/nav.html).
SECTIONS = {"services", "intermediaries", "requests", "awards", "credit", "regulations"}
FIRST_SEGMENT = re.compile(r"(?:/en)?/([a-z]+)/")


@register.simple_tag(takes_context=True)
def section(context: template.Context) -> str:
    """The section of the site that a page belongs to, as the main navigation marks it."""
    found = FIRST_SEGMENT.match(context["request"].path_info) if "request" in context else None
    return found[1] if found and found[1] in SECTIONS else ""


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: template.Context, url: str, label: str) -> dict[str, Any]:
    """A link of the main navigation, marked on the pages below it."""
    path = context["request"].path if "request" in context else ""
    return {"url": url, "label": label, "current": path.startswith(url)}


@register.simple_tag
def breadcrumbs(*parts: str) -> SafeString:
    """{% breadcrumbs label url … current %}: pairs of label and address below the home page, the page itself last."""
    links = [format_html('<a href="{}">{}</a>', home_url(), _("Home"))]
    links += [
        format_html('<a href="{}">{}</a>', url, label)
        for (label, url), number in zip(pairwise(parts), range(len(parts)), strict=False)
        if number % 2 == 0
    ]
    if len(parts) % 2:
        links.append(format_html('<span aria-current="page">{}</span>', parts[-1]))
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>',
        pgettext("navigation", "You are here"),
        format_html_join("", "<li>{}</li>", ((link,) for link in links)),
    )


@register.simple_tag
def tabs(*parts: Any, label: str = "") -> SafeString:
    """{% tabs label url count  label url count … %}: count may be None; an address of "" is the page itself."""
    items = []
    for start in range(0, len(parts) - 2, 3):
        name, url, count = parts[start : start + 3]
        number = "" if count in (None, "") else format_html(' <span class="count">{}</span>', count)
        current = mark_safe(' aria-current="true"') if url == "" else ""
        items.append((url or "#content", current, name, number))
    return format_html(
        '<nav class="tabs" aria-label="{}"><ul>{}</ul></nav>',
        label or pgettext("navigation", "Sections"),
        format_html_join("", '<li><a href="{}"{}>{}{}</a></li>', items),
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, unit: str = "", parameter: str = "page") -> dict[str, Any]:
    """Pages with "11–20 of 118 firms"; keeps the other parameters of the address. `unit` is 家, firms, …"""
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        is_gap = not isinstance(number, int)
        links.append(
            {
                "number": number,
                "gap": is_gap,
                "current": number == page.number,
                "url": "" if is_gap else query_with(context, {parameter: number}),
            }
        )
    return {
        "page": page,
        "unit": unit,
        "links": links,
        "start": page.start_index(),
        "end": page.end_index(),
        "total": page.paginator.count,
        "previous": query_with(context, {parameter: page.number - 1}) if page.has_previous() else "",
        "next": query_with(context, {parameter: page.number + 1}) if page.has_next() else "",
    }
