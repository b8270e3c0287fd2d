"""
A value that the world publishes, as a part of the seed (RULES, Public value): what is announced, and what was typed.

It is the first one that the named source publishes at least ten minutes after the list is frozen. Which one that is
follows from the clock alone, so that nobody can choose by typing late.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from ..choices import Method
from ..models import Opening, PublicValueEntry, WorkRequest
from ..policy import TenderingPolicy

FIELDS = ("source", "field", "format")
LONGEST_FIELD = 80


def announced(work_request: WorkRequest) -> str | None:
    """The source as it stands in the announcement, one line; None where no public value takes part."""
    named = work_request.public_value_source
    return ", ".join(named[field] for field in FIELDS) if named else None


def problems_of(work_request: WorkRequest, rules: TenderingPolicy) -> dict[str, Text]:
    """What keeps the named source from being announced, by field of the form."""
    named: Mapping[str, str] = work_request.public_value_source or {}
    if not any(named.values()):
        return {}
    if not rules.public_value:
        return {"public_value_source": _("The market does not use public values now.")}
    if work_request.method == Method.DIRECT:
        return {"public_value_source": _("No chance takes part in direct selection, so no public value either.")}
    problems: dict[str, Text] = {}
    for field in FIELDS:
        text = named.get(field, "")
        if not text.strip():
            problems[f"public_value_{field}"] = _("Source, field and format belong together.")
        elif len(text) > LONGEST_FIELD or "\n" in text:
            problems[f"public_value_{field}"] = _("At most %(most)d characters.") % {"most": LONGEST_FIELD}
    return problems


def earliest_of(opening: Opening) -> datetime:
    """From when on a published value counts."""
    rules = opening.work_request.rules
    return opening.opened_at + timedelta(minutes=rules.public_value_minutes)


def is_awaited(opening: Opening) -> bool:
    """Whether the opening waits for its public value."""
    announcement = opening.work_request.announcement or {}
    return (
        opening.state == Opening.State.FROZEN
        and announcement.get("public_value_source") is not None
        and opening.public_value is None
    )


def present_round(opening: Opening) -> list[PublicValueEntry]:
    """The entries of the round that is going on: none or one."""
    entries = list(opening.public_value_entries.all())
    last = [entry for entry in entries if entry.round == entries[-1].round] if entries else []
    return last if len(last) == 1 else []


def finished_rounds(opening: Opening) -> list[tuple[PublicValueEntry, PublicValueEntry]]:
    """Both entries of every round that is over, in order; what may be shown."""
    by_round: dict[int, list[PublicValueEntry]] = {}
    for entry in opening.public_value_entries.select_related("officer"):
        by_round.setdefault(entry.round, []).append(entry)
    return [(both[0], both[1]) for both in by_round.values() if len(both) > 1]
