"""What the pages' script asks of a session: whether it stands and until when; and to stay signed in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import sessions
from ..http import MemberRequest


@never_cache
@require_safe
def session_state(request: MemberRequest) -> JsonResponse:
    """Who is signed in and for how long; looking renews nothing."""
    request.only_looks = True
    return JsonResponse(_state(request))


@never_cache
@require_POST
def stay_signed_in(request: MemberRequest) -> JsonResponse:
    """Renew the session, as opening any page does."""
    if request.user.is_authenticated:
        sessions.renew(request.session)
    return JsonResponse(_state(request))


@login_required
@never_cache
@require_safe
def signed_in_again(request: MemberRequest) -> HttpResponse:
    """Where signing in from a page that was left open ends: that page goes on, this one can be closed."""
    return render(request, "accounts/signed_in_again.html")


def _state(request: MemberRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {"person": None}
    return {
        "person": sessions.person_tag(request),
        "name": " · ".join(str(each) for each in (request.user, request.organisation) if each),
        "ends_in": sessions.seconds_left(request.session),
        "is_longest": sessions.is_longest(request.session),
        # A form's token is as old as the sign-in that the page was made under.
        "token": get_token(request),
        "key": sessions.typed_key(request),
    }
