"""Answers of the permission predicates: yes, or no with the reason that the page shows."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise


@dataclass(frozen=True)
class Decision:
    """The answer to one question such as `can_award(user, request)`; true or false, with the reason of a no."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


class Refused(PermissionDenied):
    """The user may see this, but not do it; the page says why (403)."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


def yes() -> Decision:
    return Decision(True)


def no(reason: str | Promise) -> Decision:
    return Decision(False, reason)


def require(decision: Decision) -> None:
    """
    Go on only where the answer is yes.

    :raises Refused: with the decision's reason
    """
    if not decision:
        raise Refused(decision.reason)
