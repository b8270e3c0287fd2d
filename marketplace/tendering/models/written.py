"""Which of a request's fields the owner writes, and which are the market's own; every field is one of the two."""

from typing import Any

from .parts import Attachment, Exclusion, RequestItem
from .requests import WorkRequest

#: What the market writes: whose it is, where it stands, and what was published.
MARKETS_OWN = frozenset(
    {
        "id",
        "number",
        "owner",
        "created_by",
        "created_at",
        "edited_at",
        "policy_version",
        "project_key",
        "version",
        "status",
        "status_before_suspension",
        "bids_open_until",
        "moved_for_questions_at",
        "moved_for_outage_at",
        "submitted_at",
        "published_at",
        "opened_at",
        "awarded_at",
        "suspended_at",
        "days_left_when_suspended",
        "resumed_at",
        "ended_at",
        "return_reason",
        "end_reason",
        "announcement",
        "announcement_hash",
        "reposted_from",
        "failures_before",
        "amends",
    }
)

#: What the owner writes into the request's own row: all the rest, so that a field added later is never left behind.
OWNERS_FIELDS = tuple(field.name for field in WorkRequest._meta.concrete_fields if field.name not in MARKETS_OWN)
#: What the owner ticks in lists; services have rows of their own.
OWNERS_LISTS = tuple(
    field.name for field in WorkRequest._meta.many_to_many if field.remote_field.through is not RequestItem
)
#: What the owner writes into rows of their own.
OWNERS_ROWS: tuple[Any, ...] = (RequestItem, Exclusion, Attachment)
