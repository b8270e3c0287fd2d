"""The announced object: what a published version binds itself to, hashed on the page and in every receipt."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .. import selection
from ..facts.evaluators import announced_pool
from ..models import Opening, RequestVersion, WorkRequest
from ..rules import public_value
from ..sealing import custodians


def instant(moment: datetime) -> str:
    """UTC to the second, RFC 3339."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def announce(work_request: WorkRequest, *, published_at: datetime | None = None) -> dict[str, Any]:
    """
    The announcement of a request's present version; both custodians draw their halves the first time.

    A later version keeps the keys and commitments of the first, and has a time of publication of its own.

    `limits` holds the fixed price or price limits in CNY, the longest service time in working days, and how many
    bids must count: a transcript of a failed request proves with it that the request had to fail.
    """
    if work_request.method == WorkRequest.Method.DIRECT:
        return compose(work_request, None, published_at=published_at)
    if before := work_request.announcement:
        published = {
            side: custodians.Published(key, before["commitments"][side]) for side, key in before["bid_keys"].items()
        }
    else:
        published = {side: custodian.draw(work_request) for side, custodian in custodians.custodians().items()}
    return compose(work_request, published, published_at=published_at)


def compose(
    work_request: WorkRequest,
    published: Mapping[str, custodians.Published] | None,
    *,
    published_at: datetime | None = None,
) -> dict[str, Any]:
    """
    The announcement, with what both custodians publish of it.

    :param published: None for direct selection, which has neither keys nor commitments nor deadline
    """
    deadline = work_request.bids_close_at
    if work_request.published_at is None or (published is not None and deadline is None):
        raise ValueError(f"{work_request.number} has no deadline yet")
    return {
        "bid_keys": {side: half.public_key for side, half in published.items()} if published else None,
        "commitments": {side: half.commitment for side, half in published.items()} if published else None,
        "deadline": instant(deadline) if deadline is not None else None,
        "limits": limits(work_request),
        "method": str(work_request.method),
        "number": work_request.number,
        "parameters": work_request.parameters,
        "policy": work_request.policy_version,
        "public_value_source": public_value.announced(work_request.public_value_source),
        "published_at": instant(published_at or work_request.published_at),
        "version": work_request.version,
    }


def limits(work_request: WorkRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"days": work_request.service_days, "fewest_bids": work_request.fewest_bids}
    if work_request.price_max is not None:
        found["price"] = f"{work_request.price_max:.2f}"
    if work_request.price_min is not None:
        found["price_from"] = f"{work_request.price_min:.2f}"
    return found


def transcript_bytes(opening: Opening) -> bytes:
    """The published transcript, byte for byte as it was signed (RFC 8785)."""
    return selection.canonical(opening.transcript)


def announcement_bytes(version: RequestVersion) -> bytes:
    """A version's announcement, byte for byte as it was hashed (RFC 8785)."""
    return selection.canonical(version.announcement)


def bind(work_request: WorkRequest, *, published_at: datetime | None = None) -> None:
    """Write announcement and hash onto the request (unsaved), and fix its pool of evaluators where it has one."""
    if work_request.method == WorkRequest.Method.BEST_PROPOSAL:
        # Of each version anew: its services may ask for other competence.
        work_request.parameters = {**work_request.parameters, "pool": announced_pool(work_request)}
    work_request.announcement = announce(work_request, published_at=published_at)
    work_request.announcement_hash = selection.announcement_hash(work_request.announcement)
