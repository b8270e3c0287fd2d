"""How names follow one another in a line."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def in_line(names: Iterable[str]) -> str:
    """Names as a list in a sentence, parted as the language does."""
    return pgettext("between names", ", ").join(names)
