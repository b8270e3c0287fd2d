"""Sections of credit on the pages of other apps."""

from typing import Any

from django.http import HttpRequest

from marketplace.core.additions import panels

from .models import CurrentStanding
from .selectors import recent_notices


@panels.on("home.main", order=60)
def notices(request: HttpRequest, obj: Any) -> tuple[str, dict[str, Any]] | None:
    """Credit notices on the home page."""
    rows = recent_notices()
    return ("credit/partials/home_notices.html", {"notices": rows}) if rows else None


@panels.on("registry.profile", order=10)
def summary(request: HttpRequest, intermediary: Any) -> tuple[str, dict[str, Any]] | None:
    """The score in short on an intermediary's profile."""
    organisation = intermediary.organisation
    current = CurrentStanding.objects.filter(organisation=organisation).first()
    if current is None:
        return None
    return "credit/partials/profile_summary.html", {"current": current, "organisation": organisation}
