from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from . import showcase


def components_page(request: HttpRequest) -> HttpResponse:
    """Every component of the pages in every state, to build with and to check against the design."""
    if not settings.SHOWCASE:
        raise Http404
    request.GET = showcase.QUERY
    return render(request, "ui/components.html", showcase.context())
