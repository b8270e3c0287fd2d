import sys
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .. import disk
from ..permissions import Refused
from ..running import readiness
from .api import PROBLEM
from .following import leading_back

DATABASE_AWAY = _("The market's database does not answer at the moment. Nothing was changed; try again in a minute.")
FAILED = _("Something went wrong on our side and nothing was changed.")


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """What the market needs and how it is, by name; 503 only where it cannot answer people."""
    findings = readiness.look()
    body = {
        "status": readiness.summary(findings),
        "checks": {each.name: {"state": each.state, **each.figures} for each in findings},
    }
    return JsonResponse(body, status=503 if body["status"] == readiness.UNREADY else 200)


def failed(request: HttpRequest) -> HttpResponse:
    """
    What nobody caught: 503 where the database is away or busy, 507 where the disk is full, else 500.

    Nothing here asks the database. The API answers with problem details.
    """
    failure = sys.exc_info()[1]
    if disk.is_full(failure):
        status, code, title = 507, disk.UnableToStore.code, disk.FULL
    elif isinstance(failure, OperationalError | InterfaceError):
        status, code, title = 503, "database-away", DATABASE_AWAY
    else:
        status, code, title = 500, "error", FAILED
    response: HttpResponse
    if request.path.startswith("/api/"):
        with translation.override(translation.get_language_from_request(request)):
            body = {"type": f"urn:mingxuan:problem:{code}", "title": str(title), "status": status}
        response = JsonResponse(body, status=status, content_type=PROBLEM)
    else:
        response = HttpResponse(loader.get_template(f"{status}.html").render(), status=status)
    if status == 503:
        response["Retry-After"] = "10"
    return response


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """403 with the reason in the user's words; whoever only lacks an organisation is led to where one is recorded."""
    refusal = exception if isinstance(exception, Refused) else Refused("")
    here = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    remedy = refusal.remedy
    context: dict[str, Any] = {"reason": refusal.reason, "here": here}
    if remedy is not None and request.user.is_authenticated:
        address = leading_back(reverse(remedy.url_name), here)
        memberships = getattr(request, "memberships", [])
        if here and not memberships:
            messages.info(request, str(refusal.reason))
            return redirect(address)
        others = [each for each in memberships if each.acts and each.organisation.kind in remedy.kinds]
        context |= {"remedy": remedy, "remedy_url": address, "others": others}
    return render(request, "core/403.html", context, status=403)
