from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Membership, Notice


def account(request: HttpRequest) -> dict[str, Any]:
    """For the header, asked for only where a page shows it: unread notices, and the organisations to switch to."""
    return {
        "unread_notices": SimpleLazyObject(lambda: _unread(request)),
        "switchable_memberships": SimpleLazyObject(lambda: _memberships(request)),
    }


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return Notice.objects.visible_to(user).unread().count() if user and user.is_authenticated else 0


def _memberships(request: HttpRequest) -> list[Membership]:
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return []
    return list(Membership.objects.of(user).select_related("organisation").order_by("pk"))
