"""An opening: a thousand sealed bids decrypted, judged on their firms' records, frozen and ranked."""

import resource
import time
from decimal import Decimal

from django.db import connection

from marketplace.core import clock
from marketplace.tendering import services
from marketplace.tendering.models import Bid
from tests.benchmarks.bids import bidders_of_world, open_request
from tests.benchmarks.report import Report, Row

BIDS = 1000
LIMIT_S = 3
#: What the process may grow by, in megabytes: the boxes of all bids together would be eight.
LIMIT_MB = 64


def measure(report: Report) -> None:
    work_request = open_request()
    for number, (firm, user) in enumerate(bidders_of_world(BIDS)):
        price = Decimal(50_000 + number)
        services.seal_and_submit_bid(request_id=work_request.pk, intermediary=firm, actor=user, price=price, days=15)
    work_request.refresh_from_db()
    connection.close()
    with clock.at(work_request.bids_open_until):
        services.close_bids(request_id=work_request.pk)
    work_request.refresh_from_db()
    with clock.at(work_request.opens_at):
        grown, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        opening = services.open_request(request_id=work_request.pk)
        took = time.perf_counter() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown) // 1024
    filed = Bid.objects.filter(work_request=work_request).count()
    told = len(opening.frozen["ciphertexts"]) if opening and opening.frozen else 0
    report.add(
        Row(
            f"opening of {filed} sealed bids",
            f"{took:.1f} s",
            limit=f"≤ {LIMIT_S} s, every bid in the list",
            kept=took <= LIMIT_S and filed == told,
        )
    )
    report.add(Row("memory of that opening", f"+{grown} MB", limit=f"≤ {LIMIT_MB} MB more", kept=grown <= LIMIT_MB))
