"""Pages of the site that no editor writes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.accounts.models import Organisation

from .privacy import kept


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of persons, why, and how long; and whom to ask."""
    operators = Organisation.objects.filter(kind=Organisation.Kind.OPERATOR).order_by("pk")
    return render(request, "cms/privacy.html", {"kept": kept(), "operators": operators})
