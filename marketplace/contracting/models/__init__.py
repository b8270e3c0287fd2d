from .contracts import Contract, ContractText, Signature
from .delivery import Deliverable, DeliverableFile, Extension, Milestone
from .parts import PartStatement, PricePart
from .payments import Payment
from .ratings import ASPECTS, ContractRating, aspect_label

__all__ = [
    "ASPECTS",
    "Contract",
    "ContractRating",
    "ContractText",
    "Deliverable",
    "DeliverableFile",
    "Extension",
    "Milestone",
    "PartStatement",
    "Payment",
    "PricePart",
    "Signature",
    "aspect_label",
]
