from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class StepKind(StrEnum):
    SIGNING = "signing"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    NO_WITHDRAWAL = "no_withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    The days on which a row was what the market knew.

    A first entry is known from the day it was recorded; a correction from the day after, when the
    row that it corrects stops being known. So the score of a past day never changes.
    """

    known_from: date = date.min
    known_until: date | None = None

    def known_on(self, day: date) -> bool:
        return self.known_from <= day and (self.known_until is None or day < self.known_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Known):
    """A client's rating of one contract. `on` is the Shanghai date of the first rating, also after a change."""

    contract: str
    client: str
    on: date
    stars: tuple[int, ...]
    at: datetime | None = None
    related: bool = False

    @property
    def identifier(self) -> str:
        return self.contract

    @property
    def value(self) -> Decimal:
        """The mean of the aspects × 20, in the caller's decimal context."""
        return Decimal(sum(self.stars) * 20) / len(self.stars)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Known):
    """A contract, or an award that stands for its contract until that is signed."""

    number: str
    client: str
    dated_on: date
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Known):
    """A process step with the day it fell due; `own` is false where the delay was not the intermediary's."""

    identifier: str
    contract: str
    client: str
    contract_on: date
    due_on: date
    kept: bool
    own: bool = True
    kind: StepKind = StepKind.DELIVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A decided conduct event; `ended_on` is the first day on which a revocation or repair holds."""

    identifier: str
    points: int
    validity_months: int
    effective_on: date
    deduction: bool = True
    ended_on: date | None = None
    rule: str = ""

    def ended_by(self, day: date) -> bool:
        return self.ended_on is not None and self.ended_on <= day


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion(Known):
    contract: str
    client: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that the score of one intermediary is made from, over all days."""

    ratings: tuple[Rating, ...] = ()
    contracts: tuple[Contract, ...] = ()
    steps: tuple[Step, ...] = ()
    events: tuple[Event, ...] = ()
    completions: tuple[Completion, ...] = ()

    def __len__(self) -> int:
        parts = (self.ratings, self.contracts, self.steps, self.events, self.completions)
        return sum(len(part) for part in parts)
