"""Selections made up from a number, the same every time: what the market, the script and the page must agree on."""

import hashlib
from random import Random

from marketplace.tendering import selection
from marketplace.tendering.selection import Candidate, Ciphertext, FrozenList, Opened, SetAside

METHODS = selection.METHODS
SOURCE = "an official lottery of the day, first prize, digits"
#: The last digit of a code, one for each bid of a selection.
DIGITS = "0123456789ABCDEFGHIJK"
REASONS = ("does_not_open", "grade", "price_outside_limits", "qualifications")


def opened(number: int) -> Opened:
    """One selection; the method goes round, everything else is drawn."""
    chance = Random(number)
    method = METHODS[number % len(METHODS)]
    bids = chance.choice((0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 12, 20))
    if method == "direct":
        bids = max(bids, 1)
    candidates = _candidates(chance, method, bids)
    if method == "direct":
        frozen, secrets = FrozenList.of(candidates, [], []), None
    else:
        frozen, secrets = (
            _received(chance, candidates),
            {side: chance.randbytes(32) for side in ("operator", "regulator")},
        )
    announced = _announcement(chance, number, method, secrets)
    found = {"announcement": announced, "frozen": frozen, "secrets": secrets}
    enough = bids >= announced["limits"]["fewest_bids"]
    if announced["public_value_source"] and enough:
        found["public_value"] = chance.choice(("0427189", "3,214.78", "上证指数 3214.78", ""))
    if method == "best_proposal" and enough:
        found["marks"] = _marks(chance, [one.id for one in candidates], announced["parameters"]["evaluators"])
    picks = [one.id for one in candidates] if method == "direct" else []
    if method == "credit_preferred" and enough and chance.random() < 0.5:
        picks = list(Opened(**found).outcome().short_list)
    if picks:
        found |= {"pick": chance.choice(picks), "reason": '熟悉场地 "and" the \\ site\n'}
    return Opened(**found)


def transcript(number: int) -> dict:
    return selection.document(opened(number), opened_at="2026-12-01T09:01:00Z")


def _candidates(chance: Random, method: str, bids: int) -> list[Candidate]:
    # Few distinct prices, days and scores: equals are what the tie rules are for.
    prices = [f"{chance.randint(0, 2_000_000)}.{chance.randint(1, 99):02d}" for _ in range(chance.choice((1, 2, 3, 9)))]
    scores = [f"{chance.randint(0, 99)}.{chance.randint(0, 99):02d}" for _ in range(chance.choice((1, 2, 9)))]
    if chance.random() < 0.4:
        scores += ["0.00", "0.00", "100.00"]
    hashed = chance.random() < 0.3
    rows = []
    for place in range(bids):
        code = f"91320411{chance.randrange(10**9):09d}{DIGITS[place]}"
        salt = chance.randbytes(32)
        rows.append(
            Candidate(
                id=hashlib.sha256(salt + code.encode()).hexdigest() if hashed else code,
                days=chance.choice((1, 7, 10, 10, 35, 120)),
                nonce=None if method == "direct" else chance.randbytes(32).hex(),
                price=None if method in selection.PRICE_FIXED else chance.choice(prices),
                score=chance.choice(scores) if method in selection.SCORE_LISTED else None,
            )
        )
    return rows


def _received(chance: Random, candidates: list[Candidate]) -> FrozenList:
    fates = ["counted"] * len(candidates)
    fates += chance.choices(("replaced", "withdrawn", "set_aside"), k=chance.choice((0, 0, 1, 4)))
    aside = [
        SetAside(chance.choice((None, f"91320411{chance.randrange(10**9):09d}Z")), chance.choice(REASONS))
        for fate in fates
        if fate == "set_aside"
    ]
    return FrozenList.of(candidates, [Ciphertext(chance.randbytes(32).hex(), fate) for fate in fates], aside)


def _announcement(chance: Random, number: int, method: str, secrets: dict | None) -> dict:
    limits = {"days": 120, "fewest_bids": selection.fewest_bids(method, public_money=chance.random() < 0.5)}
    short = chance.randint(1, 5)
    weights = sorted(chance.sample(range(101), 3))
    evaluators = chance.randint(3, 5)
    return {
        "bid_keys": {side: chance.randbytes(32).hex() for side in secrets} if secrets else None,
        "commitments": {side: selection.commitment(each) for side, each in secrets.items()} if secrets else None,
        "deadline": "2026-12-01T09:00:00Z" if secrets else None,
        "limits": limits | {"price": "2000000.99"},
        "method": method,
        "number": f"MX-2026-{number:04d}",
        "parameters": {
            "credit_preferred": {"long": short + chance.randint(0, 6), "short": short},
            "best_proposal": {
                "weights": {
                    "price": weights[0],
                    "time": weights[1] - weights[0],
                    "proposal": weights[2] - weights[1],
                    "credit": 100 - weights[2],
                },
                "evaluators": evaluators,
                "pool": list(range(1, evaluators + chance.randint(1, 9))),
            },
        }.get(method, {}),
        "policy": "2026.1",
        "public_value_source": SOURCE if secrets and chance.random() < 0.25 else None,
        "published_at": "2026-11-23T01:30:00Z",
        "version": chance.choice((1, 1, 2, 3)),
    }


def _marks(chance: Random, ids: list[str], evaluators: int) -> dict[str, list[int]]:
    if chance.random() < 0.2:
        return {one: [80] * evaluators for one in ids}
    return {one: [chance.randint(0, 100) for _ in range(evaluators)] for one in ids}
