"""The market's addresses, and the floors that pages are measured against."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from marketplace.catalogue.models import ServiceItem
from marketplace.config.urls import handler403
from marketplace.config.urls import urlpatterns as market

__all__ = ["handler403", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, through the same middleware, with one indexed SELECT."""
    ServiceItem.objects.filter(code="HB-001").values_list("pk", flat=True).first()
    return HttpResponse("")


def empty_page(request: HttpRequest) -> HttpResponse:
    """The same with the site's head, header and footer around nothing."""
    ServiceItem.objects.filter(code="HB-001").values_list("pk", flat=True).first()
    return render(request, "base.html")


urlpatterns = [path("floor/", empty), path("floor/page/", empty_page), *market]
