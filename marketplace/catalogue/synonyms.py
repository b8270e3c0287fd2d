"""Short names that people type for what the catalogue calls by its full name (环评 for 环境影响评价)."""

import csv
from functools import cache

from django.conf import settings


@cache
def _synonyms() -> dict[str, str]:
    with (settings.FIXTURES / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["short"]: row["full"] for row in csv.DictReader(file)}


def spellings_of(words: str) -> set[str]:
    """The words as typed, and with each short name in them written out."""
    full = words
    for short, name in _synonyms().items():
        if short in full and name not in full:
            full = full.replace(short, name)
    return {words, full}
