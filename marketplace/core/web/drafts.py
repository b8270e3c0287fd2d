"""A draft's page saves itself while somebody types (`static/js/saving.js`), by the page's own operation."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from .. import clock
from ..failures import DomainError, SavedElsewhere
from .operation import Operation


class Difference(NamedTuple):
    """A field that holds one thing in the draft and another in the window."""

    label: str
    saved: str
    typed: str


class DraftOperation(Operation):
    """
    The save of a draft's page, with the stamp of the draft that the page was made from.

    Where another window has saved it since, nothing is overwritten: the page comes back with both, and with the
    present stamp, so that saving once more puts in place what was typed, knowingly.
    """

    stamp = "edited_at"
    elsewhere: list[Difference] | None = None

    def present_stamp(self) -> str:
        return str(self.subject.edited_at.isoformat())

    def typed_forms(self, form: Any) -> list[Any]:
        """All forms of the page, as they were sent."""
        return [form]

    def saved_forms(self) -> list[Any]:
        """The same ones, as the draft has them now."""
        raise NotImplementedError

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        if isinstance(failure, SavedElsewhere):
            del self.subject
            form.data = form.data.copy()
            form.data[form.add_prefix(self.stamp)] = self.present_stamp()
            pairs = zip(self.saved_forms(), self.typed_forms(form), strict=False)
            self.elsewhere = [each for saved, typed in pairs for each in differences(saved, typed)]
        return super().refuse(form, failure)

    def other(self, form: Any) -> HttpResponse:
        # Another window saved meanwhile: the draft's stamp says so, and the page shows both.
        return self.attempt(form)

    def surroundings(self) -> dict[str, Any]:
        return {**super().surroundings(), "elsewhere": self.elsewhere}


def differences(saved: forms.BaseForm, typed: forms.BaseForm) -> Iterable[Difference]:
    """Field by field, in words."""
    for bound in typed.visible_fields():
        if bound.name not in saved.fields or isinstance(bound.field, forms.FileField):
            continue
        before = saved[bound.name]
        if bound.field.has_changed(before.value(), bound.data):
            yield Difference(str(bound.label), _in_words(before), _in_words(bound))


def _in_words(bound: forms.BoundField) -> str:
    value: Any = bound.value()
    widget = bound.field.widget
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, list) else widget.decompress(value) or []
        return " ".join(widget.widgets[at].format_value(part) or "" for at, part in enumerate(parts))
    if isinstance(value, bool) and not getattr(bound.field, "choices", None):
        return _("Yes") if value else _("No")
    chosen = {str(getattr(each, "pk", each)) for each in (value if isinstance(value, list | tuple) else [value])}
    if choices := getattr(bound.field, "choices", None):
        return ", ".join(str(label) for key, label in _flat(choices) if str(key) in chosen)
    return "" if value is None else str(value)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


class SavedAsTyped(Operation):
    """
    In front of an operation on a draft: the same save, answered with what the open page needs next.

    `fields` are the page's hidden fields that follow the draft's state, by name; `unread` says of what was typed that
    it could not be saved yet.
    """

    http_method_names = ["post"]
    # It is no press: the page's number waits for one.
    counts_once = False

    def fields(self, result: Any) -> dict[str, str]:
        raise NotImplementedError

    def unread(self, result: Any) -> list[str]:
        return []

    def respond(self, result: Any) -> JsonResponse:
        saved_at = clock.time_of(clock.now())
        return JsonResponse({"fields": self.fields(result), "saved_at": saved_at, "unread": self.unread(result)})

    def page(self, form: Any, status: int = 200) -> JsonResponse:
        return JsonResponse({"detail": _("This page is not whole. Reload it.")}, status=status)

    def refuse(self, form: Any, failure: DomainError) -> JsonResponse:
        answer = {"detail": str(failure), "is_elsewhere": isinstance(failure, SavedElsewhere)}
        return JsonResponse(answer, status=failure.status)
