from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from marketplace.core.permissions import require
from marketplace.core.web.following import following

from .. import permissions


def console_login(request: HttpRequest) -> HttpResponse:
    """In place of the console's own sign-in, which knows neither the second factor nor throttling."""
    wanted = following(request) or reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        return redirect_to_login(wanted, reverse("account_login"))
    require(permissions.can_enter_console(request.user))
    return redirect(wanted)
