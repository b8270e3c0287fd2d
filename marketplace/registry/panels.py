"""What an intermediary's credit page shows of its registration, so that both pages have one head."""

from typing import Any

from django.http import HttpRequest

from marketplace.core.additions import panels

from .models import Intermediary


def _firm_of(request: HttpRequest, organisation: Any) -> Intermediary | None:
    # Three panels of one page ask for the same firm.
    kept: dict[int, Intermediary | None] = request.__dict__.setdefault("_credit_page_firms", {})
    if organisation.pk not in kept:
        firms = Intermediary.objects.visible_to(request.user).with_suspension().prefetch_related("offers")
        kept[organisation.pk] = firms.filter(organisation=organisation).first()
        if firm := kept[organisation.pk]:
            firm.organisation = organisation
    return kept[organisation.pk]


@panels.on("credit.tags", order=10)
def tags(request: HttpRequest, organisation: Any) -> tuple[str, dict[str, Any]] | None:
    """Listed, suspended or closed, and whether it can bid."""
    firm = _firm_of(request, organisation)
    if firm is None:
        return None
    return "registry/partials/credit_tags.html", {
        "intermediary": firm,
        "standing": getattr(organisation, "standing", None),
    }


@panels.on("credit.facts", order=10)
def facts(request: HttpRequest, organisation: Any) -> tuple[str, dict[str, Any]] | None:
    """Since when it is listed."""
    firm = _firm_of(request, organisation)
    return ("registry/partials/credit_facts.html", {"intermediary": firm}) if firm else None


@panels.on("credit.tabs", order=10)
def tabs(request: HttpRequest, organisation: Any) -> tuple[str, dict[str, Any]] | None:
    """The tabs of the profile."""
    firm = _firm_of(request, organisation)
    return ("registry/partials/credit_tabs.html", {"intermediary": firm}) if firm else None
