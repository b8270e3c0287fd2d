"""Small marks: icons, tags, grades, stars."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite: hidden from readers beside text, named by `label` where it stands alone."""
    source = static("vendor/bootstrap-icons/sprite.svg")
    name_part = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" viewBox="0 0 16 16" {}><use href="{}#{}"></use></svg>', css, name_part, source, name
    )


@register.simple_tag
def tag(text: str, kind: str = "neutral", icon_name: str = "") -> SafeString:
    """A state in a word: info, success, warning, danger, neutral or plain."""
    sign = icon(icon_name) if icon_name else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, sign, text)


@register.simple_tag
def regulation_status(status: str) -> SafeString:
    """The status of a regulation, each with its sign: effective, repealed, expired, reference or unverified."""
    text, kind, sign = {
        "effective": (_("In force"), "success", "check-circle"),
        "repealed": (_("Repealed"), "danger", "slash-circle"),
        "expired": (_("Expired"), "neutral", "clock"),
    }.get(status, (_("Status not verified"), "neutral", "question-circle"))
    return tag(text, kind, sign)


@register.inclusion_tag("components/grade.html")
def grade(
    letter: str,
    score: Decimal | None = None,
    size: str = "",
    provisional: bool = False,
    warned_until: date | None = None,
    restricted_until: date | None = None,
    red_list: bool = False,
    stacked: bool = False,
) -> dict[str, Any]:
    """A credit grade: letter, score with two decimals, and tags for warned and restricted with their last day."""
    return {
        "letter": letter,
        "score": None if score is None else f"{Decimal(score):.2f}",
        "size": size,
        "provisional": provisional,
        "warned_until": warned_until,
        "restricted_until": restricted_until,
        "red_list": red_list,
        "stacked": stacked,
    }


@register.inclusion_tag("components/standing.html")
def standing(current: Any, size: str = "", tags: bool = True, stacked: bool = False) -> dict[str, Any]:
    """The same from a `credit.CurrentStanding` (or None: not rated yet)."""
    return {"current": current, "size": size, "tags": tags, "stacked": stacked}


@register.inclusion_tag("components/stars.html")
def stars(value: Decimal | float) -> dict[str, Any]:
    """A rating of one to five with its number."""
    halves = round(float(value) * 2)
    signs = ["star-fill"] * (halves // 2) + ["star-half"] * (halves % 2)
    return {"signs": signs + ["star"] * (5 - len(signs)), "value": f"{Decimal(value):.2f}"}
