from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from ..permissions import Refused


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The process and its database answer, and every migration has been applied."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ready = not waiting
    return JsonResponse({"status": "ready" if ready else "migrating"}, status=200 if ready else 503)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """403 with the reason in the user's words."""
    reason = exception.reason if isinstance(exception, Refused) else ""
    return render(request, "core/403.html", {"reason": reason}, status=403)
