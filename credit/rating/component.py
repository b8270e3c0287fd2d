from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of a component's working.

    :ivar what: identifier of what is counted; "prior", "base", "bonus_cap", "floor", "ceiling" for the model's own
    :ivar effect: by how much the row moves the score away from the start, before rounding
    :ivar source: the history's row, None for the model's own
    """

    what: str
    on: date | None
    weight: Decimal
    value: Decimal
    effect: Decimal = Decimal(0)
    source: Any = None
    days: int | None = None
    decay: Decimal | None = None
    factor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """
    A part of the score.

    Σ weight·value ÷ Σ weight of the rows is the value of reviews and fulfilment; the rows of
    conduct are points, which add up to its value.
    """

    code: str
    weight: Decimal
    value: Decimal
    start: Decimal
    rows: tuple[Row, ...]

    @property
    def contribution(self) -> Decimal:
        return self.weight * self.value

    @property
    def effect(self) -> Decimal:
        """By how much the component moves the score away from the start."""
        return self.weight * (self.value - self.start)

    @property
    def counted(self) -> tuple[Row, ...]:
        """The rows that come from the history."""
        return tuple(row for row in self.rows if row.source is not None)
