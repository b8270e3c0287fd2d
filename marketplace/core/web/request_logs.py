"""
What a line of the log may say of a request: its method, its path, how it ended, and nobody's name.

Whoever reads the logs must not learn who bid. So near a bid a path is cut (a withdrawal reads like a bid), and from
whoever is signed in, or is about to be, neither person nor address nor device is written: a sign-in a minute before a
nameless filing would name its bidder. What follows a question mark is written nowhere: it says where a sign-in leads.
"""

import logging
import re

from django.conf import settings
from django.http import HttpRequest

SEALED_PATHS = re.compile(settings.PATHS_THAT_LOG_NO_PERSON)
#: A token in the path lets in whoever has it; signing in comes right before what must stay nameless.
SECRET_PARTS = re.compile(r"((?:/en)?/invitations/)[^/]+")
SIGNING_IN = re.compile(r"(?:/en)?/accounts/|/console/login/")


def path_of(path: str) -> str:
    """A path as it may be written down."""
    if sealed := SEALED_PATHS.match(path):
        return sealed.group(1)
    return SECRET_PARTS.sub(r"\1…", path)


def names_nobody(request: HttpRequest) -> bool:
    """Whether a request's line keeps address and device to itself."""
    return (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        or "HTTP_AUTHORIZATION" in request.META
        or bool(SEALED_PATHS.match(request.path) or SIGNING_IN.match(request.path))
    )


class PathFilter(logging.Filter):
    """The same for the lines that Django writes of a refused or failed request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                path_of(value) if isinstance(value, str) and value.startswith("/") else value for value in record.args
            )
        return True
