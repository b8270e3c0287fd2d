"""Every write of tendering: one function an operation, in one transaction, the request's row locked first."""

from .arriving import price_problem, seal_and_submit_bid, withdraw_bid
from .asking import UnableToAnswer, UnableToAsk, answer_question, ask_question
from .bidding import Arrival, UnableToBid, filings_of, submit_bid, submit_withdrawal
from .closing import close_bids
from .drafting import (
    ExclusionLine,
    ItemLine,
    UnableToEdit,
    add_attachment,
    create_draft,
    discard_draft,
    remove_attachment,
    save_draft,
    set_exclusions,
    set_items,
)
from .ending import UnableToEnd, resume_request, suspend_request, terminate_request, void_request, void_with_contract
from .objecting import UnableToDecide, UnableToObject, decide_objections, escalate_objections, submit_objection
from .opening import UnableToOpen, open_request
from .picking import UnableToPick, pick_from_short_list
from .progress import UnableToProceed, mark_completed, mark_contracted, mark_in_service, note_owner_unsigned
from .publicity import UnableToAward, confirm_award, pass_award_on
from .publishing import UnableToPublish, UnableToReview, review_request, submit_request, take_back_request
from .reposting import UnableToRepost, repost_request
from .stages import resume_opening

__all__ = [
    "Arrival",
    "ExclusionLine",
    "ItemLine",
    "UnableToAnswer",
    "UnableToAsk",
    "UnableToAward",
    "UnableToBid",
    "UnableToDecide",
    "UnableToEdit",
    "UnableToEnd",
    "UnableToObject",
    "UnableToOpen",
    "UnableToPick",
    "UnableToProceed",
    "UnableToPublish",
    "UnableToRepost",
    "UnableToReview",
    "add_attachment",
    "answer_question",
    "ask_question",
    "close_bids",
    "confirm_award",
    "create_draft",
    "decide_objections",
    "discard_draft",
    "escalate_objections",
    "filings_of",
    "mark_completed",
    "mark_contracted",
    "mark_in_service",
    "note_owner_unsigned",
    "open_request",
    "pass_award_on",
    "pick_from_short_list",
    "price_problem",
    "remove_attachment",
    "repost_request",
    "resume_opening",
    "resume_request",
    "review_request",
    "save_draft",
    "seal_and_submit_bid",
    "set_exclusions",
    "set_items",
    "submit_bid",
    "submit_objection",
    "submit_request",
    "submit_withdrawal",
    "suspend_request",
    "take_back_request",
    "terminate_request",
    "void_request",
    "void_with_contract",
    "withdraw_bid",
]
