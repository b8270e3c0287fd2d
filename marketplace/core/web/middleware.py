import re
from collections.abc import Callable
from typing import Any

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_metadata

from ..failures import DomainError
from .addresses import client_address
from .request_logs import names_nobody, path_of

log = structlog.get_logger(__name__)
#: A request's id as a proxy may give it: what else stands there would come into every line.
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class RequestLogMiddleware(RequestMiddleware):
    """A line at a request's start and end, by the rules of `request_logs`."""

    def prepare(self, request: HttpRequest) -> None:
        # A thread serves one request after the other; nothing of the last may stand in this one's lines.
        structlog.contextvars.clear_contextvars()
        for name in ("HTTP_X_REQUEST_ID", "HTTP_X_CORRELATION_ID"):
            if not REQUEST_ID.fullmatch(request.META.get(name, "")):
                request.META.pop(name, None)
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {path_of(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Never: the trail says who did what."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        if not names_nobody(request):
            structlog.contextvars.bind_contextvars(ip=client_address(request))


@receiver(bind_extra_request_metadata)
def leave_out_the_device(request: HttpRequest, log_kwargs: dict[str, Any], **_: Any) -> None:
    if names_nobody(request):
        del log_kwargs["user_agent"]


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, and the console's own under /console/, whose editor carries inline scripts."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/console/"):
            setattr(response, "_csp_replace", settings.CONSOLE_CONTENT_SECURITY_POLICY)  # noqa: B010  django-csp's name
        return super().process_response(request, response)


class SessionMiddleware(sessions.SessionMiddleware):
    """The framework's; a page that was only read is shown although its session could not be written (a full disk)."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except DatabaseError:
            if request.method not in ("GET", "HEAD"):
                raise
            log.exception("session_not_written")
            return response


class FailureMiddleware:
    """A refusal by the rules that no form caught: a page that says what and why (409), never a stack trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        return render(request, "core/refused.html", {"failure": exception}, status=exception.status)
