"""
Lists and detail pages, asked for in this process, warm, as a visitor.

Each twice: fresh, with everything that `core.web.kept` keeps forgotten before each request, pages and figures, held to
its number of queries; and kept, as all but the first visitor of ten seconds get it, held to its ratio to the floor.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, reverse

from marketplace.accounts.models import District
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.core.web import kept
from marketplace.registry.models import Intermediary
from marketplace.tendering.models import WorkRequest
from tests.benchmarks.report import Report, Row, median_ms

QUERIES, LIST, DETAIL = 12, 8, 5


@dataclass(frozen=True)
class Page:
    """A kind of page, several of which are asked for in turn."""

    name: str
    addresses: list[str]
    most: int


def lists() -> list[Page]:
    district = District.objects.exclude(parent=None).values_list("pk", flat=True).first()
    firms, items, requests = (
        reverse(name) for name in ("registry:intermediary-list", "catalogue:item-list", "tendering:request-list")
    )
    return [
        Page("intermediary list", [firms], LIST),
        Page(
            "intermediary list, filtered",
            [
                f"{firms}?service=HB-001&grade=AA&grade=A&district={district}&sort=price",
                f"{firms}?service=HB-002&price_max=95",
            ],
            LIST,
        ),
        Page("item list", [items, f"{items}?category=environment"], LIST),
        Page("request list", [requests, f"{requests}?q=项目", f"{requests}?stage=open&q=项目"], LIST),
    ]


def details() -> list[Page]:
    firms = list(
        Intermediary.objects.select_related("organisation").order_by("-organisation__standing__rating_count")[:5]
    )
    # One of each end: their pages differ.
    numbers = [
        WorkRequest.objects.filter(status=status).order_by("pk").values_list("number", flat=True).first()
        for status in ("published", "publicity", "in_service", "completed")
    ]
    items = ServiceItem.objects.filter(code__in=("HB-001", "ZJ-008", "ZG-001", "SL-002"))
    regulations = Regulation.objects.filter(page__live=True)[:4]
    return [
        Page("item", [item.get_absolute_url() for item in items], DETAIL),
        Page("intermediary", [firm.get_absolute_url() for firm in firms], DETAIL),
        Page("standing", [reverse("credit:standing", args=[firm.uscc]) for firm in firms], DETAIL),
        Page("request", [reverse("tendering:request-detail", args=[number]) for number in numbers], DETAIL),
        Page("award", [reverse("tendering:award-detail", args=[number]) for number in numbers[1:]], DETAIL),
        Page("regulation", [regulation.get_absolute_url() for regulation in regulations], DETAIL),
    ]


def measure(report: Report, rounds: int) -> None:
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    settings.PAGES_KEPT_SECONDS, settings.FIGURES_KEPT_SECONDS = 10, 60
    clear_url_caches()
    client = Client(SERVER_NAME="127.0.0.1")
    bare = median_ms(lambda: _get(client, "/floor/"), rounds * 5)
    floor = median_ms(lambda: _get(client, "/floor/page/"), rounds * 3)
    report.add(Row("floor: empty view, same middleware, one indexed SELECT", f"{bare:.2f} ms", "1", "1.0"))
    report.add(Row("the site's empty page around it", f"{floor:.2f} ms", "", f"{floor / bare:.1f}"))
    for page in [*lists(), *details()]:
        for name, forget in (("fresh", kept.cache().clear), ("kept", lambda: None)):
            found = statistics.median(_times(client, page, rounds, forget))
            queries = max(_queries(client, address, forget) for address in page.addresses)
            limit, met = f"≤ {QUERIES} queries", queries <= QUERIES
            if name == "kept":
                limit, met = f"≤ {page.most} × floor", found <= page.most * bare
            ratio = f"{found / bare:.1f}, {found / floor:.1f}"
            report.add(Row(f"{page.name}, {name}", f"{found:.2f} ms", str(queries), ratio, limit, met))


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")


def _times(client: Client, page: Page, rounds: int, forget: Callable[[], None]) -> list[float]:
    """Milliseconds of each request, after `forget` has emptied what is kept, or not."""
    for address in page.addresses * 2:
        _get(client, address)
    times = []
    for _, address in zip(range(max(rounds, len(page.addresses))), cycle(page.addresses), strict=False):
        forget()
        began = time.perf_counter()
        _get(client, address)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _queries(client: Client, address: str, forget: Callable[[], None]) -> int:
    _get(client, address)
    forget()
    with CaptureQueriesContext(connection) as captured:
        _get(client, address)
    return len(captured)
