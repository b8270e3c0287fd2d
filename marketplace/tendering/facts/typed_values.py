"""Public values as two officers type them: what an opening waits for, from when it counts, and its rounds."""

from datetime import datetime

from ..models import Opening, PublicValueEntry
from ..rules import public_value


def is_awaited(opening: Opening) -> bool:
    """Whether the opening waits for its public value."""
    announcement = opening.work_request.announcement or {}
    return public_value.is_awaited(
        opening.state, source=announcement.get("public_value_source"), value=opening.public_value
    )


def earliest_of(opening: Opening) -> datetime:
    """From when on a published value counts."""
    return public_value.earliest(opening.opened_at, opening.work_request.rules.public_value_minutes)


def present_round(opening: Opening) -> list[PublicValueEntry]:
    """The entries of the round that is going on: none or one."""
    return public_value.present_round(opening.public_value_entries.all())


def finished_rounds(opening: Opening) -> list[tuple[PublicValueEntry, PublicValueEntry]]:
    """Both entries of every round that is over, in order; what may be shown."""
    return public_value.finished_rounds(opening.public_value_entries.select_related("officer"))
