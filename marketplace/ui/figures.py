"""Figures: rulers, workings, waterfalls, bars, hashes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import components
from .templatetags.market import ratio

register = template.Library()


@register.inclusion_tag("components/ruler.html")
def ruler(value: Decimal | float | None, wide: bool = False) -> dict[str, Any]:
    """A price against the reference, given as a ratio (0.86); the axis is 70 to 130 % everywhere."""
    if value is None:
        return {"value": None}
    return {
        "value": Decimal(str(value)),
        "x": f"{components.ruler_dot(value):.2f}",
        "css": "ruler-wide" if wide else "",
    }


@register.simple_tag
def price_share(value: Decimal | None, in_words: bool = False) -> SafeString:
    """What a price is of the reference: 86.0%, or a dash where there is none; in words where no heading says it."""
    if value is None:
        return SafeString("" if in_words else "—")
    if in_words:
        return format_html("{}", _("%(percent)s of the reference price") % {"percent": ratio(value)})
    return format_html("{}", ratio(value))


def _get(row: Any, name: str) -> Any:
    return row.get(name, "") if isinstance(row, Mapping) else getattr(row, name, "")


@register.inclusion_tag("components/working.html")
def working(steps: Iterable[Any], total_row: bool = True) -> dict[str, Any]:
    """
    Numbered rows of a calculation: label, formula, result, unit; `missing` marks a coefficient not given.

    The row that says `total` stands on ground, else the last one. Rows are mappings or objects.
    """
    rows = [
        {name: _get(step, name) for name in ("label", "formula", "result", "unit", "total", "missing")}
        for step in steps
    ]
    if total_row and rows and not any(row["total"] for row in rows):
        rows[-1]["total"] = True
    return {"rows": rows}


@register.inclusion_tag("components/waterfall.html")
def waterfall(figure: components.Waterfall) -> dict[str, Any]:
    """How a score comes about: from its start through signed bars to the score (`components.waterfall`)."""
    return {"figure": figure}


@register.simple_tag
def bar(value: Decimal | float, maximum: Decimal | float = 100, label: str = "", css: str = "") -> SafeString:
    """A bar filled to value ÷ maximum, for progress, averages and shares."""
    filled = min(max(float(value) / float(maximum or 1), 0), 1) * 100
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="bar" {}><rect class="{}" width="{}" height="100%" rx="4"></rect></svg>',
        name,
        css,
        f"{filled:.1f}%",
    )


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, text: str = "") -> dict[str, Any]:
    """How far a long task is."""
    share = min(100, round(done * 100 / total)) if total else 0
    return {"done": done, "total": total, "share": share, "text": text}


@register.inclusion_tag("components/hash.html")
def hash_box(value: str, boxed: bool = True, match: bool = False) -> dict[str, Any]:
    """A hash in full, in groups of eight by margins, so that copying stays clean."""
    groups = [value[start : start + 8] for start in range(0, len(value or ""), 8)]
    return {"groups": groups, "boxed": boxed, "match": match}


@register.filter
def short_hash(value: str) -> str:
    """d9b5d539…0b95"""
    return f"{value[:8]}…{value[-4:]}" if value and len(value) > 14 else value or ""


@register.filter
def file_size(size: int) -> str:
    """2.4 MB"""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"
