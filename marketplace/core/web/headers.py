"""What every answer tells the browser beside its content; the content security policy stands in the settings."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: No page of the market uses these, so no script that got into one may; passkeys are for its own pages alone.
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "serial",
                "usb",
            )
        ),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)
ALWAYS = {"Permissions-Policy": PERMISSIONS_POLICY, "Cross-Origin-Resource-Policy": "same-origin"}


class HeadersMiddleware:
    """Adds them, and keeps what belongs to one person out of every cache: the office's computer is shared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if is_private(request, response) and "public" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def is_private(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer was made for one person: somebody signed in, signing in, or a program with a token."""
    session = settings.SESSION_COOKIE_NAME
    return session in request.COOKIES or session in response.cookies or "HTTP_AUTHORIZATION" in request.META
