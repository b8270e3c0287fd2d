from .events import ConductEvent, EventEvidence, EventStep
from .records import Completion, Engagement, ProcessStep, Review, ReviewChange
from .rules import CreditModel, CreditRule
from .standings import CurrentStanding

__all__ = [
    "Completion",
    "ConductEvent",
    "CreditModel",
    "CreditRule",
    "CurrentStanding",
    "Engagement",
    "EventEvidence",
    "EventStep",
    "ProcessStep",
    "Review",
    "ReviewChange",
]
