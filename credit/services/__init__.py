"""Every write of the credit app, and the question what a standing is; other apps call these."""

from .events import UnableToDecide, UnableToPropose, decide_event, propose_event
from .model_loading import ModelVersionChanged, load_credit_model
from .recording import (
    UnableToRecord,
    correct_step,
    record_completion,
    record_engagement,
    record_review,
    record_review_change,
    record_step,
)
from .standings import noted_standing, refresh_standing, refresh_standings, standing_of, standings_of

__all__ = [
    "ModelVersionChanged",
    "UnableToDecide",
    "UnableToPropose",
    "UnableToRecord",
    "correct_step",
    "decide_event",
    "load_credit_model",
    "noted_standing",
    "propose_event",
    "record_completion",
    "record_engagement",
    "record_review",
    "record_review_change",
    "record_step",
    "refresh_standing",
    "refresh_standings",
    "standing_of",
    "standings_of",
]
