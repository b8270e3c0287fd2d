"""What waits for an organisation, and its matters: each app adds its own, the workbench shows all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from .. import clock
from ..calendar import ClockFace, clock_face

Text = str | Promise
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Duty:
    """One thing to do: by when, what, on which object, and where."""

    title: Text
    object_label: str
    url: str
    action_label: Text
    started_at: datetime | None = None
    due_at: datetime | None = None
    counterpart: str = ""

    @property
    def clock(self) -> ClockFace | None:
        if self.due_at is None:
            return None
        return clock_face(self.started_at or self.due_at, self.due_at, clock.now())


@dataclass(frozen=True)
class Matter:
    """One current or past matter of an organisation; finished_at tells which."""

    title: str
    number: str
    url: str
    stage: Text
    stage_index: int
    stage_count: int
    next_step: Text = ""
    next_at: datetime | None = None
    #: Whether working days count up to it: the calendar may still move it, as it moves no bid deadline or agreed date.
    is_counted: bool = False
    amount: Decimal | None = None
    finished_at: datetime | None = None


DutyProvider = Callable[[Any, Any], Iterable[Duty]]
MatterProvider = Callable[[Any, Any], Iterable[Matter]]
PersonalProvider = Callable[[Any], Iterable[Duty]]
_providers: list[DutyProvider] = []
_personal: list[PersonalProvider] = []
_matters: list[MatterProvider] = []


def provider(function: DutyProvider) -> DutyProvider:
    """Register a function of (user, organisation) that lists what waits for them."""
    _providers.append(function)
    return function


def personal(function: PersonalProvider) -> PersonalProvider:
    """Register a function of (user) that lists what waits for a person whatever they are a member of."""
    _personal.append(function)
    return function


def matters(function: MatterProvider) -> MatterProvider:
    """Register a function of (user, organisation) that lists the organisation's matters."""
    _matters.append(function)
    return function


def duties_of(user: Any, organisation: Any | None) -> list[Duty]:
    """All that waits, in strict order of deadline, what has none last; for a person without one, their own alone."""
    found = [duty for function in _personal for duty in function(user)]
    if organisation is not None:
        found += [duty for function in _providers for duty in function(user, organisation)]
    return sorted(found, key=lambda duty: (duty.due_at is None, duty.due_at or NEVER, duty.object_label))


def matters_of(user: Any, organisation: Any) -> tuple[list[Matter], list[Matter]]:
    """Current matters, the nearest step first, and finished ones, the latest first."""
    found = [matter for function in _matters for matter in function(user, organisation)]
    current = [matter for matter in found if matter.finished_at is None]
    past = [matter for matter in found if matter.finished_at is not None]
    current.sort(key=lambda matter: (matter.next_at is None, matter.next_at or NEVER, matter.number))
    past.sort(key=lambda matter: (matter.finished_at, matter.number), reverse=True)
    return current, past
