from .awards import Award, Objection, ObjectionEvidence
from .bids import Bid, Deposit, OpenedBid, Opening, OpeningWait, SealedProposal
from .direct_confirmations import DirectConfirmation
from .evaluators import Evaluator, EvaluatorTie
from .marking import Mark, Paper, Seat
from .origin_requests import OriginRequest
from .parts import Attachment, DeadlineMove, Exclusion, Question, RequestItem, RequestVersion
from .public_values import PublicValueEntry
from .requests import WorkRequest
from .signals import CollusionSignal

__all__ = [
    "Attachment",
    "Award",
    "Bid",
    "CollusionSignal",
    "DeadlineMove",
    "Deposit",
    "DirectConfirmation",
    "Evaluator",
    "EvaluatorTie",
    "Exclusion",
    "Mark",
    "Objection",
    "ObjectionEvidence",
    "OpenedBid",
    "Opening",
    "OpeningWait",
    "OriginRequest",
    "Paper",
    "PublicValueEntry",
    "Question",
    "RequestItem",
    "RequestVersion",
    "SealedProposal",
    "Seat",
    "WorkRequest",
]
