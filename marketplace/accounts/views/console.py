from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.core.permissions import require

from .. import permissions


def console_login(request: HttpRequest) -> HttpResponse:
    """In place of the console's own sign-in, which knows neither the second factor nor throttling."""
    following = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        return redirect_to_login(following, reverse("account_login"))
    require(permissions.can_enter_console(request.user))
    return redirect(following)
