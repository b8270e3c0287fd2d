"""The benchmark price method (RULES, Selection methods), in whole fen."""

from collections.abc import Sequence
from typing import Any

from .chance import Chance
from .frozen_list import Candidate
from .outcome import Outcome

# Below six bids trimming would leave fewer than four, and two bidders who agree could place the mean.
TRIMMED_FROM = 6


def benchmark_price(candidates: Sequence[Candidate], *, chance: Chance) -> Outcome:
    """Nearest to the drawn share of the mean; of six or more, one lowest and one highest stay out of it."""
    if not candidates:
        return Outcome((), coefficient=chance.coefficient)
    rest = list(candidates)
    trimmed: list[dict[str, Any]] = []
    if len(rest) >= TRIMMED_FROM:
        # Lowest first, then the highest of what is left: with equal prices the order decides who stays out.
        lowest = min(one.price_fen for one in rest)
        trimmed.append(_take_out(rest, lowest, "lowest", chance))
        highest = max(one.price_fen for one in rest)
        trimmed.append(_take_out(rest, highest, "highest", chance))

    benchmark_fen = _benchmark_fen([one.price_fen for one in rest], chance.coefficient)
    ranked = sorted(
        rest,
        # The trimmed are in the list and in no ranking: ranked last they could still win when others withdraw.
        key=lambda one: (abs(one.price_fen - benchmark_fen), one.price_fen, chance.value("tie", one.id)),
    )
    benchmark = _yuan(benchmark_fen)
    working = [
        {"step": "coefficient", "value": chance.coefficient},
        *trimmed,
        {"step": "benchmark", "sum": _yuan(sum(one.price_fen for one in rest)), "bids": len(rest), "value": benchmark},
        *(
            {
                "step": "distance",
                "rank": rank,
                "id": one.id,
                "price": one.price,
                "distance": _yuan(abs(one.price_fen - benchmark_fen)),
            }
            for rank, one in enumerate(ranked, start=1)
        ),
    ]
    return Outcome(tuple(one.id for one in ranked), tuple(working), coefficient=chance.coefficient, benchmark=benchmark)


def _take_out(rest: list[Candidate], price_fen: int, which: str, chance: Chance) -> dict[str, Any]:
    equals = [one for one in rest if one.price_fen == price_fen]
    # "draw" and not "tie": the same number deciding who is trimmed and who wins a tie would tie two fates together.
    out = max(equals, key=lambda one: chance.value("draw", one.id))
    rest.remove(out)
    return {"step": "trimmed", "which": which, "id": out.id, "price": out.price}


def _benchmark_fen(prices_fen: list[int], coefficient: int) -> int:
    # Exact mean × coefficient, rounded half up once: floor(x + 1/2) over the common denominator.
    numerator, denominator = sum(prices_fen) * coefficient, len(prices_fen) * 100
    return (2 * numerator + denominator) // (2 * denominator)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
