"""
A value that the world publishes, as a part of the seed (RULES, Public value): what is announced, and what was typed.

It is the first one that the named source publishes at least ten minutes after the list is frozen. Which one that is
follows from the clock alone, so that nobody can choose by typing late.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from ..choices import Method
from ..states import OpeningState

FIELDS = ("source", "field", "format")
LONGEST_FIELD = 80


class InRound(Protocol):
    """What one officer typed, in a round of two."""

    @property
    def round(self) -> int: ...


Entry = TypeVar("Entry", bound=InRound)


def announced(source: Mapping[str, str] | None) -> str | None:
    """The source as it stands in the announcement, one line; None where no public value takes part."""
    return ", ".join(source[field] for field in FIELDS) if source else None


def problems_of(source: Mapping[str, str] | None, method: str, *, is_used: bool) -> dict[str, Text]:
    """
    What keeps the named source from being announced, by field of the form.

    :param is_used: whether the market uses public values now
    """
    named = source or {}
    if not any(named.values()):
        return {}
    if not is_used:
        return {"public_value_source": _("The market does not use public values now.")}
    if method == Method.DIRECT:
        return {"public_value_source": _("No chance takes part in direct selection, so no public value either.")}
    problems: dict[str, Text] = {}
    for field in FIELDS:
        text = named.get(field, "")
        if not text.strip():
            problems[f"public_value_{field}"] = _("Source, field and format belong together.")
        elif len(text) > LONGEST_FIELD or "\n" in text:
            problems[f"public_value_{field}"] = _("At most %(most)d characters.") % {"most": LONGEST_FIELD}
    return problems


def earliest(opened_at: datetime, minutes: int) -> datetime:
    """From when on a published value counts, so many minutes after the list was frozen."""
    return opened_at + timedelta(minutes=minutes)


def is_awaited(state: str, *, source: str | None, value: str | None) -> bool:
    """Whether an opening waits for its public value: announced, and not agreed on yet."""
    return state == OpeningState.FROZEN and source is not None and value is None


def present_round(entries: Iterable[Entry]) -> list[Entry]:
    """The entries of the round that is going on, of all in their order: none or one."""
    typed = list(entries)
    last = [entry for entry in typed if entry.round == typed[-1].round] if typed else []
    return last if len(last) == 1 else []


def finished_rounds(entries: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Both entries of every round that is over, in order; what may be shown."""
    by_round: dict[int, list[Entry]] = {}
    for entry in entries:
        by_round.setdefault(entry.round, []).append(entry)
    return [(both[0], both[1]) for both in by_round.values() if len(both) > 1]
