from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from .component import Component, Row
from .conduct import conduct_component
from .fulfilment import fulfilment_component
from .history import Completion, History
from .model import CONTEXT, Grade, RatingModel
from .reviews import reviews_component
from .thresholds import Thresholds, thresholds_on

__all__ = ["Component", "Row", "Standing", "compute"]

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What an intermediary's credit was at the end of a day (Asia/Shanghai).

    :ivar score: rounded half up to two decimals, once
    :ivar exact: the weighted values before rounding
    :ivar score_grade: the grade that the score alone gives; `grade` is after the thresholds
    """

    as_of: date
    model: RatingModel
    score: Decimal
    exact: Decimal
    grade: Grade
    score_grade: Grade
    provisional: bool
    completed_contracts: int
    thresholds: Thresholds
    components: tuple[Component, ...]

    @property
    def start(self) -> Decimal:
        return self.model.start.quantize(HUNDREDTH)

    @property
    def warned(self) -> bool:
        return self.thresholds.warned

    @property
    def restricted(self) -> bool:
        return self.thresholds.restricted

    def component(self, code: str) -> Component:
        return next(component for component in self.components if component.code == code)


def compute(history: History, model: RatingModel, as_of: date) -> Standing:
    """The standing of a day, from what was recorded by its end."""
    with localcontext(CONTEXT):
        components = (
            reviews_component(history.ratings, model.reviews, as_of),
            conduct_component(history.events, model.conduct, as_of),
            fulfilment_component(history, model.fulfilment, as_of),
        )
        exact = sum((component.contribution for component in components), Decimal(0))
        score = exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
    thresholds = thresholds_on(history.events, model, as_of)
    completed = [row for row in history.completions if row.known_on(as_of) and row.on <= as_of]
    score_grade = model.grade_of(score)
    return Standing(
        as_of=as_of,
        model=model,
        score=score,
        exact=exact,
        grade=_grade(score_grade, thresholds),
        score_grade=score_grade,
        provisional=_is_provisional(completed, model),
        completed_contracts=len({row.contract for row in completed}),
        thresholds=thresholds,
        components=components,
    )


def _grade(score_grade: Grade, thresholds: Thresholds) -> Grade:
    if thresholds.restricted:
        return Grade.D
    return score_grade.worst_of(Grade.C) if thresholds.warned else score_grade


def _is_provisional(completed: list[Completion], model: RatingModel) -> bool:
    contracts = {row.contract for row in completed}
    clients = {row.client for row in completed}
    return len(contracts) < model.settled_contracts or len(clients) < model.settled_clients
