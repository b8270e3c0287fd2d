"""
What the marks of a panel come to (RULES, best proposal): pure functions of the rows given, no writes.

A panel is the seats that mark, in the order of the draw; a replaced evaluator's marks are not among them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..selection import needs_second_round


@dataclass(frozen=True)
class Given:
    """One mark that was handed in."""

    id: str
    number: int
    round: int
    mark: int


#: id → round → evaluator's number → mark
Table = dict[str, dict[int, dict[int, int]]]


def table_of(marks: Iterable[Given]) -> Table:
    found: Table = defaultdict(lambda: defaultdict(dict))
    for one in marks:
        found[one.id][one.round][one.number] = one.mark
    return found


def disputed(table: Table) -> list[str]:
    """The proposals that all mark once more: first marks too far apart, and no second round yet; ascending id."""
    return sorted(
        one for one, rounds in table.items() if 2 not in rounds and needs_second_round(list(rounds[1].values()))
    )


def final_marks(table: Table, numbers: Sequence[int]) -> dict[str, list[int]]:
    """id → the marks that count, in the order of the evaluators' draw."""
    return {one: [rounds[max(rounds)][number] for number in numbers] for one, rounds in sorted(table.items())}


def working(seats: Iterable[Mapping[str, Any]], table: Table, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """
    The steps before the ranking: what became of every number of the pool, then the marks of each round.

    :param seats: place, number, value and fate of each number of the pool, in the order of the draw
    """
    steps: list[dict[str, Any]] = [{"step": "evaluator", **seat} for seat in seats]
    for one, rounds in sorted(table.items()):
        for number_of_round, marks in sorted(rounds.items()):
            given = [marks[number] for number in numbers if number in marks]
            by_number = [number for number in numbers if number in marks]
            steps.append(
                {
                    "step": "marks",
                    "id": one,
                    "round": number_of_round,
                    "evaluators": by_number,
                    "marks": given,
                    "spread": max(given) - min(given),
                }
            )
    return steps
