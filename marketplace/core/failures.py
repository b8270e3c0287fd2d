"""The base of the market's named failures."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .clock import time_of

Text = str | Promise


class DomainError(Exception):
    """
    An operation that the rules refuse, in the user's words; nothing has changed.

    Each service declares its own subclass beside it (`UnableToBid`). `field_errors` maps a form's field to its
    message; the API answers with problem details (RFC 9457) whose type is the class's `code`.
    """

    code = "refused"
    status = 409

    def __init__(self, message: Text, field_errors: Mapping[str, Text] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field_errors = dict(field_errors or {})

    def __str__(self) -> str:
        return str(self.message)


class SavedElsewhere(DomainError):
    """A draft has been saved in another window, or by somebody else, since the page was opened."""

    code = "saved-elsewhere"

    def __init__(self, at: datetime) -> None:
        words = _("Another window saved this page at %(time)s, after this one was opened. Nothing is overwritten.")
        super().__init__(words % {"time": time_of(at)})
        self.at = at
