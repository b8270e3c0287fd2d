"""
What a version of a request says, field by field, in both languages, and what the next one changes (RULES, Request).

The words are kept as they were when the version was published.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core import clock
from marketplace.core.failures import Text
from marketplace.core.money import MoneyField, format_cny

from ..models import WorkRequest
from ..models.written import OWNERS_FIELDS
from ..rules.parameters import in_words

PERCENTS = frozenset({"fund_fiscal", "fund_state", "fund_social"})

Words = dict[str, str]
Snapshot = dict[str, Words]
Change = dict[str, Any]


def snapshot(work_request: WorkRequest) -> Snapshot:
    """By field, what the request says now, in each of the market's languages."""
    written: dict[str, dict[str, str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            written[language] = _written(work_request)
    names = next(iter(written.values()))
    return {name: {language: words[name] for language, words in written.items()} for name in names}


def difference(before: Snapshot, after: Snapshot) -> list[Change]:
    """What differs, in the order of the fields: [{"field", "before", "after"}]."""
    return [
        {"field": name, "before": before.get(name, {}), "after": words}
        for name, words in after.items()
        if before.get(name, {}) != words
    ]


def _written(work_request: WorkRequest) -> dict[str, str]:
    """What the request says, in the language in force; "" where it says nothing."""
    words = {name: _field(work_request, name) for name in OWNERS_FIELDS}
    return words | {name: "\n".join(lines(work_request)) for name, (_label, lines) in PARTS.items()}


def _field(work_request: WorkRequest, name: str) -> str:
    value = getattr(work_request, name)
    if name == "parameters":
        return in_words(work_request.method, value)
    field = WorkRequest._meta.get_field(name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None or value == "" or value == {}:
        return ""
    if getattr(field, "choices", None):
        return str(getattr(work_request, f"get_{name}_display")())
    if isinstance(field, MoneyField):
        return format_cny(value)
    if name in PERCENTS:
        return f"{Decimal(value).normalize():f}%"
    if isinstance(value, datetime):
        return clock.written(value)
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in sorted(value.items()))
    return str(value)


def _items(work_request: WorkRequest) -> list[str]:
    lines = []
    for row in work_request.request_items.select_related("item"):
        bases = [f"{row.base.normalize():f}"] if row.base is not None else []
        bases += [row.variant] if row.variant else []
        bases += [f"{key} {value}" for key, value in sorted({**row.coefficients, **row.parameters}.items())]
        bases += [format_cny(row.standard_fee)] if row.standard_fee is not None else []
        bases += [_("may be subcontracted")] if row.may_subcontract else []
        lines.append(" · ".join([f"{row.item.code} {row.item.name}", *bases]))
    return lines


def _qualifications(work_request: WorkRequest) -> list[str]:
    return sorted(str(each.name) for each in work_request.qualifications.all())


def _exclusions(work_request: WorkRequest) -> list[str]:
    rows = work_request.exclusions.select_related("organisation")
    return [f"{row.organisation.name} ({row.get_ground_display()}): {row.explanation}" for row in rows]


def _attachments(work_request: WorkRequest) -> list[str]:
    rows = work_request.attachments.select_related("file")
    return [f"{row} (SHA-256 {row.file.sha256[:16]}…)" for row in rows]


#: What hangs on a request in rows of its own.
PARTS: dict[str, tuple[Text, Callable[[WorkRequest], list[str]]]] = {
    "items": (gettext_lazy("services"), _items),
    "qualifications": (gettext_lazy("qualifications needed"), _qualifications),
    "exclusions": (gettext_lazy("firms kept out"), _exclusions),
    "attachments": (gettext_lazy("attachments"), _attachments),
}
