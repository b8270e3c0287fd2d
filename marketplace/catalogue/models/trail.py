"""The lines of an entry's trail, and what they keep from the data files."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Model

from marketplace.accounts.models import User
from marketplace.core import audit

from .sources import FromFile, facts_of


@transaction.atomic
def record_change(*, entry: Model, before: Mapping[str, str] | None, actor: User | None) -> None:
    """
    Add a line to the trail of a catalogue entry, and keep what changed from the data files.

    :param before: `facts_of` the entry as it was, None for a new one; where nothing differs no line is written
    """
    after = facts_of(entry)
    if before == after:
        return
    old = before or {}
    changed = [name for name, value in after.items() if old.get(name) != value]
    if isinstance(entry, FromFile):
        entry.note_corrections([name for name in changed if name != "id"])
        entry.save(update_fields=["corrected_fields"])
    audit.record(
        matter=matter_of(entry),
        action="changed" if before else "created",
        actor=actor,
        before={name: old[name] for name in changed if name in old} or None,
        after={name: after[name] for name in changed},
    )


def matter_of(entry: Model) -> str:
    return f"catalogue:{entry._meta.model_name}:{entry.pk}"
