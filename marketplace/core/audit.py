"""The audit trail: every change of a matter, chained by hash, so that an altered line shows."""

import hashlib
from typing import Any

import rfc8785
from django.db import IntegrityError, transaction

from . import clock
from .models import AuditEntry

GENESIS = "0" * 64


def _hash(entry: AuditEntry) -> str:
    body = {
        "action": entry.action,
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "after": entry.after,
        "at": entry.at.isoformat(),
        "before": entry.before,
        "matter": entry.matter,
        "position": entry.position,
        "previous_hash": entry.previous_hash,
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def record(
    *, matter: str, action: str, actor: Any | None, before: dict | None = None, after: dict | None = None
) -> AuditEntry:
    """
    Add a line to a matter's trail, in the transaction of the change.

    :param matter: such as "request:MX-2026-0001"; the caller holds the lock of the matter's own row
    :param before: what was, as plain JSON values (decimals and dates as strings)
    """
    for attempt in range(5):
        last = AuditEntry.objects.filter(matter=matter).order_by("-position").first()
        entry = AuditEntry(
            matter=matter,
            position=last.position + 1 if last else 1,
            at=clock.now(),
            actor=actor,
            actor_name=str(actor) if actor else "",
            action=action,
            before=before,
            after=after,
            previous_hash=last.hash if last else GENESIS,
        )
        entry.hash = _hash(entry)
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:
            # Another transaction took this position; the chain goes on behind its line.
            if attempt == 4:
                raise
            continue
        break
    return entry


def trail(matter: str) -> list[AuditEntry]:
    """A matter's lines, oldest first."""
    return list(AuditEntry.objects.filter(matter=matter).select_related("actor").order_by("position"))


def verify(matter: str) -> int | None:
    """The position of the first line that does not fit the chain, or None where all fit."""
    previous = GENESIS
    for position, entry in enumerate(trail(matter), 1):
        if entry.position != position or entry.previous_hash != previous or entry.hash != _hash(entry):
            return position
        previous = entry.hash
    return None
