"""By what a firm finds its own filings again, whose rows name nobody."""

from marketplace.custody import sealing

from ..models import WorkRequest


def bidder_ref(work_request: WorkRequest, uscc: str, filing: int) -> str:
    """The only thing a filing's row says about its bidder; `filing` counts that firm's filings from 0."""
    return sealing.keyed_reference(work_request.number, uscc, filing)
