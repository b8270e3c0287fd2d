from marketplace.core.failures import DomainError, Text


class UnableToCalculate(DomainError):
    """A question without an answer; `field` is `base`, `variant`, or the name of a coefficient or parameter."""

    status = 400

    def __init__(self, field: str, code: str, message: Text) -> None:
        super().__init__(message, {field: message})
        self.field = field
        self.code = f"fee-{code}"


class InvalidSchedule(ValueError):
    """A definition that is not a fee schedule; the text names the place."""
