"""Bids: sealed and stored by the market's own service, each in its own transaction."""

import statistics
import threading
import time
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.core import calendar, clock
from marketplace.registry.models import Intermediary
from marketplace.tendering import services
from marketplace.tendering.models import Bid, WorkRequest
from tests.benchmarks.report import Report, Row

ITEM = "HB-005"
BIDS, CLIENTS = 60, 4
LIMIT_MS = 25
LIMIT_PER_SECOND = 100


def measure(report: Report) -> None:
    bidders = bidders_of_world(BIDS * 2)
    one = open_request()
    times = [_bid(one, *bidder) for bidder in bidders[:BIDS]]
    found = statistics.median(times)
    report.add(Row("bid stored, 1 client", f"{found:.1f} ms", limit=f"≤ {LIMIT_MS} ms", kept=found <= LIMIT_MS))
    four = open_request()
    began = time.perf_counter()
    _at_once(four, bidders[BIDS:])
    took = time.perf_counter() - began
    stored = Bid.objects.filter(work_request=four)
    once = all(len(services.filings_of(four, firm)) == 1 for firm, _ in bidders[BIDS:])
    kept = once and stored.count() == len(bidders[BIDS:])
    report.add(
        Row(
            f"bids stored for one request, {CLIENTS} clients",
            f"{len(bidders[BIDS:]) / took:.0f} bids/s",
            limit=f"≥ {LIMIT_PER_SECOND} bids/s, no duplicate, none lost",
            kept=kept and len(bidders[BIDS:]) / took >= LIMIT_PER_SECOND,
        )
    )


def bidders_of_world(count: int) -> list[tuple[Intermediary, User]]:
    firms = Intermediary.objects.listed().filter(offers__item__code=ITEM).order_by("?").select_related("organisation")
    return [(firm, firm.organisation.memberships.select_related("user").get().user) for firm in firms[:count]]


def open_request() -> WorkRequest:
    """A request published today, by the services."""
    owner = Organisation.objects.filter(kind="enterprise").order_by("?").first()
    clerk = User.objects.get(email="operator@demo.example")
    actor = owner.memberships.get().user
    item = ServiceItem.objects.get(code=ITEM)
    draft = services.create_draft(owner=owner, actor=actor, lines=[services.ItemLine(item)])
    closes_on = calendar.working_day_after(clock.today(), 6)
    draft = services.save_draft(
        request_id=draft.pk,
        actor=actor,
        values={
            "project_name": "基准测试",
            "content": "基准测试。",
            "scale": "见附件",
            "service_days": 20,
            "method": "lowest_price",
            "price_max": Decimal("100000.00"),
            "bids_close_at": calendar.end_of_day(closes_on) - timedelta(hours=7),
            "contact_name": "某",
            "contact_phone": "0519-85680000",
        },
    )
    handed_in = services.submit_request(request_id=draft.pk, actor=actor)
    if handed_in.status == "published":
        return handed_in
    return services.review_request(request_id=draft.pk, publish_it=True, actor=clerk)


def _bid(work_request: WorkRequest, firm: Intermediary, user: User) -> float:
    began = time.perf_counter()
    services.seal_and_submit_bid(
        request_id=work_request.pk, intermediary=firm, actor=user, price=Decimal("88000.00"), days=15
    )
    return (time.perf_counter() - began) * 1000


def _at_once(work_request: WorkRequest, bidders: list[tuple[Intermediary, User]]) -> None:
    start, broken = threading.Barrier(CLIENTS), []

    def run(mine: list[tuple[Intermediary, User]]) -> None:
        start.wait()
        try:
            for bidder in mine:
                _bid(work_request, *bidder)
        except Exception as failure:  # noqa: BLE001  raised below, in the main thread
            broken.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(bidders[client::CLIENTS],)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
