from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import sessions
from .models import Notice


def account(request: HttpRequest) -> dict[str, Any]:
    """For the header: unread notices, counted only where a page shows them, and the organisations to switch to."""
    return {
        "unread_notices": SimpleLazyObject(lambda: _unread(request)),
        "switchable_memberships": getattr(request, "memberships", []),
        "session_person": SimpleLazyObject(lambda: sessions.person_tag(request)),  # type: ignore[arg-type]
        "session_ends_in": SimpleLazyObject(lambda: _ends_in(request)),
        "session_warns": settings.SESSION_WARNS,
        "session_step": settings.SESSION_STEP,
    }


def _ends_in(request: HttpRequest) -> int:
    # This request renews it, once the page is made.
    sessions.renew(request.session)
    return sessions.seconds_left(request.session)


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return Notice.objects.visible_to(user).unread().count() if user and user.is_authenticated else 0
