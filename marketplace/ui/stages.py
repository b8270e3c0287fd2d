"""Where a matter stands: clocks, timelines, bars of stages."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from marketplace.core import clock as market_clock
from marketplace.core.calendar import ClockFace

from . import components
from .formats import short_day, short_moment
from .marks import icon
from .templatetags.market import near

register = template.Library()

CLOCK_ICONS = {
    "yellow": "exclamation-triangle-fill",
    "red": "exclamation-octagon-fill",
    "done": "check-circle",
    "stopped": "pause-circle",
}


@register.inclusion_tag("components/clock.html")
def clock(face: ClockFace, size: str = "", what: str = "", text: str = "", note: str = "") -> dict[str, Any]:
    """
    A deadline: ring, triangle, octagon, check or pause with the days left in words and the date.

    :param size: "" in a line, "stacked" with the date below, "big" once a page
    :param what: words behind the big date ("bids close")
    :param text: replaces the words of the days; `note` replaces the date
    """
    colour = str(face.colour)
    today = market_clock.date_of(face.due_at) == market_clock.today()
    days = face.days_overdue if colour == "red" else face.days_left
    if text:
        words = text
    elif colour == "done":
        words = _("Done in time")
    elif colour == "stopped":
        words = _("Paused")
    elif colour == "red":
        words = (
            ngettext("%(days)s working day overdue", "%(days)s working days overdue", days) % {"days": days}
            if days
            else _("Overdue")
        )
    elif today:
        words = _("Due today, %(time)s") % {"time": short_moment(face.due_at).split(" ")[-1]}
    else:
        words = npgettext("clock", "%(days)s working day", "%(days)s working days", days) % {"days": days}
    moment = near(face.due_at) if size == "big" else short_moment(face.due_at)
    if colour == "red":
        moment = _("was due by %(date)s") % {"date": short_day(face.due_at) if "24:00" in moment else moment}
    date_words = note or moment
    return {
        "face": face,
        "colour": colour,
        "size": size,
        "what": what,
        "words": words,
        "days": days,
        "is_count": colour in ("green", "yellow") and not today and not text,
        "note": note,
        # The count may still change, whatever day the deadline is.
        "is_provisional": face.provisional and colour != "done",
        "date_words": "" if today and not note and size != "big" else date_words,
        "sign": CLOCK_ICONS.get(colour, ""),
        "used": f"{float(face.fraction_used) * 100:.1f}",
    }


@register.inclusion_tag("components/timeline.html")
def timeline(
    steps: Sequence[components.Step], next_words: str = "", full_url: str = "", label: str = ""
) -> dict[str, Any]:
    """Stages in a row on a desktop; "step 3 of 8" with a bar on a phone."""
    index = _position(steps)
    following = steps[index + 1] if index + 1 < len(steps) else None
    return {
        "steps": steps,
        "index": index,
        "number": index + 1,
        "count": len(steps),
        "current": steps[index] if steps else None,
        "following": following,
        "finished": bool(steps) and steps[-1].state == components.State.DONE,
        "next_words": next_words,
        "full_url": full_url,
        "label": label,
    }


@register.inclusion_tag("components/timeline_list.html")
def timeline_list(steps: Sequence[components.Step]) -> dict[str, Any]:
    """The full list of stages, upright."""
    return {"steps": steps}


def _position(steps: Sequence[components.Step]) -> int:
    """The stage that counts as the present one: now or failed, else the last that is done."""
    for index, step in enumerate(steps):
        if step.state in (components.State.NOW, components.State.FAILED):
            return index
    return max((index for index, step in enumerate(steps) if step.state == components.State.DONE), default=0)


@register.simple_tag
def stage_bar(index: int, count: int, css: str = "", finished: bool = False) -> SafeString:
    """A bar of `count` pieces: `index` of them done (counted from 0), the next one half."""
    gap = 4 if "small" in css else 1
    width = (100 - gap * (count - 1)) / max(count, 1)
    pieces = []
    for number in range(count):
        kind = "seg-done" if number < index or finished else "seg"
        pieces.append((kind, f"{number * (width + gap):.2f}%", f"{width:.2f}%"))
        if number == index and not finished:
            half = "seg-half" if "small" in css else "seg-done"
            pieces.append((half, f"{number * (width + gap):.2f}%", f"{width if 'small' in css else width / 2:.2f}%"))
    body = format_html_join("", '<rect class="{}" x="{}" width="{}" height="6" rx="3"></rect>', pieces)
    return format_html(
        '<svg class="stage-bar {}" role="img" aria-label="{}">{}</svg>',
        css,
        _("Step %(number)s of %(count)s") % {"number": min(index + 1, count), "count": count},
        body,
    )


@register.simple_tag
def steps_line(names: Iterable[str], current: int) -> SafeString:
    """The pages of a long form in a line, `current` counted from 1."""
    items: list[tuple[str, str, str]] = []
    for number, name in enumerate(names, start=1):
        if number < current:
            items.append((mark_safe(' class="done"'), icon("check2"), name))
        elif number == current:
            items.append((mark_safe(' class="now" aria-current="step"'), f"{number}", name))
        else:
            items.append(("", f"{number}", name))
    return format_html('<ol class="steps-line">{}</ol>', format_html_join("", "<li{}>{} <span>{}</span></li>", items))
