"""What the credit pages show, read with a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import Organisation
from marketplace.ui.components import Change as WaterfallChange
from marketplace.ui.components import Waterfall, waterfall

from .charts import Chart, Mark, score_chart
from .histories import decided_events, histories_of
from .models import ConductEvent, CreditModel, CurrentStanding, ProcessStep
from .rating import (
    Change,
    Component,
    Grade,
    History,
    Point,
    RatingModel,
    Row,
    Standing,
    changes_without_action,
    compute,
    score_series,
)
from .rating.windows import ONE_DAY, months_after
from .wording import change_text, mark_text

CHART_MONTHS = 24
FIRST_ROWS = 7
FIRST_CHANGES = 8
HUNDREDTH, FOUR_DECIMALS = Decimal("0.01"), Decimal("0.0001")


def two(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


def four(value: Decimal) -> Decimal:
    return value.quantize(FOUR_DECIMALS, ROUND_HALF_UP)


@dataclass(frozen=True)
class ReviewLine:
    row: Row
    client: str


@dataclass(frozen=True)
class ConductLine:
    row: Row
    event: ConductEvent | None


@dataclass(frozen=True)
class StepLine:
    """The steps of one kind that count: how many, how many kept, and what they do to the score."""

    name: str
    rows: list[Row]

    @property
    def kept(self) -> int:
        return sum(1 for row in self.rows if row.source.kept)

    @property
    def missed(self) -> int:
        return len(self.rows) - self.kept

    @property
    def effect(self) -> Decimal:
        return sum((row.effect for row in self.rows), Decimal(0))


@dataclass(frozen=True)
class EventLine:
    """A decided event and what it is on the day: upcoming, in_force, expired, revoked or repaired."""

    event: ConductEvent
    situation: str


@dataclass(frozen=True)
class ListLine:
    """A standing on a public list, with the deductions whose points led to it."""

    current: CurrentStanding
    reasons: list[ConductEvent]


@dataclass(frozen=True)
class ForecastLine:
    on: date
    texts: list[str]
    standing: Standing


class StandingPage:
    """One intermediary's credit on a day, with everything that the page opens."""

    def __init__(self, organisation: Organisation, on: date) -> None:
        self.organisation = organisation
        self.on = on
        self.models = list(CreditModel.objects.all())
        self.model = _model_of(self.models, on)
        self.decided = decided_events([organisation.pk])
        self.history: History = histories_of([organisation.pk], decided=self.decided)[organisation.pk]
        self.standing = compute(self.history, self.model, on)

    # How the score comes about

    @property
    def reviews(self) -> Component:
        return self.standing.component("reviews")

    @property
    def conduct(self) -> Component:
        return self.standing.component("conduct")

    @property
    def fulfilment(self) -> Component:
        return self.standing.component("fulfilment")

    @property
    def figure(self) -> Waterfall:
        model = self.model
        names = {
            "reviews": pgettext("credit", "Reviews"),
            "conduct": pgettext("credit", "Conduct"),
            "fulfilment": pgettext("credit", "Fulfilment"),
        }
        start_note = (
            f"{model.reviews.weight.normalize()}×{model.reviews.prior_mean} + "
            f"{model.conduct.weight.normalize()}×{model.conduct.base} + "
            f"{model.fulfilment.weight.normalize()}×{model.fulfilment.prior_mean}"
        )
        changes = [
            WaterfallChange(names[part.code], f"{two(part.value)} × {part.weight}", two(part.effect))
            for part in self.standing.components
        ]
        return waterfall(
            start=self.standing.start,
            start_label=pgettext("credit", "Start"),
            start_note=start_note,
            changes=changes,
            score=self.standing.score,
            score_label=pgettext("credit", "Score"),
            score_note=_("rounded half up, once"),
        )

    @property
    def grade_from(self) -> Decimal:
        """Where the grade that the score gives begins."""
        return dict(self.model.grades)[self.standing.score_grade]

    # Rows

    @cached_property
    def client_names(self) -> dict[str, str]:
        rows: Iterable[Any] = (*self.history.ratings, *self.history.steps)
        ids = {row.client for row in rows}
        return {str(client.pk): client.name for client in Organisation.objects.filter(pk__in=ids)}

    @property
    def review_lines(self) -> list[ReviewLine]:
        return [ReviewLine(row, self.client_names[row.source.client]) for row in reversed(self.reviews.counted)]

    @property
    def first_review_lines(self) -> list[ReviewLine]:
        return self.review_lines[:FIRST_ROWS]

    @property
    def other_review_effect(self) -> Decimal:
        return sum((line.row.effect for line in self.review_lines[FIRST_ROWS:]), Decimal(0))

    @property
    def other_review_count(self) -> int:
        return max(len(self.review_lines) - FIRST_ROWS, 0)

    @property
    def review_sums(self) -> tuple[Decimal, Decimal]:
        """Σ weight × mean and Σ weight over the ratings that count."""
        rows = self.reviews.counted
        total = sum((row.weight * row.value for row in rows), Decimal(0))
        return total, sum((row.weight for row in rows), Decimal(0))

    @property
    def conduct_lines(self) -> list[ConductLine]:
        events = {event.number: event for event in self.events}
        rows = [row for row in reversed(self.conduct.rows) if row.what != "base"]
        return [ConductLine(row, events.get(row.what)) for row in rows]

    @property
    def conduct_formula(self) -> str:
        rows = self.conduct.counted
        bonus = min(self.model.conduct.bonus_cap, sum((row.value for row in rows if row.value > 0), Decimal(0)))
        deducted = sum((-row.value for row in rows if row.value < 0), Decimal(0))
        parts = [str(self.model.conduct.base)]
        parts += [f"+ {bonus}"] if bonus else []
        parts += [f"− {deducted}"] if deducted else []
        return " ".join(parts)

    @property
    def step_lines(self) -> list[StepLine]:
        counted = self.fulfilment.counted
        return [
            StepLine(str(label), [row for row in counted if row.source.kind == kind])
            for kind, label in ProcessStep.Kind.choices
        ]

    @property
    def step_rows(self) -> list[tuple[Row, str, str]]:
        """Each step that counts, with its name and client, the latest first."""
        names = dict(ProcessStep.Kind.choices)
        return [
            (row, str(names[row.source.kind]), self.client_names[row.source.client])
            for row in reversed(self.fulfilment.counted)
        ]

    @property
    def steps_kept(self) -> int:
        return sum(line.kept for line in self.step_lines)

    # Events

    @cached_property
    def events(self) -> list[ConductEvent]:
        """The decided events that the day knows, the latest first."""
        known = [event for event in self.decided if event.effective_on and event.effective_on - ONE_DAY <= self.on]
        return sorted(known, key=lambda event: (event.effective_on, event.number), reverse=True)

    @property
    def event_lines(self) -> list[EventLine]:
        return [EventLine(event, event.situation_on(self.on)) for event in self.events]

    @property
    def repairable(self) -> list[ConductEvent]:
        """Deductions in force that have been public for the least term, so that repair can be asked for."""
        terms = self.model.definition.get("publication_months", {})
        return [
            line.event
            for line in self.event_lines
            if line.event.is_deduction
            and line.event.effective_on
            and line.situation == "in_force"
            and self.on >= months_after(line.event.effective_on, terms.get(line.event.severity, {}).get("least", 0))
        ]

    # Over time

    @cached_property
    def points(self) -> list[Point]:
        """24 months up to the day, each day by the model that was in force on it."""
        since = months_after(self.on, -CHART_MONTHS)
        points: list[Point] = []
        for model, begin, end in _spans(self.models, since, self.on):
            points += _series(self.history, model, begin, end)
        return points

    @cached_property
    def marks(self) -> list[Mark]:
        return _marks(self.events, self.points[0].on, self.on)

    @property
    def chart(self) -> Chart:
        return score_chart(self._charted, self.marks, self.model.grades, width=1152, height=290, months_a_tick=3)

    @property
    def small_chart(self) -> Chart:
        return score_chart(self._charted, self.marks, self.model.grades, width=358, height=240, months_a_tick=6)

    @cached_property
    def _charted(self) -> list[Point]:
        # A mark stands on the line, so its day has a point.
        there = {point.on for point in self.points}
        missing = {mark.on for mark in self.marks} - there
        extra = [compute(self.history, self.model, day) for day in sorted(missing)]
        return sorted(
            [*self.points, *(Point.of(standing) for standing in extra)],
            key=lambda point: point.on,
        )

    @property
    def table_points(self) -> list[Point]:
        """The data table behind the chart: the points, thinned to those where score or grade moved."""
        kept: list[Point] = []
        for point in self._charted:
            if not kept or _shown(point) != _shown(kept[-1]):
                kept.append(point)
        return kept[::-1]

    @property
    def score_range(self) -> tuple[Decimal, Decimal]:
        scores = [point.score for point in self.points]
        return min(scores), max(scores)

    # Ahead

    @cached_property
    def forecast(self) -> list[ForecastLine]:
        changes: list[Change] = changes_without_action(self.history, self.model, self.on)
        return [
            ForecastLine(
                change.on,
                [change_text(cause, change, self.client_names, self.model) for cause in _merged(change.causes)],
                change.standing,
            )
            for change in changes
        ]

    @property
    def first_forecast(self) -> list[ForecastLine]:
        return self.forecast[:FIRST_CHANGES]

    @property
    def later_forecast(self) -> list[ForecastLine]:
        return self.forecast[FIRST_CHANGES:]


def _shown(point: Point) -> tuple[Decimal, Grade, bool]:
    return point.score, point.grade, point.provisional


@lru_cache(maxsize=64)
def _series(history: History, model: RatingModel, since: date, until: date) -> tuple[Point, ...]:
    # A hundred standings. What goes in is all that the points depend on, so the last ones can be given again.
    return tuple(score_series(history, model, since=since, until=until))


def _merged(causes: Sequence[Any]) -> list[Any]:
    """Causes of one kind become one line where a day has more than two of them."""
    merged: list[Any] = []
    for kind in dict.fromkeys(cause.kind for cause in causes):
        same = [cause for cause in causes if cause.kind == kind]
        merged.append(same if len(same) > 2 else same[0])
        if len(same) == 2:
            merged.append(same[1])
    return merged


def _model_of(models: Sequence[CreditModel], day: date) -> RatingModel:
    known = [model for model in models if model.effective_on <= day] or models[:1]
    return known[-1].rating_model


def _spans(models: Sequence[CreditModel], since: date, until: date) -> Iterable[tuple[RatingModel, date, date]]:
    """The stretches of time with the model of each."""
    changes = (model.effective_on for model in models[1:] if since < model.effective_on <= until)
    starts = sorted({since, *changes})
    for begin, following in zip(starts, [*starts[1:], until + ONE_DAY], strict=True):
        yield _model_of(models, begin), begin, following - ONE_DAY


def _marks(events: Iterable[ConductEvent], since: date, until: date) -> list[Mark]:
    found: list[tuple[date, int, ConductEvent, str]] = []
    for event in events:
        if event.effective_on and since <= event.effective_on <= until:
            found.append((event.effective_on, 0, event, "deduct" if event.is_deduction else "bonus"))
        if event.last_day and since <= event.last_day + ONE_DAY <= until:
            found.append((event.last_day + ONE_DAY, 1, event, "end"))
    found.sort(key=lambda entry: (entry[0], entry[1], entry[2].number))
    numbers = {entry[2].number: number for number, entry in enumerate(found, 1) if entry[3] != "end"}
    return [
        Mark(number, on, kind, mark_text(event, kind, numbers.get(event.number)))
        for number, (on, _order, event, kind) in enumerate(found, 1)
    ]


# The public lists

LIST_KINDS = ("red-list", "restricted", "warned")


def public_list(kind: str) -> QuerySet[CurrentStanding]:
    """The red list (AAA), the restricted or the warned, with what a row shows."""
    standings = CurrentStanding.objects.select_related("organisation__district")
    if kind == "red-list":
        return standings.red_list().order_by("-score", "organisation_id")
    if kind == "restricted":
        return standings.restricted().order_by("-restricted_from", "organisation_id")
    return standings.warned().order_by("-warned_until", "organisation_id")


def with_reasons(standings: Iterable[CurrentStanding]) -> list[ListLine]:
    """Each with the deductions that led to its restriction or warning. Two queries for all."""
    rows = list(standings)
    events: dict[int, list[ConductEvent]] = {}
    for event in decided_events([row.organisation_id for row in rows if row.restricted or row.warned]):
        if event.is_deduction:
            events.setdefault(event.subject_id, []).append(event)
    return [ListLine(row, _reasons(row, events.get(row.organisation_id, []))) for row in rows]


def _reasons(row: CurrentStanding, deductions: Iterable[ConductEvent]) -> list[ConductEvent]:
    if not row.restricted and not row.warned:
        return []
    upto = row.restricted_from or row.as_of
    return [event for event in deductions if _counts(event, upto) and not _ended(event, row)]


def _counts(event: ConductEvent, upto: date) -> bool:
    return event.effective_on is not None and event.effective_on <= upto < months_after(event.effective_on, 12)


def _ended(event: ConductEvent, row: CurrentStanding) -> bool:
    ending = event.ending
    return bool(ending and ending.effective_on and ending.effective_on <= row.as_of)


def list_excerpts(limit: int) -> list[dict[str, Any]]:
    """The first rows of each public list and how many it has."""
    rows = {kind: list(public_list(kind)[:limit]) for kind in LIST_KINDS}
    lines = {line.current.pk: line for line in with_reasons([row for part in rows.values() for row in part])}
    return [
        {"kind": kind, "count": public_list(kind).count(), "rows": [lines[row.pk] for row in part]}
        for kind, part in rows.items()
    ]


def recent_notices() -> list[ListLine]:
    """For the home page: the best of the red list, the latest restriction and the latest warning."""
    return with_reasons([row for kind in LIST_KINDS for row in public_list(kind)[:1]])


def event_of(number: str, user: Any) -> QuerySet[ConductEvent]:
    """One event, if the user may see it, with what its page shows."""
    return (
        ConductEvent.objects.visible_to(user)
        .filter(number=number)
        .select_related("rule", "subject", "model", "proposed_by")
        .prefetch_related("steps__actor", "files__file")
    )
