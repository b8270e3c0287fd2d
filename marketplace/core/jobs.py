"""
Jobs: what the market does by itself, declared once and started by the sweeper or by Celery, whichever runs.

A job is a plain function in an app's module `tasks`: ids in, one domain call, safe to run twice and late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

Function = Callable[..., Any]


class Queue(StrEnum):
    """Who waits for whom: what a clock decides never stands behind mail and index."""

    PROMPT = "prompt"
    BULK = "bulk"


@dataclass(frozen=True)
class Job:
    """
    :param every: how often it runs by itself; None where something starts it
    """

    name: str
    function: Function
    queue: Queue
    every: timedelta | None


_jobs: dict[str, Job] = {}
_sender: Callable[[Job, tuple[Any, ...]], None] | None = None


def job(*, queue: Queue = Queue.PROMPT, every: timedelta | None = None) -> Callable[[Function], Function]:
    """Declare a job; a periodic one takes no arguments."""

    def register(function: Function) -> Function:
        name = f"{function.__module__}.{function.__qualname__}"
        _jobs[name] = Job(name, function, queue, every)
        return function

    return register


def declared() -> list[Job]:
    """All jobs, by name; whoever starts them has imported the modules `tasks` of the apps."""
    return sorted(_jobs.values(), key=lambda each: each.name)


def periodic(queue: Queue) -> list[Job]:
    """What runs by itself on one queue."""
    return [each for each in declared() if each.every and each.queue is queue]


def send_by(sender: Callable[[Job, tuple[Any, ...]], None] | None) -> None:
    """Name who carries a job to another process (Celery's messages); None where one process does all."""
    global _sender
    _sender = sender


def are_sent() -> bool:
    return _sender is not None


def send(function: Function, *arguments: Any) -> None:
    """Have another process do a job; its arguments are ids."""
    if _sender is None:
        raise RuntimeError("nobody carries jobs here")
    _sender(_jobs[f"{function.__module__}.{function.__qualname__}"], arguments)
