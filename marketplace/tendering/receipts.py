"""What a bidder takes away: proof that a bid was in, signed by the market (RULES, Receipt)."""

from dataclasses import asdict, dataclass
from datetime import datetime

import rfc8785

from marketplace.core import sealing

from .announcement import instant
from .models import Bid, WorkRequest


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


def issue(bid: Bid, work_request: WorkRequest, *, nonce: str | None = None, salt: str | None = None) -> BidReceipt:
    signed = _signed_part(work_request.number, work_request.announcement_hash, bid.arrived_at, bid.sha256)
    signature, key = sealing.sign(rfc8785.dumps(signed))
    return BidReceipt(**signed, signature=signature, signing_key=key, nonce=nonce, salt=salt)


def is_genuine(receipt: BidReceipt) -> bool:
    """Whether the market signed what the receipt says."""
    signed = {field: getattr(receipt, field) for field in ("announcement_hash", "received_at", "request", "sha256")}
    return sealing.signature_fits(rfc8785.dumps(signed), receipt.signature, receipt.signing_key)


def _signed_part(number: str, announcement_hash: str, arrived_at: datetime, sha256: str) -> dict[str, str]:
    return {
        "announcement_hash": announcement_hash,
        "received_at": instant(arrived_at),
        "request": number,
        "sha256": sha256,
    }
