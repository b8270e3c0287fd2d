from .checking import check_item, check_items, pass_registration, return_registration
from .closing import leave_market
from .failures import UnableToCheck, UnableToFile, UnableToLeave, UnableToOffer, UnableToRegister, UnableToSuspend
from .offering import set_offer, withdraw_offer
from .registering import (
    DOCUMENTS,
    attach_document,
    file_registration,
    problems_of,
    save_step,
    start_change,
    start_registration,
    withdraw_registration,
)
from .starting import register_firm
from .suspending import decide_suspension, lift_suspension, propose_suspension, settle_suspension

__all__ = [
    "DOCUMENTS",
    "UnableToCheck",
    "UnableToFile",
    "UnableToLeave",
    "UnableToOffer",
    "UnableToRegister",
    "UnableToSuspend",
    "attach_document",
    "check_item",
    "check_items",
    "decide_suspension",
    "file_registration",
    "leave_market",
    "lift_suspension",
    "pass_registration",
    "problems_of",
    "propose_suspension",
    "register_firm",
    "return_registration",
    "save_step",
    "set_offer",
    "settle_suspension",
    "start_change",
    "start_registration",
    "withdraw_offer",
    "withdraw_registration",
]
