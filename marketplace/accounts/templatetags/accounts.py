from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.core.additions import workbench
from marketplace.ui.templatetags.market import WEEKDAYS, day

register = template.Library()

#: Our words for fields of allauth's forms.
LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password2": _("The password again"),
    "oldpassword": _("Present password"),
    "code": _("Verification code"),
    "passwordless": _("Passkey: sign in with this key alone"),
}


@register.inclusion_tag("accounts/partials/workbench_tabs.html", takes_context=True)
def workbench_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The tabs of the present organisation's kind; the one whose address the page's begins with is marked."""
    request = context["request"]
    organisation, personal = request.organisation, workbench.personal_tabs_of(request.user)
    if not organisation and not personal:
        return {"tabs": []}
    tabs = [
        {
            "label": each.label,
            "url_name": each.url_name,
            "url": reverse(each.url_name),
            "count": each.count(request.user, organisation) if each.count and organisation else 0,
        }
        for each in workbench.tabs_of(organisation.kind if organisation else workbench.NOBODY)
    ]
    tabs += [{"label": each.label, "url_name": each.url_name, "url": reverse(each.url_name)} for each in personal]
    above = sorted((str(each["url"]), each["url_name"]) for each in tabs if request.path.startswith(str(each["url"])))
    return {"tabs": tabs, "current": context.get("workbench_tab") or (above[-1][1] if above else "")}


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


@register.simple_tag(takes_context=True)
def may_be_for(context: dict[str, Any], *kinds: str) -> bool:
    """
    Whether a button that needs an organisation of one of these kinds is for the reader.

    Who has no account or no organisation yet is led to one; who only looks, or acts for another kind, is not tempted.
    """
    membership = getattr(context.get("request"), "membership", None)
    return membership is None or (membership.acts and membership.organisation.kind in kinds)


@register.filter
def tidied(bound: BoundField) -> BoundField:
    """A field of allauth's forms in our words; its label stands above it, so no placeholder repeats it."""
    bound.field.widget.attrs.pop("placeholder", None)
    if bound.name in LABELS:
        bound.label = LABELS[bound.name]
    if bound.name == "password1":
        bound.help_text = _(
            "At least 10 characters, not only digits, no common word, nothing like your name or e-mail."
        )
    elif bound.name == "passwordless":
        bound.help_text = _("The key then asks for your fingerprint, face or PIN.")
    elif bound.name == "password" and bound.help_text:
        bound.help_text = format_html(
            '<a href="{}">{}</a>', reverse("account_reset_password"), _("Forgotten? Reset it")
        )
    return bound


@register.filter
def day_of_week(moment: datetime) -> str:
    """2026-11-23（周一）, in English Monday, 23 Nov 2026."""
    on = clock.date_of(moment)
    if (get_language() or "").startswith("en"):
        return f"{on:%A}, {day(on)}"
    return f"{day(on)}（周{WEEKDAYS[on.weekday()]}）"
