"""
The unified rating as pure functions: no ORM, no clock, no I/O.

A history and a model go in, a standing comes out. Arithmetic is decimal with 28 digits; rows are
taken by date, then identifier; the score is rounded half up to two decimals once, at the end
(RULES, "Credit"; data/credit_model.json).
"""

from .forecast import Cause, CauseKind, Change, changes_without_action
from .history import Completion, Contract, Event, History, Rating, Step, StepKind
from .model import Grade, RatingModel, UnusableModel
from .series import Point, score_series
from .standing import Component, Row, Standing, compute
from .thresholds import Thresholds, thresholds_on

__all__ = [
    "Cause",
    "CauseKind",
    "Change",
    "Completion",
    "Component",
    "Contract",
    "Event",
    "Grade",
    "History",
    "Point",
    "Rating",
    "RatingModel",
    "Row",
    "Standing",
    "Step",
    "StepKind",
    "Thresholds",
    "UnusableModel",
    "changes_without_action",
    "compute",
    "score_series",
    "thresholds_on",
]
