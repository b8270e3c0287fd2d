from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .http import MemberRequest
from .models import Membership

SESSION_KEY = "organisation"


def membership_of(request: HttpRequest) -> Membership | None:
    """The membership that the person acts in now: the one chosen in the switcher, else their first."""
    if not request.user.is_authenticated:
        return None
    memberships = list(Membership.objects.of(request.user).select_related("organisation").order_by("pk"))
    chosen = request.session.get(SESSION_KEY)
    return next(
        (each for each in memberships if each.organisation_id == chosen), memberships[0] if memberships else None
    )


class OrganisationMiddleware:
    """Gives every request `membership` and `organisation`, both None for a visitor or a person without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MemberRequest) -> HttpResponse:
        # Not lazily: a lazy None is not None, and every page's header shows the organisation anyway.
        request.membership = membership_of(request)
        request.organisation = request.membership.organisation if request.membership else None
        return self.get_response(request)
