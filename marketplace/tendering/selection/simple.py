"""Direct selection, random draw and lowest price (RULES, Selection methods)."""

from collections import Counter
from collections.abc import Sequence

from .chance import Chance
from .errors import InvalidSelection
from .frozen_list import Candidate
from .outcome import Outcome


def direct(candidates: Sequence[Candidate], *, pick: str) -> Outcome:
    """The owner's pick, then ascending id; no chance takes part."""
    ids = [candidate.id for candidate in candidates]
    if pick not in ids:
        raise InvalidSelection("the pick is not among the candidates")
    others = sorted(identifier for identifier in ids if identifier != pick)
    return Outcome((pick, *others), ({"step": "pick", "id": pick},))


def random_draw(candidates: Sequence[Candidate], *, chance: Chance) -> Outcome:
    """Every eligible sign-up has the same chance."""
    values = {candidate.id: chance.value("draw", candidate.id) for candidate in candidates}
    ranking = sorted(values, key=lambda one: (values[one], chance.value("tie", one)))
    working = [
        {"step": "draw", "rank": rank, "id": identifier, "value": f"{values[identifier]:064x}"}
        for rank, identifier in enumerate(ranking, start=1)
    ]
    return Outcome(tuple(ranking), tuple(working))


def lowest_price(candidates: Sequence[Candidate], *, chance: Chance) -> Outcome:
    """Ascending price; equal prices by value("tie")."""
    ranked = sorted(candidates, key=lambda one: (one.price_fen, chance.value("tie", one.id)))
    prices = Counter(candidate.price_fen for candidate in ranked)
    working = [
        {
            "step": "price",
            "rank": rank,
            "id": candidate.id,
            "price": candidate.price,
            # The value decides only between equal prices, so it is shown only there.
            "tie": f"{chance.value('tie', candidate.id):064x}" if prices[candidate.price_fen] > 1 else None,
        }
        for rank, candidate in enumerate(ranked, start=1)
    ]
    return Outcome(tuple(candidate.id for candidate in ranked), tuple(working))
