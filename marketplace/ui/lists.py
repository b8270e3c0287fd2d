"""Lists: facets, chips, sorting, the search box."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .addresses import parameters, query_with
from .marks import grade

register = template.Library()

#: A facet shows this many of its choices; the others open with "more".
FACET_CHOICES = 8


@register.simple_tag(takes_context=True)
def active_count(context: template.Context, filterset: Any, hide: str = "q sort") -> int:
    """How many filters are in force."""
    query = parameters(context)
    return sum(1 for name in filterset.form.fields if name not in hide.split() and any(query.getlist(name)))


@register.inclusion_tag("components/facets.html", takes_context=True)
def facets(
    context: template.Context,
    filterset: Any,
    counts: Mapping[str, Mapping[str, int]] | None = None,
    total: int | None = None,
    unit: str = "",
    hide: str = "q sort",
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
    query = parameters(context)
    kept = [
        (name, value)
        for name, values in query.lists()
        if (name not in form.fields and name.removesuffix("_min").removesuffix("_max") not in form.fields)
        or name in hidden
        for value in values
        if name != "page"
    ]
    return {
        "facets": shown,
        # htmx adds the choices to an address without parameters, else what is taken off would stay in it.
        "path": context["request"].path if "request" in context else "",
        "kept": kept,
        "active": active_count(context, filterset, hide),
        "total": total,
        "unit": unit,
        "clear_url": query_with(context, {name: None for name in [*form.fields, "page"] if name not in hidden}),
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
        chosen = {str(each) for each in widget.format_value(bound.value()) or ()}
        for number, (value, label) in enumerate(_flat(getattr(bound.field, "choices", ()))):
            if str(value) == "":
                continue
            choices.append(
                {
                    "name": bound.html_name,
                    "value": str(value),
                    "label": label,
                    "checked": str(value) in chosen,
                    "count": counts.get(str(value), 0) if counts else None,
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


@register.simple_tag
def facet_choice(facet: Mapping[str, Any], choice: Mapping[str, Any]) -> SafeString:
    """One choice of a facet; a list has up to a hundred, too many for a template each."""
    return format_html(
        '<label class="choice"><input type="{}" id="{}" name="{}" value="{}"{}><span>{}</span>{}</label>',
        facet["type"],
        choice["id"],
        choice["name"],
        choice["value"],
        mark_safe(" checked" if choice["checked"] else ""),
        grade(choice["value"]) if facet["is_grade"] else choice["label"],
        "" if choice["count"] is None else format_html('<span class="count">{}</span>', choice["count"]),
    )


@register.inclusion_tag("components/chips.html", takes_context=True)
def active_filters(context: template.Context, filterset: Any, hide: str = "sort") -> dict[str, Any]:
    """The filters in force as chips, each with a link that takes it off, and one that clears all."""
    form = filterset.form
    query = parameters(context)
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
                chips.append({"text": text, "url": query_with(context, dict.fromkeys([*names, "page"]))})
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
            chips.append({"text": text, "url": query_with(context, {"page": None}, drop=[(name, value)])})
    clear = query_with(context, dict.fromkeys([name for name in query if name not in hidden]))
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
        (str(value), label)
        for value, label in _flat(filterset.form.fields[name].choices)
        if str(value) not in ("", "null")
    ]
    current = parameters(context).get(name) or (choices[0][0] if choices else "")
    return {
        "choices": [
            {"label": label, "url": query_with(context, {name: value, "page": None}), "current": value == current}
            for value, label in choices
        ]
    }


@register.inclusion_tag("components/search_box.html", takes_context=True)
def search_box(
    context: template.Context,
    action: str = "",
    placeholder: str = "",
    scope: Any = None,
    scope_value: str = "",
    big: bool = False,
    suggest: str = "",
    name: str = "q",
    label: str = "",
    value: str | None = None,
) -> dict[str, Any]:
    """
    Scope, input, button.

    :param scope: pairs of value and label for the field `scope`, or nothing
    :param suggest: address that answers `?q=` with the options (components/suggestions.html); needs JavaScript
    """
    query = parameters(context)
    kept = (
        [] if action else [(key, each) for key, values in query.lists() if key not in (name, "page") for each in values]
    )
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
