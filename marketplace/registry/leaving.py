"""What keeps a firm in the market: higher apps say what is still open (contracts, credit cases)."""

from collections.abc import Callable, Iterable

from django.utils.functional import Promise

from .models import Intermediary

Text = str | Promise
Blocker = Callable[[Intermediary], Iterable[Text]]
_blockers: list[Blocker] = []


def blocker(function: Blocker) -> Blocker:
    """Register a function that names, in the firm's words, what must be finished before it can leave."""
    _blockers.append(function)
    return function


def blockers_of(intermediary: Intermediary) -> list[Text]:
    return [reason for function in _blockers for reason in function(intermediary)]
