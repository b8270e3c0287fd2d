"""The regulations' section of the home page."""

from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest

from marketplace.core import panels

from .selectors import items_by_regulation, published_regulations

IN_FORCE = 3
NOT_IN_FORCE = 1


@panels.on("home.main", order=70)
def regulations(request: HttpRequest, page: Any) -> tuple[str, dict[str, Any]] | None:
    """The latest regulations in force, and the latest fee standard that is only a reference now."""
    known = published_regulations().order_by(F("regulation__effective_on").desc(nulls_last=True), "pk")
    gone = Q(regulation__fee_schedules__isnull=False) & ~Q(regulation__status="effective")
    rows = [*known.filter(regulation__status="effective")[:IN_FORCE], *known.filter(gone).distinct()[:NOT_IN_FORCE]]
    if not rows:
        return None
    governed = items_by_regulation([row.regulation_id for row in rows])
    return "cms/partials/home_regulations.html", {
        "rows": [{"page": row, "regulation": row.regulation, "items": len(governed[row.regulation_id])} for row in rows]
    }
