from django.http import HttpRequest

from .models import Membership, Organisation, User


class MemberRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it, for annotations of views behind `login_required`."""

    user: User
    memberships: list[Membership]
    membership: Membership | None
    organisation: Organisation | None
    #: Set where a request is no use of the session: looking whether it still stands does not keep it.
    only_looks: bool
