"""What was measured, beside its limits."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """
    One measurement.

    :ivar limit: what it must not pass, in the words of the table; empty where there is none
    :ivar kept: whether the limit is met; None without one
    """

    what: str
    found: str
    queries: str = ""
    ratio: str = ""
    limit: str = ""
    kept: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "yes", False: "NO"}[self.kept]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.what, self.found, self.queries, self.ratio, self.limit, self.verdict)


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)

    HEADINGS = ("What", "Median", "Queries", "÷ floor, ÷ empty page", "Limit", "Met")

    def add(self, row: Row) -> None:
        self.rows.append(row)
        sys.stdout.write(f"  {' | '.join(cell for cell in row.cells if cell)}\n")
        sys.stdout.flush()

    def text(self) -> str:
        table = [self.HEADINGS, *(row.cells for row in self.rows)]
        widths = [max(len(line[column]) for line in table) for column in range(len(self.HEADINGS))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table
        )

    def markdown(self) -> str:
        lines = [self.HEADINGS, ("---", "--:", "--:", "--:", "---", "---"), *(row.cells for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def median_ms(operation: Callable[[], object], rounds: int, *, warm_up: int = 3) -> float:
    """The median of the operation's time in milliseconds, after some rounds that do not count."""
    for _ in range(warm_up):
        operation()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        operation()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
