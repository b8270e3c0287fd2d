from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .http import MemberRequest
from .models import Membership

SESSION_KEY = "organisation"


def memberships_of(request: HttpRequest) -> list[Membership]:
    """All active memberships of the person, the oldest first."""
    if not request.user.is_authenticated:
        return []
    return list(Membership.objects.of(request.user).select_related("organisation").order_by("pk"))


def chosen_of(memberships: list[Membership], chosen: int | None) -> Membership | None:
    """The membership that the person acts in now: the one chosen in the switcher, else their first."""
    return next((each for each in memberships if each.organisation_id == chosen), next(iter(memberships), None))


class OrganisationMiddleware:
    """Gives every request `memberships`, and `membership` and `organisation`: None for a person without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MemberRequest) -> HttpResponse:
        # Not lazily: a lazy None is not None, and every page's header shows the organisation anyway.
        request.memberships = memberships_of(request)
        request.membership = (
            chosen_of(request.memberships, request.session.get(SESSION_KEY)) if request.memberships else None
        )
        request.organisation = request.membership.organisation if request.membership else None
        return self.get_response(request)
