"""The base of this app's named failures; each is declared beside the service that raises it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import DomainError, Text

MOVED_ON = _("The request has moved on since this page was opened. Reload it.")


class StateMoved(DomainError):
    """The page is older than the state of the matter: what it offered is no longer possible."""

    code = "state-moved"

    def __init__(self, message: Text = MOVED_ON) -> None:
        super().__init__(message)


def joined(texts: Sequence[Text]) -> str:
    """Several reasons in one message."""
    return " ".join(str(text) for text in texts)
