"""What every part of the API shares: pages of a list, and problem details (RFC 9457)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import MultipleChoiceField
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
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


class NamedFilters(DjangoFilterBackend):
    """
    The filters that the description names, and no others, each once unless it takes several values: what is misspelt
    or given again would be passed over in silence, and the answer would be of another question.
    """

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        if getattr(view, "detail", False):
            return super().filter_queryset(request, queryset, view)
        filterset = self.get_filterset(request, queryset, view)
        fields = filterset.form.fields if filterset is not None else {}
        given = request.query_params
        unknown = sorted(set(given) - set(_names_of(fields)) - set(EVERYWHERE))
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in unknown})
        several = {name for name, field in fields.items() if isinstance(field, MultipleChoiceField)}
        repeated = sorted(name for name in set(given) - several if len(given.getlist(name)) > 1)
        if repeated:
            raise ValidationError({name: [_("Give this once.")] for name in repeated})
        return super().filter_queryset(request, queryset, view)


#: What any list takes beside its filters.
EVERYWHERE = ("page", "page_size", "format")


def _names_of(fields: Mapping[str, Any]) -> Iterator[str]:
    """The parameters of a filter's form; a range has two."""
    for name, field in fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        if suffixes:
            yield from (f"{name}_{suffix}" if suffix else name for suffix in suffixes)
        else:
            yield name


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
    """Pages of 20, or of what is asked for up to 100; a size that is none is refused, not passed over in silence."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not re.fullmatch(r"[1-9][0-9]{0,2}", given) or int(given) > self.max_page_size:
            raise ValidationError({self.page_size_query_param: [_("A number from 1 to 100.")]})
        return int(given)

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        given = request.query_params.get(self.page_query_param)
        if given is not None and not re.fullmatch(r"[1-9][0-9]{0,8}", given):
            raise ValidationError({self.page_query_param: [_("A page's number, from 1.")]})
        return super().get_page_number(request, paginator)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        bounds = {
            self.page_query_param: {"minimum": 1},
            self.page_size_query_param: {"minimum": 1, "maximum": self.max_page_size},
        }
        found = super().get_schema_operation_parameters(view)
        for parameter in found:
            parameter["schema"] |= bounds[parameter["name"]]
        return found


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
