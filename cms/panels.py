"""The regulations' section of the home page."""

from typing import Any

from django.db.models import Count, F
from django.http import HttpRequest

from marketplace.catalogue.models import Regulation
from marketplace.core.additions import panels

IN_FORCE = 3
NOT_IN_FORCE = 1


@panels.on("home.main", order=70)
def regulations(request: HttpRequest, page: Any) -> tuple[str, dict[str, Any]] | None:
    """The latest regulations in force, and the latest fee standard that is only a reference now."""
    known = (
        Regulation.objects.filter(page__live=True)
        .annotate(services=Count("bases__item", distinct=True))
        .order_by(F("effective_on").desc(nulls_last=True), "pk")
    )
    gone = known.no_longer_relied_on().filter(fee_schedules__isnull=False)
    rows = [*known.in_force()[:IN_FORCE], *gone[:NOT_IN_FORCE]]
    return ("cms/partials/home_regulations.html", {"regulations": rows}) if rows else None
