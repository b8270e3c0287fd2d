"""What keeps a firm in the market: an open credit case, and what higher apps say is still open (contracts)."""

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from credit.models import ConductEvent

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


@blocker
def open_credit_cases(intermediary: Intermediary) -> Iterable[Text]:
    """A case that is proposed and not decided."""
    cases = ConductEvent.objects.awaiting_decision().filter(subject=intermediary.organisation_id)
    return [_("Credit event %(number)s is not decided yet.") % {"number": case.number} for case in cases]
