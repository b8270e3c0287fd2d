from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Notice


def account(request: HttpRequest) -> dict[str, Any]:
    """For the header: unread notices, counted only where a page shows them, and the organisations to switch to."""
    return {
        "unread_notices": SimpleLazyObject(lambda: _unread(request)),
        "switchable_memberships": getattr(request, "memberships", []),
    }


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return Notice.objects.visible_to(user).unread().count() if user and user.is_authenticated else 0
