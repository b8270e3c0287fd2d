from dataclasses import dataclass

from marketplace.core.events import Event


@dataclass(frozen=True)
class IntermediaryListed(Event):
    """A firm has passed its first check and stands on the list."""

    intermediary_id: int


@dataclass(frozen=True)
class IntermediaryChanged(Event):
    """What the public record of a firm says has changed: particulars, offers, suspension, or that it left."""

    intermediary_id: int
