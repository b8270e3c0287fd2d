from collections.abc import Iterable

from marketplace.core.failures import DomainError, Text

from ..rules.filing import Problem


class UnableToRegister(DomainError):
    """A registration cannot be started, saved or withdrawn as things stand."""

    code = "unable-to-register"


class UnableToFile(DomainError):
    """A registration is not complete; `problems` lists what is missing or wrong, step by step."""

    code = "unable-to-file"

    def __init__(self, message: Text, problems: Iterable[Problem] = ()) -> None:
        problems = list(problems)
        super().__init__(message, {f"{problem.step}.{problem.field or ''}": problem.message for problem in problems})
        self.problems = problems


class UnableToCheck(DomainError):
    """A check cannot be recorded, or not be decided that way."""

    code = "unable-to-check"


class UnableToOffer(DomainError):
    """An offer does not fit its service, or needs a check first."""

    code = "unable-to-offer"


class UnableToSuspend(DomainError):
    """A suspension cannot be proposed, decided or lifted as things stand."""

    code = "unable-to-suspend"


class UnableToLeave(DomainError):
    """The firm cannot leave the market yet; `reasons` says why."""

    code = "unable-to-leave"

    def __init__(self, message: Text, reasons: Iterable[Text] = ()) -> None:
        super().__init__(message)
        self.reasons = list(reasons)
