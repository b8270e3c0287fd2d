"""The best proposal method (RULES, Selection methods), in exact fractions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from .chance import Chance
from .errors import InvalidSelection
from .frozen_list import Candidate
from .outcome import Outcome

ASPECTS = ("price", "time", "proposal", "credit")
FEWEST_EVALUATORS = 3
# Marks further apart than that are more likely a misreading than a difference of opinion; they are given anew once.
LARGEST_SPREAD = 20


def best_proposal(
    candidates: Sequence[Candidate],
    *,
    chance: Chance,
    weights: Mapping[str, int],
    marks: Mapping[str, Sequence[int]],
) -> Outcome:
    """
    Rank by the total of four weighted parts.

    :param weights: percent of each aspect, adding to 100
    :param marks: id → final marks of all evaluators, whole numbers from 0 to 100
    """
    _check(candidates, weights, marks)
    if not candidates:
        return Outcome((), totals={})
    lowest, fewest = min(one.price_fen for one in candidates), min(one.days for one in candidates)
    parts = {one.id: _parts(one, lowest, fewest, marks[one.id]) for one in candidates}
    # Ranked as rounded: two totals that print alike are a tie.
    totals = {
        one: _four_decimals(sum((weights[aspect] * part[aspect] for aspect in ASPECTS), Fraction(0)) / 100)
        for one, part in parts.items()
    }
    ranking = sorted(totals, key=lambda one: (-totals[one], chance.value("tie", one)))
    printed = {one: f"{total // 10_000}.{total % 10_000:04d}" for one, total in totals.items()}
    working = [
        {
            "step": "total",
            "rank": rank,
            "id": one,
            "marks": list(marks[one]),
            **{aspect: _printed(parts[one][aspect]) for aspect in ASPECTS},
            "total": printed[one],
        }
        for rank, one in enumerate(ranking, start=1)
    ]
    return Outcome(tuple(ranking), tuple(working), totals=printed)


def needs_second_round(marks: Sequence[int]) -> bool:
    """Whether a proposal's marks lie so far apart that all evaluators mark it once more."""
    return max(marks) - min(marks) > LARGEST_SPREAD


def _check(candidates: Sequence[Candidate], weights: Mapping[str, int], marks: Mapping[str, Sequence[int]]) -> None:
    if set(weights) != set(ASPECTS) or any(type(one) is not int or one < 0 for one in weights.values()):
        raise InvalidSelection("weights are whole percents of price, time, proposal and credit")
    if sum(weights.values()) != 100:
        raise InvalidSelection("weights do not add to 100")
    # One proposal without marks would be ranked as if it had none: the caller has to hand in zeros where a file was
    # unreadable.
    if set(marks) != {one.id for one in candidates}:
        raise InvalidSelection("marks are not of the candidates")
    if len({len(row) for row in marks.values()}) > 1 or any(len(row) < FEWEST_EVALUATORS for row in marks.values()):
        raise InvalidSelection("every proposal has the marks of the same three or more evaluators")
    if any(type(mark) is not int or not 0 <= mark <= 100 for row in marks.values() for mark in row):
        raise InvalidSelection("a mark is a whole number from 0 to 100")


def _parts(candidate: Candidate, lowest: int, fewest: int, marks: Sequence[int]) -> dict[str, Fraction]:
    return {
        "price": Fraction(lowest * 100, candidate.price_fen),
        "time": Fraction(fewest * 100, candidate.days),
        "proposal": Fraction(sum(marks), len(marks)),
        "credit": Fraction(candidate.score_hundredths, 100),
    }


# Exact fractions up to here: doubles differ between Python and JavaScript in the last place (6 % of logarithms), and
# a verifier in the browser has to reach the same total.
def _four_decimals(number: Fraction) -> int:
    return int(number * 10_000 + Fraction(1, 2))


def _printed(number: Fraction) -> str:
    rounded = _four_decimals(number)
    return f"{rounded // 10_000}.{rounded % 10_000:04d}"
