"""What becomes of each request of the large world, and when."""

from dataclasses import dataclass

#: Working days from publication to the deadline; the opening follows within minutes.
DAYS_TO_OPENING = 4
#: Status, share of all requests in percent, and how many working days before today they are published.
STAGES = (
    ("completed", 75, (90, 560)),
    ("failed", 5, (20, 89)),
    ("in_service", 5, (12, 14)),
    ("awarded", 5, (8, 11)),
    ("publicity", 5, (5, 6)),
    ("published", 5, (1, 3)),
)
FILINGS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One request of the large world.

    :ivar published: working days from today, negative
    :ivar filings: sealed filings for it, replacements included
    """

    position: int
    status: str
    method: str
    published: int
    filings: int

    @property
    def is_opened(self) -> bool:
        return self.status != "published"

    @property
    def is_awarded(self) -> bool:
        return self.status in ("awarded", "in_service", "completed")


def plan_of(position: int, total: int) -> Plan:
    """The plan of a position, from 0 for the oldest; 5 filings a request on average, none where it fails."""
    status, first, count, (nearest, farthest) = _stage(position, total)
    within = position - first
    published = -(farthest - (farthest - nearest + 1) * within // count)
    return Plan(
        position=position,
        status=status,
        method="random_draw" if position % 3 == 0 else "lowest_price",
        published=published,
        filings=_filings(status, within, total),
    )


def _stage(position: int, total: int) -> tuple[str, int, int, tuple[int, int]]:
    """The end that a position comes to, the first position that does, and how many do."""
    first = 0
    for status, percent, back in STAGES:
        count = total * percent // 100
        if position < first + count:
            return status, first, count, back
        first += count
    raise ValueError(f"{position} of {total} is beyond the last request")


def _filings(status: str, within: int, total: int) -> int:
    """Those that fail have none; as many completed ones have 6 filings for every 5 as make up for them."""
    if status == "failed":
        return 0
    missing = total * 5 // 100 * FILINGS
    return FILINGS + 1 if status == "completed" and within < missing else FILINGS
