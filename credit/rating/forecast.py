from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from .fulfilment import youngest_contracts
from .history import History
from .model import RatingModel
from .standing import Standing, compute
from .windows import ONE_DAY, months_after


class CauseKind(StrEnum):
    AGEING = "ageing"
    RATING_LEAVES = "rating_leaves"
    STEP_FALLS_DUE = "step_falls_due"
    STEP_LEAVES = "step_leaves"
    EVENT_STARTS = "event_starts"
    EVENT_EXPIRES = "event_expires"
    EVENT_ENDS = "event_ends"
    CORRECTION = "correction"
    RESTRICTION_ENDS = "restriction_ends"
    WARNING_ENDS = "warning_ends"


@dataclass(frozen=True, slots=True)
class Cause:
    kind: CauseKind
    source: Any = None


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which something changes by itself, and the standing that results if nobody does anything."""

    on: date
    causes: tuple[Cause, ...]
    standing: Standing


def changes_without_action(
    history: History, model: RatingModel, as_of: date, *, months: int = 12, most: int = 40
) -> list[Change]:
    """
    Every dated automatic change within `months`, the earliest `most` of them.

    The first entry a month on shows how far the ageing of the ratings alone goes.
    """
    until = months_after(as_of, months)
    causes: defaultdict[date, list[Cause]] = defaultdict(list)
    for finder in (_of_ratings, _of_steps, _of_events, _of_corrections, _of_thresholds):
        for day, cause in finder(history, model, as_of):
            if as_of < day <= until:
                causes[day].append(cause)
    return [Change(day, tuple(causes[day]), compute(history, model, day)) for day in sorted(causes)[:most]]


def _of_ratings(history: History, model: RatingModel, as_of: date):
    counted = [row for row in compute(history, model, as_of).component("reviews").counted if row.weight]
    if counted:
        yield months_after(as_of, 1), Cause(CauseKind.AGEING)
    for row in counted:
        yield months_after(row.source.on, model.reviews.window_months), Cause(CauseKind.RATING_LEAVES, row.source)


def _of_steps(history: History, model: RatingModel, as_of: date):
    youngest = youngest_contracts(history, model.fulfilment.contracts_per_client, as_of)
    for step in history.steps:
        if not step.own or not step.known_on(as_of) or (step.client, step.contract) not in youngest:
            continue
        if step.due_on > as_of:
            yield step.due_on, Cause(CauseKind.STEP_FALLS_DUE, step)
        yield months_after(step.due_on, model.fulfilment.window_months), Cause(CauseKind.STEP_LEAVES, step)


def _of_events(history: History, model: RatingModel, as_of: date):
    for event in history.events:
        expires_on = months_after(event.effective_on, event.validity_months)
        if event.effective_on > as_of:
            yield event.effective_on, Cause(CauseKind.EVENT_STARTS, event)
        if event.ended_on and event.ended_on < expires_on:
            yield event.ended_on, Cause(CauseKind.EVENT_ENDS, event)
        else:
            yield expires_on, Cause(CauseKind.EVENT_EXPIRES, event)


def _of_corrections(history: History, model: RatingModel, as_of: date):
    for row in (*history.ratings, *history.steps):
        if row.known_until:
            yield row.known_until, Cause(CauseKind.CORRECTION, row)


def _of_thresholds(history: History, model: RatingModel, as_of: date):
    thresholds = compute(history, model, as_of).thresholds
    if thresholds.restricted_until:
        yield thresholds.restricted_until + ONE_DAY, Cause(CauseKind.RESTRICTION_ENDS)
    if thresholds.warned_until and thresholds.warned_until != thresholds.restricted_until:
        yield thresholds.warned_until + ONE_DAY, Cause(CauseKind.WARNING_ENDS)
