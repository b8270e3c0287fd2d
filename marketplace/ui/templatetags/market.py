"""Formats of the market (money, ratios, dates, hashes) and the tag that shows other apps' sections."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.core import calendar, clock, money
from marketplace.core.additions.panels import panels_of

register = template.Library()

WEEKDAYS = "一二三四五六日"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter
def cny(amount: Decimal | None) -> str:
    """¥182,400.00"""
    return "" if amount is None else money.format_cny(Decimal(amount))


@register.filter
def capital(amount: Decimal) -> str:
    """壹拾捌万贰仟肆佰元整"""
    return money.capital_cny(Decimal(amount))


@register.filter
def wan(amount: Decimal | None) -> str:
    """CNY in units of 10,000 with at least two decimals, as standards are printed: 18.24"""
    if amount is None:
        return ""
    value = (Decimal(amount) / 10_000).normalize()
    exponent = value.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{value:,.{places}f}"


@register.filter
def ratio(value: Decimal | None) -> str:
    """0.86 → 86.0%"""
    if value is None:
        return ""
    return f"{(Decimal(value) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


@register.filter
def signed(value: Decimal) -> str:
    """A change with its sign: +1.20, −0.35"""
    sign = "+" if value > 0 else money.MINUS if value < 0 else ""
    return f"{sign}{abs(value)}"


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-11-30, in English 30 Nov 2026; of an instant, the day in Asia/Shanghai that it belongs to."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.date_of(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if _english() else value.isoformat()


@register.filter
def near(value: datetime | None) -> str:
    """11-30（周一）17:00, in English 30 Nov, 17:00; 24:00 belongs to the day that it ends."""
    if value is None:
        return ""
    on, at = clock.date_of(value), clock.time_of(value)
    if _english():
        return f"{on.day} {MONTHS[on.month - 1]}, {at}"
    return f"{on:%m-%d}（周{WEEKDAYS[on.weekday()]}）{at}"


@register.filter
def moment(value: datetime | None) -> str:
    """Evidence time with seconds: 2026-11-30 17:00:05 北京时间; 24:00:00 belongs to the day that it ends."""
    if value is None:
        return ""
    return f"{clock.written(value, seconds=True)} " + ("Beijing time" if _english() else "北京时间")


@register.filter
def due(value: datetime | None) -> str:
    """A counted deadline as `near` shows it, marked where the calendar of its day is not published yet."""
    return "" if value is None else f"{near(value)}{provisional_mark(value)}"


@register.filter
def due_day(value: date | datetime | None) -> str:
    """A counted deadline's day as `day` shows it, marked alike."""
    return "" if value is None else f"{day(value)}{provisional_mark(value)}"


@register.filter
def provisional_mark(value: date | datetime) -> str:
    """What stands behind a counted day of a year that is not published: it may still move."""
    return str(calendar.mark_of(clock.date_of(value) if isinstance(value, datetime) else value))


@register.simple_tag(takes_context=True)
def panels(context: template.RequestContext, page: str, obj: object = None) -> SafeString:
    """The sections that other apps add to this page."""
    request = context["request"]
    rendered = [(render_to_string(name, values, request=request),) for name, values in panels_of(page, request, obj)]
    return format_html_join("", "{}", [(SafeString(html),) for (html,) in rendered])
