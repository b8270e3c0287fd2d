"""
What is worked out once and kept for a while: whole pages for visitors, and figures over long tables.

docs/decisions/pages-kept-for-visitors.md says what may be kept, and why that harms nobody.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language

View = Callable[..., HttpResponse]
Found = TypeVar("Found")

#: A header that a view sets says something of this one answer; only these say nothing of the visitor.
PLAIN_HEADERS = {"content-type"}


def cache() -> BaseCache:
    return caches["kept"]


def for_visitors(view: View) -> View:
    """
    Keep the view's page for `PAGES_KEPT_SECONDS` and give it to every visitor who asks for the same address.

    Only the body is kept: it passes through the middleware like any other, which gives it the headers of its own
    request. A page made for somebody is neither kept nor served from here (`is_visitor`, `_is_for_everybody`).
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PAGES_KEPT_SECONDS or not is_visitor(request):
            return view(request, *args, **kwargs)
        key = _key(request)
        if (found := cache().get(key)) is not None:
            content_type, body = found
            return HttpResponse(body, content_type=content_type)
        response = view(request, *args, **kwargs)
        if hasattr(response, "add_post_render_callback"):
            # Wagtail's pages are rendered after the view has returned.
            response.add_post_render_callback(lambda rendered: _keep(key, request, rendered))
        else:
            _keep(key, request, response)
        return response

    return answer


def is_visitor(request: HttpRequest) -> bool:
    """Whether nothing in the request tells who asks or asks for a part of the page: a GET without cookies of ours."""
    ours = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"}
    return (
        request.method == "GET"
        and ours.isdisjoint(request.COOKIES)
        and not any(name.startswith("HTTP_HX_") or name == "HTTP_AUTHORIZATION" for name in request.META)
        and not (hasattr(request, "user") and request.user.is_authenticated)
    )


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    session = getattr(request, "session", None)
    storage = getattr(request, "_messages", None)
    return (
        response.status_code == 200
        and not isinstance(response, StreamingHttpResponse)
        and not response.cookies
        and {name.lower() for name in response.headers} <= PLAIN_HEADERS
        # django-csp notes on a response that it has a policy of its own.
        and not any(name.startswith("_csp") for name in vars(response))
        # A form's token and a script's nonce belong to one answer.
        and "CSRF_COOKIE" not in request.META
        and not getattr(request, "_csp_nonce", None)
        and (session is None or not (session.modified or session.session_key))
        and (storage is None or not storage.added_new)
    )


def _key(request: HttpRequest) -> str:
    """The address with scheme, host and parameters, and the language."""
    return "page." + sha256(f"{get_language()} {request.build_absolute_uri()}".encode()).hexdigest()


def _keep(key: str, request: HttpRequest, response: HttpResponse) -> None:
    if _is_for_everybody(request, response):
        cache().set(key, (response.headers["Content-Type"], bytes(response.content)), settings.PAGES_KEPT_SECONDS)


def figure(name: str, asked: object, work_out: Callable[[], Found]) -> Found:
    """
    A figure that everybody sees alike, worked out anew after `FIGURES_KEPT_SECONDS`.

    :param asked: what it depends on; its `repr` tells two questions apart
    """
    if not settings.FIGURES_KEPT_SECONDS:
        return work_out()
    key = f"{name}.{sha256(repr(asked).encode()).hexdigest()}"
    found: Found | None = cache().get(key)
    if found is None:
        found = work_out()
        cache().set(key, found, settings.FIGURES_KEPT_SECONDS)
    return found
