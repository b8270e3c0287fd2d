from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import units
from .numbers import plain


@dataclass(frozen=True)
class Step:
    """
    A row of the working. Labels and formulas are in the reader's language when they are shown.

    `code` names the rule (`interpolation`, `coefficient`, …) and `name` the coefficient or parameter; `results` is
    one amount or a range in `unit`, empty under negotiation; `total` marks the fee before the float.
    """

    code: str
    label: Any
    formula: Any
    results: tuple[Fraction, ...] = ()
    name: str = ""
    unit: str = ""
    total: bool = False
    missing: bool = False
    least: int = 2

    @property
    def result(self) -> str:
        """The result as printed: 19.00, or 14.592 – 21.888."""
        return " – ".join(plain(value, self.least) for value in self.results)

    @property
    def unit_name(self) -> str:
        return str(units.name_of(self.unit)) if self.results else ""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; texts in the active language, the unit as the document writes it."""
        return {
            "step": self.code,
            "name": self.name or None,
            "label": str(self.label),
            "formula": str(self.formula),
            "result": self.result.replace("≈ ", "") or None,
            "unit": self.unit if self.results else None,
        }
