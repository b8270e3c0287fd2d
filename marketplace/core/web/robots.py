from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

#: Where nobody is led from outside: what belongs to somebody, and what costs much and says nothing of its own.
INSIDE = ("/accounts/", "/workbench/", "/console/", "/search/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in INSIDE), *(f"Disallow: /en{path}" for path in INSIDE)]
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
