"""The page components (docs/guide/design.md shows each with an example; /components/ shows each in every state)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _

from marketplace.core import clock as market_clock
from marketplace.core import components
from marketplace.core.calendar import ClockFace

from .market import MONTHS, day, near

register = template.Library()

NOTICE_ICONS = {
    "info": "info-circle",
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "exclamation-octagon-fill",
    "plain": "info-circle",
}
MESSAGE_KINDS = {"debug": "plain", "info": "info", "success": "success", "warning": "warning", "error": "danger"}
CLOCK_ICONS = {
    "yellow": "exclamation-triangle-fill",
    "red": "exclamation-octagon-fill",
    "done": "check-circle",
    "stopped": "pause-circle",
}
#: A facet shows this many of its choices; the others open with "more".
FACET_CHOICES = 8


def _english() -> bool:
    return (get_language() or "").startswith("en")


def short_moment(value: datetime) -> str:
    """11-30 17:00, in English 30 Nov, 17:00; 24:00 belongs to the day that it ends."""
    on = market_clock.date_of(value)
    local = value.astimezone(market_clock.SHANGHAI)
    at = "24:00" if on != local.date() else f"{local:%H:%M}"
    return f"{on.day} {MONTHS[on.month - 1]}, {at}" if _english() else f"{on:%m-%d} {at}"


def short_day(value: date | datetime) -> str:
    """11-30, in English 30 Nov."""
    on = market_clock.date_of(value) if isinstance(value, datetime) else value
    return f"{on.day} {MONTHS[on.month - 1]}" if _english() else f"{on:%m-%d}"


register.filter("short_moment", short_moment)
register.filter("short_day", short_day)


# Small marks


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
        "date_words": "" if today and not note and size != "big" else date_words,
        "sign": CLOCK_ICONS.get(colour, ""),
        "used": f"{float(face.fraction_used) * 100:.1f}",
    }


# Stages


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
        if step.state in ("now", "failed"):
            return index
    return max((index for index, step in enumerate(steps) if step.state == "done"), default=0)


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


# Figures


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
        '<svg class="bar" {}><rect class="{}" width="{}" height="100%" rx="4"></rect></svg>', name, css, f"{filled:.1f}%"
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


# Messages


def _gap(sentence: object) -> str:
    """The space behind a sentence; a Chinese full stop brings its own."""
    return "" if str(sentence).endswith(("。", "：", "，")) else " "


@register.simple_block_tag
def notice(content: str, kind: str = "info", lead: str = "", icon_name: str = "", role: str = "") -> SafeString:
    """{% notice "warning" lead="Sentence." %}more{% endnotice %}: info, success, warning, danger or plain."""
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}{}</div></div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        icon(icon_name or NOTICE_ICONS[kind]),
        format_html("<b>{}</b>{}", lead, _gap(lead)) if lead else "",
        mark_safe(content.strip()),
    )


@register.filter
def message_kind(level_tag: str) -> str:
    """The notice of a Django message."""
    return MESSAGE_KINDS.get(level_tag, "info")


@register.simple_block_tag
def empty(content: str, title: str, action_url: str = "", action: str = "") -> SafeString:
    """An empty state: what there is not, why, and what to do next. Its content is more text or a `ul.link-list`."""
    button = format_html('<p><a class="btn btn-primary" href="{}">{}</a></p>', action_url, action) if action_url else ""
    before, mark, after = content.strip().partition("<ul")
    return format_html(
        '<div class="empty"><h2>{}</h2>{}{}{}</div>',
        title,
        mark_safe(f"<p>{before.strip()}</p>" if before.strip() else ""),
        button,
        mark_safe(mark + after),
    )


@register.simple_block_tag
def refused(content: str, lead: str, kind: str = "warning") -> SafeString:
    """A refusal: the reason in bold, then rule, and when or how it becomes possible."""
    return format_html(
        '<div class="notice notice-bar notice-{}"><b>{}</b>{}{}</div>', kind, lead, _gap(lead), mark_safe(content.strip())
    )


# Navigation


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: template.Context, url: str, label: str) -> dict[str, Any]:
    """A link of the main navigation, marked on the pages below it."""
    path = context["request"].path if "request" in context else ""
    return {"url": url, "label": label, "current": bool(url) and path.startswith(url)}


@register.simple_tag
def home_url() -> str:
    """The home page in the language of this one."""
    return reverse("wagtail_serve", args=[""])


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, language: str) -> str:
    """The address of this page in the other language."""
    return translate_url(context["request"].get_full_path(), language) if "request" in context else "/"


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


@register.simple_tag
def steps_line(names: Iterable[str], current: int) -> SafeString:
    """The pages of a long form in a line, `current` counted from 1."""
    items = []
    for number, name in enumerate(names, start=1):
        if number < current:
            items.append((mark_safe(' class="done"'), icon("check2"), name))
        elif number == current:
            items.append((mark_safe(' class="now" aria-current="step"'), f"{number}", name))
        else:
            items.append(("", f"{number}", name))
    return format_html('<ol class="steps-line">{}</ol>', format_html_join("", "<li{}>{} <span>{}</span></li>", items))


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
                "url": "" if is_gap else _query(context, {parameter: number}),
            }
        )
    return {
        "page": page,
        "unit": unit,
        "links": links,
        "start": page.start_index(),
        "end": page.end_index(),
        "total": page.paginator.count,
        "previous": _query(context, {parameter: page.number - 1}) if page.has_previous() else "",
        "next": _query(context, {parameter: page.number + 1}) if page.has_next() else "",
    }


def _parameters(context: template.Context) -> QueryDict:
    return context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)


def _query(context: template.Context, changes: Mapping[str, Any], drop: Sequence[tuple[str, str]] = ()) -> str:
    """The address's parameters with some replaced and single values of others dropped."""
    query = _parameters(context)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    for name, value in drop:
        query.setlist(name, [each for each in query.getlist(name) if each != value])
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


# Lists


@register.inclusion_tag("components/facets.html", takes_context=True)
def facets(
    context: template.Context, filterset: Any, counts: Mapping[str, Mapping[str, int]] | None = None, total: int | None = None,
    unit: str = "", hide: str = "q sort",
) -> dict[str, Any]:
    """
    A FilterSet's form as facets at the left, as a drawer on a phone.

    :param counts: per field, how many results each choice would give
    :param total: the number on the drawer's button
    :param hide: fields shown elsewhere, carried along as hidden ones
    """
    form = filterset.form
    hidden = set(hide.split())
    shown = [_facet(form[name], (counts or {}).get(name, {})) for name in form.fields if name not in hidden]
    query = _parameters(context)
    kept = [
        (name, value) for name, values in query.lists() if name not in form.fields or name in hidden for value in values
        if name != "page"
    ]
    active = sum(1 for name in form.fields if name not in hidden and any(query.getlist(name)))
    return {
        "facets": shown,
        "kept": kept,
        "active": active,
        "total": total,
        "unit": unit,
        "clear_url": _query(context, {name: None for name in [*form.fields, "page"] if name not in hidden}),
    }


def _facet(bound: forms.BoundField, counts: Mapping[str, int]) -> dict[str, Any]:
    widget = bound.field.widget
    kind = "control"
    choices: list[dict[str, Any]] = []
    if isinstance(bound.field, (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)):
        kind = "many"
    elif isinstance(widget, (forms.RadioSelect,)):
        kind = "one"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "check"
    elif isinstance(widget, forms.MultiWidget):
        kind = "range"
    if kind in ("many", "one"):
        for number, option in enumerate(bound.subwidgets):
            data = option.data
            value = str(data["value"])
            if value == "":
                continue
            choices.append(
                {
                    "name": data["name"],
                    "value": value,
                    "label": data["label"],
                    "checked": data["selected"],
                    "count": counts.get(value, 0) if counts else None,
                    "id": f"facet-{bound.name}-{number}",
                }
            )
        # What is chosen stays in sight, however long the list.
        shown = [choice for number, choice in enumerate(choices) if choice["checked"] or number < FACET_CHOICES]
        more = [choice for choice in choices if choice not in shown]
        if len(more) < 3:
            shown, more = choices, []
    else:
        shown, more = [], []
    return {
        "bound": bound,
        "kind": kind,
        "type": "checkbox" if kind == "many" else "radio",
        "shown": shown,
        "more": more,
        "is_grade": bound.name in ("grade", "min_grade"),
        "unit": widget.attrs.get("data-unit", ""),
    }


@register.inclusion_tag("components/chips.html", takes_context=True)
def active_filters(context: template.Context, filterset: Any, hide: str = "sort") -> dict[str, Any]:
    """The filters in force as chips, each with a link that takes it off, and one that clears all."""
    form = filterset.form
    query = _parameters(context)
    hidden = set(hide.split())
    chips = []
    for name, field in form.fields.items():
        if name in hidden:
            continue
        if isinstance(field.widget, forms.MultiWidget):
            parts = field.widget.widgets_names if hasattr(field.widget, "widgets_names") else ["_0", "_1"]
            names = [name + part for part in parts]
            values = [query.get(each, "") for each in names]
            if any(values):
                text = f"{field.label} {values[0]}–{values[-1]}{field.widget.attrs.get('data-unit', '')}"
                chips.append({"text": text, "url": _query(context, dict.fromkeys([*names, "page"]))})
            continue
        labels = {str(value): label for value, label in _flat(getattr(field, "choices", ()))}
        for value in query.getlist(name):
            if not value:
                continue
            if isinstance(field, (forms.BooleanField, forms.NullBooleanField)) and not labels:
                text = str(field.label)
            else:
                text = str(labels.get(value, value))
                if not labels and name != "q":
                    text = f"{field.label} {text}{field.widget.attrs.get('data-unit', '')}"
            chips.append({"text": text, "url": _query(context, {"page": None}, drop=[(name, value)])})
    clear = _query(context, dict.fromkeys([name for name in query if name not in hidden]))
    return {"chips": chips, "clear_url": clear}


def _flat(choices: Iterable[Any]) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            pairs += [(each, text) for each, text in label]
        else:
            pairs.append((value, label))
    return pairs


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort_links(context: template.Context, filterset: Any, name: str = "sort") -> dict[str, Any]:
    """The choices of an OrderingFilter as segments; the first is in force when the address names none."""
    choices = [
        (str(value), label) for value, label in _flat(filterset.form.fields[name].choices) if str(value) not in ("", "null")
    ]
    current = _parameters(context).get(name) or (choices[0][0] if choices else "")
    return {
        "choices": [
            {"label": label, "url": _query(context, {name: value, "page": None}), "current": value == current}
            for value, label in choices
        ]
    }


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The address's parameters with some replaced; an empty value drops one."""
    return _query(context, changes)


@register.inclusion_tag("components/search_box.html", takes_context=True)
def search_box(
    context: template.Context, action: str = "", placeholder: str = "", scope: Any = None, scope_value: str = "",
    big: bool = False, suggest: str = "", name: str = "q", label: str = "", value: str | None = None,
) -> dict[str, Any]:
    """
    Scope, input, button.

    :param scope: pairs of value and label for the field `scope`, or nothing
    :param suggest: address that answers `?q=` with the options (components/suggestions.html); needs JavaScript
    """
    query = _parameters(context)
    kept = [] if action else [(key, each) for key, values in query.lists() if key not in (name, "page") for each in values]
    return {
        "action": action,
        "placeholder": placeholder,
        "scope": scope,
        "scope_value": scope_value or query.get("scope", ""),
        "big": big,
        "suggest": suggest,
        "name": name,
        "label": label or placeholder or _("Search"),
        "value": query.get(name, "") if value is None else value,
        "kept": kept,
    }


# Forms


@register.inclusion_tag("components/field.html")
def field(
    bound: forms.BoundField, unit: str = "", hint: str = "", label: str = "", short: bool = False, optional: bool = True,
    bare: bool = False,
) -> dict[str, Any]:
    """
    A form field: label, hint, error and control, with the unit in the control's right end.

    :param optional: whether a field that is not required says so
    :param bare: the label for readers only, in a row under a common label
    """
    widget = bound.field.widget
    hint = hint or str(bound.help_text or "")
    described = [f"{bound.auto_id}_hint"] if hint else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    kind = "control"
    if isinstance(widget, forms.CheckboxInput):
        kind = "check"
    elif isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        kind = "choices"
    elif isinstance(widget, forms.FileInput):
        kind = "file"
    elif isinstance(widget, forms.MultiWidget):
        kind = "group"
    return {
        "bound": bound,
        "kind": kind,
        "control": "" if kind == "choices" else bound.as_widget(attrs=attrs),
        "attrs": attrs,
        "unit": unit or widget.attrs.get("data-unit", ""),
        "hint": hint,
        "label": label or bound.label,
        "optional": optional and not bound.field.required and kind != "check",
        "short": short,
        "bare": bare,
    }


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, Any]:
    """All fields of a form, hidden ones included (the error summary is a component of its own)."""
    return {"form": form}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*form_list: Any) -> dict[str, Any]:
    """What is to be mended in these forms (formsets too), each line linked to its field."""
    lines: list[tuple[str, str]] = []
    for form in form_list:
        if not form:
            if form is None or form == "":
                continue
        if isinstance(form, forms.BaseFormSet):
            if not form.is_bound:
                continue
            lines += [("", message) for message in form.non_form_errors()]
            for each in form.forms:
                lines += _errors(each)
        elif form.is_bound or form.errors:
            lines += _errors(form)
    return {"lines": lines, "count": len(lines)}


def _errors(form: forms.BaseForm) -> list[tuple[str, str]]:
    lines = []
    for name, messages in form.errors.items():
        target = ""
        if name in form.fields:
            bound = form[name]
            target = bound.id_for_label or bound.auto_id
            if isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
                target = f"{bound.auto_id}_0"
        lines += [(target, str(message)) for message in messages]
    return lines


@register.filter
def has_file_fields(form: forms.BaseForm) -> bool:
    return form.is_multipart()


@register.filter
def day_range(start: date, end: date) -> str:
    """2026-12-01 至 2026-12-03; the last day is included."""
    return _("%(start)s to %(end)s") % {"start": day(start), "end": day(end)}
