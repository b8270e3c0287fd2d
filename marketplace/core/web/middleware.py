import re
from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_metadata

from ..failures import DomainError

SEALED_PATHS = re.compile(settings.PATHS_THAT_LOG_NO_PERSON)


class RequestLogMiddleware(RequestMiddleware):
    """A line at a request's start and end; where nobody may learn who acts, without person, address and device."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        # A withdrawal reads like a bid: who counts the lines must not learn how many bids are live.
        sealed = SEALED_PATHS.match(request.path)
        return f"{request.method} {sealed.group(1)}" if sealed else RequestMiddleware.format_request(request)

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        if not SEALED_PATHS.match(request.path):
            RequestMiddleware.bind_user_id(request)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        if not SEALED_PATHS.match(request.path):
            super().bind_ip(request)


@receiver(bind_extra_request_metadata)
def leave_out_the_device(request: HttpRequest, log_kwargs: dict[str, Any], **_: Any) -> None:
    if SEALED_PATHS.match(request.path):
        del log_kwargs["user_agent"]


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, and the console's own under /console/, whose editor carries inline scripts."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/console/"):
            setattr(response, "_csp_replace", settings.CONSOLE_CONTENT_SECURITY_POLICY)  # noqa: B010  django-csp's name
        return super().process_response(request, response)


class NulMiddleware:
    """No page has a NUL character in its path, and PostgreSQL takes none: not found, before anything is looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404
        return self.get_response(request)


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
