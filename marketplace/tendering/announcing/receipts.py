"""What a bidder takes away: proof that a bid was in, signed by the market (RULES, Receipt)."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

import rfc8785

from marketplace.custody import sealing

from ..models import WorkRequest
from .announcement import instant


@dataclass(frozen=True)
class BidReceipt:
    """The signed part names no bidder and no price; nonce and salt are the bidder's own, added for later proof."""

    request: str
    announcement_hash: str
    received_at: str
    sha256: str
    signature: str
    signing_key: str
    nonce: str | None = None
    salt: str | None = None

    def as_document(self) -> dict[str, str | None]:
        return asdict(self)

    def with_numbers(self, nonce: str, salt: str) -> "BidReceipt":
        """The same with the two random numbers, which the signature does not cover."""
        return replace(self, nonce=nonce, salt=salt)


def issue(work_request: WorkRequest, *, sha256: str, arrived_at: datetime) -> BidReceipt:
    """The receipt of a filing; issued again it is the same, unless the market's key was changed meanwhile."""
    signed = _signed_part(work_request.number, _announced_at(work_request, arrived_at), arrived_at, sha256)
    signature, key = sealing.sign(rfc8785.dumps(signed))
    return BidReceipt(**signed, signature=signature, signing_key=key)


def is_genuine(receipt: BidReceipt) -> bool:
    """Whether the market signed what the receipt says."""
    signed = {field: getattr(receipt, field) for field in ("announcement_hash", "received_at", "request", "sha256")}
    return sealing.signature_fits(rfc8785.dumps(signed), receipt.signature, receipt.signing_key)


def _announced_at(work_request: WorkRequest, moment: datetime) -> str:
    """The hash of the announcement that was in force when a filing arrived."""
    if work_request.version == 1:
        return work_request.announcement_hash
    in_force = work_request.versions.filter(published_at__lte=moment).order_by("-number").first()
    return in_force.announcement_hash if in_force else work_request.announcement_hash


def _signed_part(number: str, announcement_hash: str, arrived_at: datetime, sha256: str) -> dict[str, str]:
    return {
        "announcement_hash": announcement_hash,
        "received_at": instant(arrived_at),
        "request": number,
        "sha256": sha256,
    }
