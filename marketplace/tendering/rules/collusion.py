"""
Signs that bidders may have acted together: pure functions of what an opening showed, for a regulator to look at.

None of them proves anything and nothing follows by itself; each says what was seen, in numbers, and at which bids.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from typing import Any

FEN = Decimal("0.01")
#: Sameness of three bids is a pattern; a shorter row is chance.
RUN = 3
#: Among many bids a short row is chance too: a third of them, or this many in a row.
LONG_RUN = 5
#: How many openings two firms were in together before "always" means something.
TOGETHER = 3
#: Passages that two proposals share before it is worth a look.
PASSAGES = 3


@dataclass(frozen=True)
class BidSeen:
    """
    A bid as the opening showed it; the firm is any name that is the same for the same firm.

    :ivar address: a keyed hash, as are `network` and `device`: the same for the same one, and nothing else
    """

    id: int
    firm: Hashable
    price: Decimal | None = None
    address: str = ""
    network: str = ""
    device: str = ""
    file_sha256: str = ""
    author: str = ""
    passages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Round:
    """An opening of the past: who bid, and who won if anybody did."""

    opened_at: datetime
    bidders: frozenset[Hashable]
    winner: Hashable | None


@dataclass(frozen=True)
class Signal:
    """What was seen at some bids; `seen` holds plain values for the words."""

    kind: str
    bids: tuple[int, ...]
    seen: dict[str, Any] = field(default_factory=dict)


def signals_of(bids: Sequence[BidSeen], past: Sequence[Round] = (), boilerplate: Collection[str] = ()) -> list[Signal]:
    """
    Everything that stands out, in a fixed order.

    :param past: openings in which these firms bid, the present one among them
    :param boilerplate: passages of the request itself, which every proposal may repeat
    """
    return [
        *shared_networks(bids),
        *shared_devices(bids),
        *shared_files(bids),
        *shared_authors(bids),
        *shared_passages(bids, boilerplate),
        *equal_prices(bids),
        *equal_steps(bids),
        *equal_ratios(bids),
        *equal_endings(bids),
        *pairs_in_turn(bids, past),
    ]


def shared_networks(bids: Sequence[BidSeen]) -> list[Signal]:
    """Filings of several firms from one address, or from one network (IPv4 /24, IPv6 /64)."""
    found = []
    for _network, group in _groups(bids, lambda bid: bid.network):
        addresses = {bid.address for bid in group}
        if len(addresses) == 1:
            found.append(_signal("address", group))
        else:
            found.append(_signal("network", group, addresses=len(addresses)))
    return found


def shared_devices(bids: Sequence[BidSeen]) -> list[Signal]:
    """One description of a device at several firms, unless more than half of all bidders have it."""
    firms = len({bid.firm for bid in bids})
    return [
        _signal("device", group, of=firms)
        for _device, group in _groups(bids, lambda bid: bid.device)
        if len({bid.firm for bid in group}) * 2 <= firms
    ]


def shared_files(bids: Sequence[BidSeen]) -> list[Signal]:
    return [_signal("file", group, sha256=sha256) for sha256, group in _groups(bids, lambda bid: bid.file_sha256)]


def shared_authors(bids: Sequence[BidSeen]) -> list[Signal]:
    return [_signal("author", group, author=author) for author, group in _groups(bids, lambda bid: bid.author)]


def shared_passages(bids: Sequence[BidSeen], boilerplate: Collection[str] = ()) -> list[Signal]:
    """Proposals of two firms that share passages; not those of the request, nor those that most proposals have."""
    holders: dict[str, list[BidSeen]] = defaultdict(list)
    for bid in bids:
        for passage in bid.passages:
            holders[passage].append(bid)
    written = sum(bool(bid.passages) for bid in bids)
    known = set(boilerplate)
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_id = {bid.id: bid for bid in bids}
    for passage, group in holders.items():
        if passage in known or (len(group) > 2 and len(group) * 2 > written):
            continue
        for one, other in combinations(sorted(group, key=lambda bid: bid.id), 2):
            if one.firm != other.firm:
                shared[one.id, other.id].append(passage)
    return [
        Signal(
            "passages", pair, {"passages": len(same), "of": _fewest(by_id, pair), "example": max(same, key=_size)[:120]}
        )
        for pair, same in sorted(shared.items())
        if len(same) >= PASSAGES
    ]


def equal_prices(bids: Sequence[BidSeen]) -> list[Signal]:
    return [
        _signal("equal_prices", group, price=str(price))
        for price, group in _groups(_priced(bids), lambda bid: bid.price)
    ]


def equal_steps(bids: Sequence[BidSeen]) -> list[Signal]:
    """Prices that follow each other at one distance."""
    return _runs("steps", bids, lambda low, middle, high: high - middle == middle - low, lambda one, other: other - one)


def equal_ratios(bids: Sequence[BidSeen]) -> list[Signal]:
    """Prices of which each is the same multiple of the one before, to the fen."""

    def fits(low: Decimal, middle: Decimal, high: Decimal) -> bool:
        return (middle * middle / low).quantize(FEN, ROUND_HALF_UP) == high

    def ratio(one: Decimal, other: Decimal) -> Decimal:
        return (other / one).quantize(Decimal("0.0001"), ROUND_HALF_UP)

    return _runs("ratios", bids, fits, ratio)


def equal_endings(bids: Sequence[BidSeen]) -> list[Signal]:
    """The same fen at three firms or more that are at least half of those whose prices end in fen at all."""
    odd = [bid for bid in _priced(bids) if _ending(bid) != "00"]
    return [
        _signal("endings", group, ending=ending, of=len(odd))
        for ending, group in _groups(odd, _ending)
        if len(group) >= RUN and len(group) * 2 >= len(odd)
    ]


def pairs_in_turn(bids: Sequence[BidSeen], past: Sequence[Round]) -> list[Signal]:
    """Two firms of this opening that never bid without each other, and have both won."""
    ordered = sorted(past, key=lambda one: one.opened_at)
    rounds: dict[Hashable, list[int]] = defaultdict(list)
    for number, each in enumerate(ordered):
        for firm in each.bidders:
            rounds[firm].append(number)
    own = {bid.firm: bid for bid in bids}
    alike: dict[tuple[int, ...], list[BidSeen]] = defaultdict(list)
    for firm, bid in own.items():
        if len(rounds[firm]) >= TOGETHER:
            alike[tuple(rounds[firm])].append(bid)
    found = []
    for numbers, group in alike.items():
        winners = [ordered[number].winner for number in numbers]
        for one, other in combinations(sorted(group, key=lambda bid: bid.id), 2):
            wins = [winner for winner in winners if winner in (one.firm, other.firm)]
            counts = Counter(wins)
            if counts[one.firm] and counts[other.firm]:
                in_turn = all(first != second for first, second in pairwise(wins))
                seen = {"together": len(numbers), "first": counts[one.firm], "second": counts[other.firm]}
                found.append(Signal("pair", (one.id, other.id), {**seen, "in_turn": in_turn and len(wins) >= RUN}))
    return sorted(found, key=lambda signal: signal.bids)


def _groups(bids: Iterable[BidSeen], key: Callable[[BidSeen], Any]) -> list[tuple[Any, list[BidSeen]]]:
    """What is the same at several firms, with the bids, in the order of the bids."""
    by_key: dict[Any, list[BidSeen]] = defaultdict(list)
    for bid in sorted(bids, key=lambda each: each.id):
        if value := key(bid):
            by_key[value].append(bid)
    return [(value, group) for value, group in by_key.items() if len({bid.firm for bid in group}) > 1]


def _signal(kind: str, group: Sequence[BidSeen], **seen: Any) -> Signal:
    firms = len({bid.firm for bid in group})
    return Signal(kind, tuple(bid.id for bid in group), {"firms": firms, **seen})


def _priced(bids: Iterable[BidSeen]) -> list[BidSeen]:
    return [bid for bid in bids if bid.price is not None and bid.price > 0]


def _ending(bid: BidSeen) -> str:
    return f"{bid.price:.2f}"[-2:]


def _fewest(bids: dict[int, BidSeen], pair: tuple[int, int]) -> int:
    return min(len(bids[each].passages) for each in pair)


def _size(passage: str) -> tuple[int, str]:
    return len(passage), passage


def _runs(
    kind: str,
    bids: Sequence[BidSeen],
    fits: Callable[[Decimal, Decimal, Decimal], bool],
    step: Callable[[Decimal, Decimal], Decimal],
) -> list[Signal]:
    """The longest rows of different prices in which every three in a row fit."""
    by_price: dict[Decimal, BidSeen] = {}
    for bid in sorted(_priced(bids), key=lambda each: each.id):
        by_price.setdefault(bid.price or Decimal(0), bid)
    prices = sorted(by_price)
    enough = min(max(RUN, -(-len(prices) // 3)), LONG_RUN)
    found, start = [], 0
    for end in range(2, len(prices) + 1):
        if end < len(prices) and (end - start < 2 or fits(prices[end - 2], prices[end - 1], prices[end])):
            continue
        run = prices[start:end]
        if len(run) >= enough:
            seen = {"count": len(run), "of": len(prices), "step": str(step(run[0], run[1])), "from": str(run[0])}
            found.append(Signal(kind, tuple(by_price[price].id for price in run), seen))
        start = end - 1
    return found
