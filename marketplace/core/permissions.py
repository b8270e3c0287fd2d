"""Answers of the permission predicates: yes, or no with the reason that the page shows."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise


@dataclass(frozen=True)
class Remedy:
    """Where somebody gets what they lack for a page, which then leads them back to it."""

    label: str | Promise
    url_name: str
    #: The kinds of organisation for which it can be done: who belongs to one may act for it instead.
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """The answer to one question such as `can_award(user, request)`; true or false, with the reason of a no."""

    allowed: bool
    reason: str | Promise = ""
    remedy: Remedy | None = None

    def __bool__(self) -> bool:
        return self.allowed


class Refused(PermissionDenied):
    """The user may see this, but not do it; the page says why (403)."""

    def __init__(self, reason: str | Promise, remedy: Remedy | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def yes() -> Decision:
    return Decision(True)


def no(reason: str | Promise, remedy: Remedy | None = None) -> Decision:
    return Decision(False, reason, remedy)


def require(decision: Decision) -> None:
    """
    Go on only where the answer is yes.

    :raises Refused: with the decision's reason
    """
    if not decision:
        raise Refused(decision.reason, decision.remedy)
