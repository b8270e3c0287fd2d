"""Short dates as they stand in lines and timelines."""

from datetime import date, datetime

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.core import clock as market_clock

from .templatetags.market import MONTHS, day, provisional_mark

register = template.Library()


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter
def short_moment(value: datetime) -> str:
    """11-30 17:00, in English 30 Nov, 17:00; 24:00 belongs to the day that it ends."""
    on, at = market_clock.date_of(value), market_clock.time_of(value)
    return f"{on.day} {MONTHS[on.month - 1]}, {at}" if _english() else f"{on:%m-%d} {at}"


@register.filter
def short_day(value: date | datetime) -> str:
    """11-30, in English 30 Nov."""
    on = market_clock.date_of(value) if isinstance(value, datetime) else value
    return f"{on.day} {MONTHS[on.month - 1]}" if _english() else f"{on:%m-%d}"


def due_moment(value: datetime) -> str:
    """A counted deadline as `short_moment` shows it, marked where the calendar of its day is not published yet."""
    return f"{short_moment(value)}{provisional_mark(value)}"


def due_day(value: date | datetime) -> str:
    """A counted deadline's day as `short_day` shows it, marked alike."""
    return f"{short_day(value)}{provisional_mark(value)}"


@register.filter
def day_range(start: date, end: date) -> str:
    """2026-12-01 至 2026-12-03; the last day is included."""
    return _("%(start)s to %(end)s") % {"start": day(start), "end": day(end)}
