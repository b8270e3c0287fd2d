"""What other apps hear of: news goes upward only, after the change has committed."""

from dataclasses import dataclass

from marketplace.core.events import Event


@dataclass(frozen=True)
class RequestPublished(Event):
    request_id: int


@dataclass(frozen=True)
class RequestChanged(Event):
    """A new version of a published request is published."""

    request_id: int


@dataclass(frozen=True)
class SelectionMade(Event):
    request_id: int
    award_id: int


@dataclass(frozen=True)
class AwardConfirmed(Event):
    """The award notice is given; the contract follows."""

    award_id: int


@dataclass(frozen=True)
class AwardPassedOn(Event):
    """An award ended, and the turn of the next in rank began (or the ranking was used up)."""

    award_id: int
    next_award_id: int | None


@dataclass(frozen=True)
class RequestFailed(Event):
    request_id: int


@dataclass(frozen=True)
class RequestEnded(Event):
    """A request was voided or terminated."""

    request_id: int
