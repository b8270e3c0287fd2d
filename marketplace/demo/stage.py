"""The clock of the demo world: acts that wait for their times, and the market's due work in between."""

import heapq
from collections.abc import Generator
from datetime import datetime
from itertools import count

from marketplace.core import clock, outbox
from marketplace.core.models import DueWork

#: A story: it gives the instant that it waits for, and goes on when the clock stands there.
Act = Generator[datetime, None, None]


class Stage:
    """Plays acts in the order of time, and runs due work when it falls due, as a worker would have."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._count = count()

    def add(self, act: Act) -> None:
        self._go_on(act)

    def _go_on(self, act: Act) -> None:
        if (moment := next(act, None)) is not None:
            heapq.heappush(self._waiting, (moment, next(self._count), act))

    def play(self, *, until: datetime) -> None:
        """Play everything that waits for an instant up to one; the clock ends there."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, _, act = heapq.heappop(self._waiting)
            self._catch_up(moment)
            clock.move(moment)
            self._go_on(act)
        self._catch_up(until)
        clock.move(until)

    def _catch_up(self, until: datetime) -> None:
        while True:
            due = DueWork.objects.filter(done_at=None, attempts=0, due_at__lte=until)
            first = due.order_by("due_at").values_list("due_at", flat=True).first()
            if first is None:
                return
            clock.move(max(first, clock.now()) if clock.now() < until else first)
            outbox.run_due()
