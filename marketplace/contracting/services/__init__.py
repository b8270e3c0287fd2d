from ..rules.remedies import Remedies
from .accepting import UnableToAnswer, accept_deliverable, return_deliverable
from .deciding import UnableToDecide, decide_deliverable
from .delivering import UnableToDeliver, UnableToExtend, extend_milestone, submit_deliverable
from .ending import UnableToTerminate, terminate_contract
from .lapsing import lapse_contract
from .paying import UnableToConfirmPayment, UnableToRecordPayment, confirm_payment, deny_payment, record_payment
from .preparing import prepare_contract
from .rating import UnableToRate, UnableToReply, change_rating, rate_contract, reply_to_rating
from .signing import UnableToSign, sign_contract
from .stating_parts import Part, UnableToState, state_parts
from .terms import MilestoneTerms, UnableToAgree, UnableToPropose, agree_terms, ask_change, propose_terms

__all__ = [
    "MilestoneTerms",
    "Part",
    "Remedies",
    "UnableToAgree",
    "UnableToAnswer",
    "UnableToConfirmPayment",
    "UnableToDecide",
    "UnableToDeliver",
    "UnableToExtend",
    "UnableToPropose",
    "UnableToRate",
    "UnableToRecordPayment",
    "UnableToReply",
    "UnableToSign",
    "UnableToState",
    "UnableToTerminate",
    "accept_deliverable",
    "agree_terms",
    "ask_change",
    "change_rating",
    "confirm_payment",
    "decide_deliverable",
    "deny_payment",
    "extend_milestone",
    "lapse_contract",
    "prepare_contract",
    "propose_terms",
    "rate_contract",
    "record_payment",
    "reply_to_rating",
    "return_deliverable",
    "sign_contract",
    "state_parts",
    "submit_deliverable",
    "terminate_contract",
]
