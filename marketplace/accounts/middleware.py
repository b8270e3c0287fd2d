from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from . import sessions
from .http import MemberRequest
from .models import Membership

SESSION_KEY = "organisation"
#: Which of one's organisations one acted in, so that signing in again after the session's end goes on there.
COOKIE = "organisation"
COOKIE_AGE = 30 * 24 * 3600


def memberships_of(request: HttpRequest) -> list[Membership]:
    """All active memberships of the person, the oldest first."""
    if not request.user.is_authenticated:
        return []
    return list(Membership.objects.of(request.user).select_related("organisation").order_by("pk"))


def chosen_of(memberships: list[Membership], chosen: int | None) -> Membership | None:
    """The membership that the person acts in now: the one chosen in the switcher, else their first."""
    return next((each for each in memberships if each.organisation_id == chosen), next(iter(memberships), None))


class SessionEndMiddleware:
    """Ends a session whose time is over, and renews the others by use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and sessions.is_over(request.session):
            logout(request)
        response = self.get_response(request)
        # Afterwards, so that the answer to a sign-in carries the session's right end.
        if request.user.is_authenticated and not getattr(request, "only_looks", False):
            sessions.renew(request.session)
        return response


class OrganisationMiddleware:
    """Gives every request `memberships`, and `membership` and `organisation`: None for a person without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MemberRequest) -> HttpResponse:
        # Not lazily: a lazy None is not None, and every page's header shows the organisation anyway.
        request.memberships = memberships_of(request)
        request.membership = chosen_of(request.memberships, _chosen(request)) if request.memberships else None
        request.organisation = request.membership.organisation if request.membership else None
        response = self.get_response(request)
        if request.user.is_authenticated and (chosen := request.session.get(SESSION_KEY)):
            _remember(request, response, chosen)
        return response


def _chosen(request: HttpRequest) -> int | None:
    remembered = request.COOKIES.get(COOKIE, "")
    return request.session.get(SESSION_KEY) or (int(remembered) if remembered.isdecimal() else None)


def _remember(request: HttpRequest, response: HttpResponse, chosen: int) -> None:
    if request.COOKIES.get(COOKIE) != str(chosen):
        response.set_cookie(
            COOKIE,
            str(chosen),
            max_age=COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
