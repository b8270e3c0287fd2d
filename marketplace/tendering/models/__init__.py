from .awards import Award, Objection, ObjectionEvidence
from .bids import Bid, Deposit, OpenedBid, Opening, SealedProposal
from .parts import Attachment, DeadlineMove, Exclusion, Question, RequestItem, RequestVersion
from .requests import WorkRequest

__all__ = [
    "Attachment",
    "Award",
    "Bid",
    "DeadlineMove",
    "Deposit",
    "Exclusion",
    "Objection",
    "ObjectionEvidence",
    "OpenedBid",
    "Opening",
    "Question",
    "RequestItem",
    "RequestVersion",
    "SealedProposal",
    "WorkRequest",
]
