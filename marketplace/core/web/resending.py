"""
A form that arrives after its session has ended, or with the token of an earlier one, is not lost.

What was typed goes back in the answer itself, to be sent again after signing in; the market keeps nothing of it
(docs/decisions/forms-outlive-sessions.md).
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

TOKEN = "csrfmiddlewaretoken"  # noqa: S105  the field's name
#: A field with one of these in its name never goes back to a page.
SECRETS = ("password", "secret")


class SignedOutMiddleware:
    """Where a view sends a form's sender to sign in, the form waits in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_entrance = request.path == reverse("wagtailadmin_login")
        if request.method != "POST" or request.user.is_authenticated or is_entrance or not _leads_to_sign_in(response):
            return response
        if not _is_navigation(request):
            return JsonResponse(
                {"detail": _("You are no longer signed in. Sign in again, then send it again.")}, status=401
            )
        if _can_go_back(request) and (_typed_in(request) or request.FILES):
            return _resend_page(request)
        messages.info(request, _("You were no longer signed in, so nothing was done. Sign in, then press again."))
        return redirect_to_login(page_of(request))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without a valid token: most are older than a sign-in in another window."""
    with translation.override(_language_of(request)):
        if not _is_navigation(request):
            detail = _("This page is older than your last sign-in. Reload it, then send again.")
            return JsonResponse({"detail": detail}, status=403)
        if _is_from_here(request) and _can_go_back(request):
            return _resend_page(request)
        return render(request, "403_csrf.html", {"page": page_of(request)}, status=403)


def page_of(request: HttpRequest) -> str:
    """The page of ours that a form stood on, as a path; the form's own address where the browser doesn't tell."""
    referrer = urlsplit(request.META.get("HTTP_REFERER", ""))
    if referrer.netloc == request.get_host() and referrer.path:
        return f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return request.get_full_path()


def _resend_page(request: HttpRequest) -> HttpResponse:
    context = {
        "typed": _typed_in(request),
        "uploads": [(name, upload.name) for name, uploads in request.FILES.lists() for upload in uploads],
        "page": page_of(request),
    }
    response = render(request, "core/resend.html", context, status=403)
    add_never_cache_headers(response)
    return response


def _typed_in(request: HttpRequest) -> list[tuple[str, Any]]:
    """What the form held; the button that was pressed is among it."""
    return [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]


def _can_go_back(request: HttpRequest) -> bool:
    """Whether the form may be shown again: not where it holds a password, and not the pages of signing in."""
    match = request.resolver_match
    is_entrance = match is not None and match.func.__module__.startswith("allauth")
    return not is_entrance and not any(secret in name.lower() for name in request.POST for secret in SECRETS)


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent this: another site's form is not shown as if the reader had filled it in."""
    sender = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    return urlsplit(sender).netloc == request.get_host()


def _is_navigation(request: HttpRequest) -> bool:
    """Whether the answer is a page that somebody sees, rather than something for a script."""
    return request.META.get("HTTP_SEC_FETCH_MODE", "navigate") == "navigate" and "HTTP_HX_REQUEST" not in request.META


def _leads_to_sign_in(response: HttpResponse) -> bool:
    if response.status_code != 302:
        return False
    return urlsplit(response.headers["Location"]).path in (reverse(settings.LOGIN_URL), reverse("wagtailadmin_login"))


def _language_of(request: HttpRequest) -> str:
    """The console's addresses name no language; there it is the person's own."""
    own = getattr(request.user, "language", None) if request.path.startswith("/console/") else None
    return own or translation.get_language()
