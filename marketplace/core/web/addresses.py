"""
Where a request comes from: one rule for the limits, a bid's envelope, the trail and the logs.

A proxy's word counts only if the proxy is named in TRUSTED_PROXIES; what anybody else says in a header is dropped
before a library could believe it.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: What proxies of all makes write a visitor's address into; only the first is read, and only from a trusted proxy.
SAY_THE_ADDRESS = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
)
#: What they say of how the visitor came; from others it would turn an http request into an https one.
SAY_THE_WAY = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")


def client_address(request: HttpRequest | Any) -> str:
    """The visitor's address as `behind` has settled it; empty where the server knows none (a local socket)."""
    return request.META.get("REMOTE_ADDR", "")


def networks(trusted: Iterable[str]) -> list[Network]:
    """:raises ValueError: naming the entry that is neither an address nor a network"""
    return [ip_network(one.strip()) for one in trusted if one.strip()]


def read_address(text: str) -> Address | None:
    """An address as a header names it: a port after it is left out, an IPv4 one within IPv6 is itself."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def visitor(peer: str, forwarded: str, trusted: Iterable[Network]) -> str:
    """
    The first address, counted from us, that is no trusted proxy's.

    :param forwarded: X-Forwarded-For; each proxy adds who asked it at the end, so the beginning is the visitor's claim
    """
    trusted = list(trusted)
    found = read_address(peer)
    if found is None:
        return peer
    for said in reversed(forwarded.split(",")):
        if not any(found in network for network in trusted):
            break
        before = read_address(said)
        if before is None:
            break
        found = before
    return str(found)


def behind(proxies: Iterable[str], application: Callable) -> Callable:
    """A WSGI application whose requests carry the visitor's address, and no header that says another."""
    trusted = networks(proxies)

    @wraps(application)
    def believing(environ: dict[str, Any], start_response: Callable) -> Any:
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        near = read_address(peer)
        is_trusted = near is not None and any(near in network for network in trusted)
        for name in SAY_THE_ADDRESS if is_trusted else (*SAY_THE_ADDRESS, *SAY_THE_WAY):
            environ.pop(name, None)
        environ["REMOTE_ADDR"] = visitor(peer, forwarded, trusted)
        return application(environ, start_response)

    return believing
