"""Where somebody was going, carried along as `next` while they get what they lacked for it."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def following(request: HttpRequest) -> str:
    """The address of ours that the request carries along, else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def leading_back(address: str, to: str) -> str:
    """An address that leads back to another once its page is done."""
    return f"{address}?{urlencode({'next': to})}" if to else address
