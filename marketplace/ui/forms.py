"""Forms: fields and the summary of errors."""

from typing import Any

from django import forms, template
from django.utils.translation import gettext as _

register = template.Library()

#: What Django says of a field left empty; it names no field, so a summary would repeat it.
LEFT_EMPTY = forms.Field.default_error_messages["required"]


def messages_of(bound: forms.BoundField) -> list[str]:
    """A field's errors in words that also stand alone in the summary."""
    return [
        _("Fill in: %(label)s") % {"label": bound.label} if message == str(LEFT_EMPTY) else str(message)
        for message in bound.errors
    ]


@register.inclusion_tag("components/field.html")
def field(
    bound: forms.BoundField,
    unit: str = "",
    hint: str = "",
    label: str = "",
    short: bool = False,
    optional: bool = True,
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
        "described_by": attrs.get("aria-describedby", ""),
        "unit": unit or widget.attrs.get("data-unit", ""),
        "hint": hint,
        "errors": messages_of(bound),
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
        if form is None or form == "":
            continue
        if isinstance(form, forms.BaseFormSet):
            if not form.is_bound:
                continue
            lines += [("", str(message)) for message in form.non_form_errors()]
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
            lines += [(target, message) for message in messages_of(bound)]
        else:
            lines += [(target, str(message)) for message in messages]
    return lines
