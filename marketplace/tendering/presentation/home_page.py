"""Sections of requests and selections on the home page; the module `panels` registers them by its import."""

from typing import Any

from django.http import HttpRequest

from marketplace.core.additions import panels
from marketplace.ui.components import percent

from ..models import Award, Opening, WorkRequest
from .clocks import bidding_clock
from .market_figures import drawn_prices, figures, place
from .shares import share_of_standard

CLOSING = 5
AWARDS = 4
Section = tuple[str, dict[str, Any]] | None


@panels.on("home.main", order=20)
def open_requests(request: HttpRequest, page: Any) -> Section:
    """The next requests to close, and how fairness is kept, shown with the values of real ones."""
    running = WorkRequest.objects.open()
    rows = list(running.prefetch_related("request_items__item").order_by("bids_open_until", "pk")[:CLOSING])
    for row in rows:
        row.clock = bidding_clock(row)  # type: ignore[attr-defined]
    announced = WorkRequest.objects.public().filter(published_at__isnull=False)
    return "tendering/partials/home_requests.html", {
        "requests": rows,
        "total": running.count(),
        "latest": announced.only("number", "announcement", "published_at").order_by("-published_at", "-pk").first(),
        "sealed": rows[0] if rows else None,
        "opened": Opening.objects.filter(state=Opening.State.RANKED)
        .exclude(seed="")
        .select_related("work_request")
        .order_by("-opened_at")
        .first(),
    }


@panels.on("home.main", order=40)
def latest_awards(request: HttpRequest, page: Any) -> Section:
    """The latest selections, each of which can be checked."""
    rows = list(Award.objects.live().for_list().order_by("-publicity_started_at", "-pk")[:AWARDS])
    for row in rows:
        row.share = share_of_standard(row)  # type: ignore[attr-defined]
    return ("tendering/partials/home_awards.html", {"awards": rows}) if rows else None


@panels.on("home.main", order=50)
def market_figures(request: HttpRequest, page: Any) -> Section:
    """This year's market in five figures."""
    return "tendering/partials/home_figures.html", {"figures": figures()}


@panels.on("home.main", order=55)
def price_chart(request: HttpRequest, page: Any) -> Section:
    """Prices against the reference, by service."""
    rows = drawn_prices(figures().prices)
    if not rows:
        return None
    ticks = [(percent(place(value)), f"{value:.0%}", value == 1) for value in (0.6, 0.8, 1)]
    return "tendering/partials/home_prices.html", {"rows": rows, "ticks": ticks}
