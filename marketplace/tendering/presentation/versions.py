"""What a version of a request changed, in the reader's language."""

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation

from marketplace.core.failures import Text

from ..facts.version_content import PARTS, Change, Words
from ..models import WorkRequest


def shown(changes: list[Change]) -> list[dict[str, Text]]:
    """Changes in the reader's language, each with the name of its field."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return [
        {
            "label": _label(change["field"]),
            "before": _in(change["before"], language),
            "after": _in(change["after"], language),
        }
        for change in changes
    ]


def _in(words: Words, language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")


def _label(name: str) -> Text:
    if name in PARTS:
        return PARTS[name][0]
    try:
        field = WorkRequest._meta.get_field(name)
    except FieldDoesNotExist:  # A field of a version published long ago.
        return name
    return getattr(field, "verbose_name", name)
