"""What every part of the API shares: pages of a list, and problem details (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle
from rest_framework.views import exception_handler

from ..failures import DomainError
from .addresses import client_address

PROBLEM = "application/problem+json"


class InItsLanguage:
    """A view that answers in the language its caller accepts; the API's addresses carry none."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        translation.activate(translation.get_language_from_request(request))
        super().initial(request, *args, **kwargs)  # type: ignore[misc]


class VisitorThrottle(AnonRateThrottle):
    def get_ident(self, request: Request) -> str:
        return client_address(request)


class PersonThrottle(UserRateThrottle):
    def get_ident(self, request: Request) -> str:
        return client_address(request)


def only_ours(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """The endpoints of the published schema; Wagtail's console has an API of its own for its pages."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


class Pagination(PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


def problem(*, type_: str, title: str, status_code: int, detail: str = "", errors: Any = None) -> Response:
    """A problem document."""
    body: dict[str, Any] = {"type": f"urn:mingxuan:problem:{type_}", "title": title, "status": status_code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, content_type=PROBLEM)


def problem_handler(failure: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: named failures and framework errors alike become problem details."""
    if isinstance(failure, DomainError):
        errors = {field: [str(message)] for field, message in failure.field_errors.items()}
        return problem(type_=failure.code, title=str(failure), status_code=failure.status, errors=errors)
    if isinstance(failure, RecursionError):
        # A body nested deeper than the parser goes is the caller's mistake.
        return problem(type_="parse_error", title=_("The input is not valid."), status_code=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(failure, context)
    if response is None:
        return None
    if isinstance(failure, ValidationError):
        return problem(
            type_="invalid", title=_("The input is not valid."), status_code=response.status_code, errors=response.data
        )
    if isinstance(failure, Http404):
        return problem(type_="not-found", title=_("Not found."), status_code=status.HTTP_404_NOT_FOUND)
    if isinstance(failure, PermissionDenied):
        return problem(type_="forbidden", title=str(failure), status_code=status.HTTP_403_FORBIDDEN)
    code = failure.default_code if isinstance(failure, APIException) else "error"
    answer = problem(type_=str(code), title=str(getattr(failure, "detail", failure)), status_code=response.status_code)
    for header in ("Retry-After", "WWW-Authenticate", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer
