"""
Domain events: how news travels upward between the apps.

`publish` writes one row of due work a receiver in the transaction of the change; right after its commit the
receivers run, and the sweep runs what a crash cut off.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import transaction

from . import clock, outbox
from .models import DueWork


@dataclass(frozen=True)
class Event:
    """Something that happened; its fields are plain JSON values (ids, numbers as text)."""


E = TypeVar("E", bound=Event)
Receiver = Callable[[Any], None]
_receivers: dict[type[Event], dict[str, Receiver]] = defaultdict(dict)
_types: dict[str, type[Event]] = {}
KIND = "event"


def _name_of(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def receives(event_type: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a function that takes this event; it runs in a transaction of its own and may run late."""

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        _receivers[event_type][_name_of(function)] = function
        _types[_name_of(event_type)] = event_type
        return function

    return register


def publish(event: Event, *, soon: bool = True) -> None:
    """
    Tell every receiver, once the present transaction has committed.

    :param soon: right after it, in this thread; else by the next sweep
    """
    works = [
        DueWork(
            kind=KIND,
            key=outbox.unique_key(),
            due_at=clock.now(),
            payload={"event": _name_of(type(event)), "receiver": receiver, "data": asdict(event)},
        )
        for receiver in _receivers[type(event)]
    ]
    if works:
        with transaction.atomic():
            rows = DueWork.objects.bulk_create(works)
            if soon:
                outbox.run_soon(rows)


@outbox.handler(KIND, by_clock=False)
def deliver(work: DueWork) -> None:
    """Call one receiver with its event."""
    event_type = _types[work.payload["event"]]
    _receivers[event_type][work.payload["receiver"]](event_type(**work.payload["data"]))
