"""A request's filings on the table, opened with the keys that its deposits hold."""

from marketplace.custody import sealing
from marketplace.tendering.models import Bid
from marketplace.tendering.sealing.bids import open_box, read_bid, read_envelope
from marketplace.tendering.services.openings.judging import Filed


def opened_filings(work_request):
    keys = {one.side: sealing.unwrap(one.side, bytes(one.wrapped_key)) for one in work_request.deposits.all()}
    return [
        Filed(
            row,
            read_envelope(open_box(bytes(row.envelope), keys)),
            read_bid(open_box(bytes(row.ciphertext), keys)),
        )
        for row in Bid.objects.filter(work_request=work_request)
    ]
