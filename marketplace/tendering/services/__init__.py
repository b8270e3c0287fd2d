"""Every write of tendering: one function an operation, in one transaction, the request's row locked first."""

from .awarding.choosing_directly import UnableToAllow, decide_direct, pick_offer
from .awarding.objecting import UnableToDecide, UnableToObject, decide_objections, escalate_objections, submit_objection
from .awarding.picking import UnableToPick, pick_from_short_list
from .awarding.publicity import UnableToAward, confirm_award, pass_award_on
from .evaluating.keeping_pool import (
    UnableToKeepPool,
    admit_evaluator,
    change_evaluator,
    declare_evaluator_tie,
    end_evaluator_tie,
    readmit_evaluator,
    retire_evaluator,
)
from .evaluating.marking import UnableToMark, declare_no_tie, declare_own_tie, hand_in_marks, save_marks
from .evaluating.seating import remind_evaluators, replace_late_evaluators
from .filing.bidding import seal_and_submit_bid, submit_bid, submit_withdrawal, withdraw_bid
from .filing.checking import Arrival, UnableToBid, price_problem
from .filing.own_filings import filings_of
from .openings.closing import close_bids
from .openings.opening import UnableToOpen, open_request
from .openings.rotating import rotate_master_key
from .openings.stages import resume_opening
from .openings.typing_public_value import UnableToEnter, enter_public_value, note_public_value_overdue
from .requests.amending import begin_version, publish_version, submit_version
from .requests.asking import UnableToAnswer, UnableToAsk, answer_question, ask_question
from .requests.drafting import (
    ExclusionLine,
    ItemLine,
    UnableToEdit,
    add_attachment,
    create_draft,
    discard_draft,
    remove_attachment,
    save_as_typed,
    save_draft,
    set_exclusions,
    set_items,
)
from .requests.ending import (
    UnableToEnd,
    resume_request,
    suspend_request,
    terminate_request,
    void_request,
    void_with_contract,
)
from .requests.progress import UnableToProceed, mark_completed, mark_contracted, mark_in_service, note_owner_unsigned
from .requests.publishing import UnableToPublish, UnableToReview, review_request, submit_request, take_back_request
from .requests.reposting import UnableToRepost, repost_request

__all__ = [
    "Arrival",
    "ExclusionLine",
    "ItemLine",
    "UnableToAllow",
    "UnableToAnswer",
    "UnableToAsk",
    "UnableToAward",
    "UnableToBid",
    "UnableToDecide",
    "UnableToEdit",
    "UnableToEnd",
    "UnableToEnter",
    "UnableToKeepPool",
    "UnableToMark",
    "UnableToObject",
    "UnableToOpen",
    "UnableToPick",
    "UnableToProceed",
    "UnableToPublish",
    "UnableToRepost",
    "UnableToReview",
    "add_attachment",
    "admit_evaluator",
    "answer_question",
    "ask_question",
    "begin_version",
    "change_evaluator",
    "close_bids",
    "confirm_award",
    "create_draft",
    "decide_direct",
    "decide_objections",
    "declare_evaluator_tie",
    "declare_no_tie",
    "declare_own_tie",
    "discard_draft",
    "end_evaluator_tie",
    "enter_public_value",
    "escalate_objections",
    "filings_of",
    "hand_in_marks",
    "mark_completed",
    "mark_contracted",
    "mark_in_service",
    "note_owner_unsigned",
    "note_public_value_overdue",
    "open_request",
    "pass_award_on",
    "pick_from_short_list",
    "pick_offer",
    "price_problem",
    "publish_version",
    "readmit_evaluator",
    "remind_evaluators",
    "remove_attachment",
    "replace_late_evaluators",
    "repost_request",
    "resume_opening",
    "resume_request",
    "retire_evaluator",
    "review_request",
    "rotate_master_key",
    "save_as_typed",
    "save_draft",
    "save_marks",
    "seal_and_submit_bid",
    "set_exclusions",
    "set_items",
    "submit_bid",
    "submit_objection",
    "submit_request",
    "submit_version",
    "submit_withdrawal",
    "suspend_request",
    "take_back_request",
    "terminate_request",
    "void_request",
    "void_with_contract",
    "withdraw_bid",
]
