from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

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
    """Gives every request `membership` and `organisation`, read only where a view or page asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = SimpleLazyObject(lambda: membership_of(request))
        request.organisation = SimpleLazyObject(lambda: request.membership.organisation if request.membership else None)
        return self.get_response(request)
