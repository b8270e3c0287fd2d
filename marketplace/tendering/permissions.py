"""Who may do what with a request: one predicate a question, asked by page, service and API alike."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.permissions import RECORD_ENTERPRISE, acts_for, is_operator, is_regulator
from marketplace.core import clock
from marketplace.core.permissions import Decision, no, yes
from marketplace.registry.models import Intermediary

from .choices import Method
from .facts import typed_values
from .models import Award, OpenedBid, Opening, OriginRequest, Paper, Seat, WorkRequest
from .states import EDITABLE, SUSPENDABLE, TERMINABLE, Status

NOT_NOW = _("The request is not in a state in which this can be done.")


def can_create(user: Any, organisation: Organisation | None) -> Decision:
    """Enterprises and authorities post requests."""
    if organisation is None:
        return no(_("A request is posted for an enterprise: record yours first, then go on here."), RECORD_ENTERPRISE)
    if organisation.kind not in (Organisation.Kind.ENTERPRISE, Organisation.Kind.AUTHORITY):
        return no(_("Only enterprises and authorities post requests."), RECORD_ENTERPRISE)
    return acts_for(user, organisation)


def can_edit(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status not in EDITABLE:
        return no(_("The request has been handed in and can no longer be edited."))
    return acts_for(user, work_request.owner)


def can_submit(user: Any, work_request: WorkRequest) -> Decision:
    """Hand in a draft; whether it is complete is the service's question."""
    return can_edit(user, work_request)


def can_take_back(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status != Status.UNDER_REVIEW:
        return no(NOT_NOW)
    return acts_for(user, work_request.owner)


def can_review(user: Any, work_request: WorkRequest) -> Decision:
    """A clerk of the operator who does not belong to the owner."""
    if work_request.status != Status.UNDER_REVIEW:
        return no(_("The request is not waiting for a review."))
    return is_operator(user) and _stands_apart(user, [work_request.owner])


def can_ask(user: Any, work_request: WorkRequest, intermediary: Intermediary) -> Decision:
    """Whether questions are taken from this person for the firm; the firm's conditions are `eligibility`'s."""
    until = work_request.questions_until
    if work_request.status != Status.PUBLISHED or until is None or clock.now() >= until:
        return no(_("Questions are taken until one working day before the deadline."))
    return acts_for(user, intermediary.organisation) and _is_of_one_party(user, work_request, intermediary)


def can_answer(user: Any, work_request: WorkRequest) -> Decision:
    if not work_request.takes_bids(clock.now()):
        return no(_("The bids have closed; what is unanswered stays published as unanswered."))
    return acts_for(user, work_request.owner)


def can_bid_for(user: Any, work_request: WorkRequest, intermediary: Intermediary) -> Decision:
    """Whether this person may file for the firm; whether it is the time, and the firm eligible, are other questions."""
    mine = set(Membership.objects.of(user).values_list("organisation", "role")) if user.pk else set()
    if not any(mine_ == intermediary.organisation_id and role != Membership.Role.READER for mine_, role in mine):
        return acts_for(user, intermediary.organisation)
    return _is_of_one_party(user, work_request, intermediary, {organisation for organisation, _role in mine})


def can_bid(user: Any, work_request: WorkRequest, intermediary: Intermediary) -> Decision:
    """Whether this person may file for the firm now; the firm's conditions are `eligibility`'s."""
    if not work_request.takes_bids(clock.now()):
        return no(_("The bids are closed."))
    return can_bid_for(user, work_request, intermediary)


def can_change(user: Any, work_request: WorkRequest) -> Decision:
    """The owner changes a published request by a new version, until one working day before the deadline."""
    return acts_for(user, work_request.owner) and takes_versions(work_request)


def takes_versions(work_request: WorkRequest) -> Decision:
    """Whether another version of a request can be published now, whoever wants it."""
    until = work_request.changes_until
    most = work_request.rules.substance_changes if work_request.policy_version else 0
    if work_request.status != Status.PUBLISHED or work_request.method == Method.DIRECT:
        return no(NOT_NOW)
    if until is None or clock.now() >= until:
        words = _("A request can be changed until one working day before the deadline, and not in its last 24 hours.")
        return no(words)
    if work_request.version > most:
        return no(_("This request has been changed as often as the market allows."))
    return yes()


def can_terminate(user: Any, work_request: WorkRequest) -> Decision:
    """The owner ends a published request before the opening; after it only a regulator does."""
    if work_request.status not in TERMINABLE:
        return no(NOT_NOW)
    if hasattr(work_request, "opening"):
        return no(_("The bids have been opened. Only a regulator can end the request now."))
    return acts_for(user, work_request.owner)


def can_pick(user: Any, work_request: WorkRequest) -> Decision:
    """The owner picks: directly, or from the short list until its time is over; not while it is suspended."""
    if work_request.method == WorkRequest.Method.DIRECT:
        return _can_pick_directly(user, work_request)
    opening = getattr(work_request, "opening", None)
    if opening is None or opening.state != Opening.State.DRAWN or not opening.short_list:
        return no(_("There is nothing to pick: the short list is not drawn yet, or the selection is decided."))
    if work_request.status != Status.SELECTING:
        return no(NOT_NOW)
    if opening.waits_until is None or clock.now() >= opening.waits_until:
        return no(_("The time to pick is over; the firm that was drawn first wins."))
    return acts_for(user, work_request.owner)


def _can_pick_directly(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status != Status.SELECTING or getattr(work_request, "opening", None) is not None:
        return no(_("The request does not wait for a pick, or the selection is decided."))
    return acts_for(user, work_request.owner)


def can_decide_direct(user: Any, work_request: WorkRequest) -> Decision:
    """A regulator who acts for no party, where the owner asks for direct selection after two failures."""
    waits = work_request.status == Status.UNDER_REVIEW and work_request.method == WorkRequest.Method.DIRECT
    if not waits or work_request.direct_confirmations.filter(edited_at=work_request.edited_at).exists():
        return no(_("This request does not wait for a regulator's word."))
    return can_supervise(user, work_request)


def can_enter_public_value(user: Any, work_request: WorkRequest) -> Decision:
    """An officer of a regulator or the operator who acts for no party, once a round."""
    opening = getattr(work_request, "opening", None)
    if opening is None or work_request.status != Status.SELECTING or not typed_values.is_awaited(opening):
        return no(_("No public value is waited for."))
    if not is_regulator(user) and not is_operator(user):
        return no(_("Only officers of a regulator or the market operator type the public value."))
    if any(entry.officer_id == user.pk for entry in typed_values.present_round(opening)):
        return no(_("You have typed the value. It goes on when another officer has typed it too."))
    return _stands_apart(user, parties_of(work_request))


def can_repost(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status not in (Status.FAILED, Status.TERMINATED):
        return no(_("Only a request that came to nothing can be posted again."))
    return acts_for(user, work_request.owner)


def can_supervise(user: Any, work_request: WorkRequest) -> Decision:
    """A regulator who acts for no party of the request."""
    return is_regulator(user) and _stands_apart(user, parties_of(work_request))


def can_see_signals(user: Any, work_request: WorkRequest) -> Decision:
    """Signs of collusion are for regulators who act for no party, once the opening has ended."""
    opening = Opening.objects.filter(work_request=work_request, ended_at__isnull=False)
    decision = can_supervise(user, work_request)
    if decision and not opening.exists():
        return no(_("The opening has not ended yet."))
    return decision


def can_ask_for_origins(user: Any, work_request: WorkRequest) -> Decision:
    """Where filings came from is asked for by one regulator; one purpose at a time waits for another's decision."""
    decision = can_see_signals(user, work_request)
    if decision and OriginRequest.objects.filter(work_request=work_request, is_granted=None).exists():
        return no(_("One is waiting for its decision already."))
    return decision


def can_decide_origins(user: Any, work_request: WorkRequest) -> Decision:
    decision = can_see_signals(user, work_request)
    asked = OriginRequest.objects.filter(work_request=work_request, is_granted=None).first() if decision else None
    if decision and asked is None:
        return no(_("Nothing waits for a decision."))
    if asked and asked.asked_by_id == user.pk:
        return no(_("You asked for it, so another regulator decides it."))
    return decision


def can_show_origins(user: Any, work_request: WorkRequest) -> Decision:
    decision = can_see_signals(user, work_request)
    if decision and not open_origins(user, work_request):
        return no(_("They are opened for the two who have decided a purpose, and for a few days."))
    return decision


def open_origins(user: Any, work_request: WorkRequest) -> list[OriginRequest]:
    """The purposes that the user has asked for or granted, and whose time to look runs."""
    granted = OriginRequest.objects.filter(
        Q(asked_by=user.pk) | Q(decided_by=user.pk), work_request=work_request, is_granted=True
    )
    return [each for each in granted if each.open_until and clock.now() < each.open_until]


def can_suspend(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status not in SUSPENDABLE:
        return no(NOT_NOW)
    return can_supervise(user, work_request)


def can_resume(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status != Status.SUSPENDED:
        return no(NOT_NOW)
    return can_supervise(user, work_request)


def can_void(user: Any, work_request: WorkRequest) -> Decision:
    if work_request.status not in (*SUSPENDABLE, Status.SUSPENDED):
        return no(NOT_NOW)
    return can_supervise(user, work_request)


def can_object(user: Any, award: Award, intermediary: Intermediary) -> Decision:
    """A bidder of the request, once a publicity period."""
    in_period = award.state == Award.State.STOPPED or (
        award.state == Award.State.PUBLICITY and clock.now() < award.publicity_ends_at
    )
    if not in_period or award.work_request.status != Status.PUBLICITY:
        return no(_("Objections are taken during the publicity period."))
    bids = OpenedBid.objects.of_bidders().filter(opening__work_request=award.work_request)
    if not bids.filter(intermediary=intermediary).exists():
        return no(_("Only intermediaries that bid for this request can object."))
    if award.objections.filter(objector=intermediary).exists():
        return no(_("Your company has already objected in this publicity period."))
    return acts_for(user, intermediary.organisation)


def can_decide_objections(user: Any, award: Award) -> Decision:
    """A regulator who acts for no party; once overdue, one of another authority than the first."""
    pending = list(award.objections.pending())
    if not pending:
        return no(_("No objection waits for a decision."))
    if award.work_request.status == Status.SUSPENDED:
        return no(_("The request is suspended; its clocks stand still."))
    decision = can_supervise(user, award.work_request)
    first = next((one.first_regulator for one in pending if one.first_regulator_id), None)
    if decision and first is not None and acts_for(user, first):
        return no(_("The decision is overdue and has gone to a second regulator."))
    return decision


def can_read_objections(user: Any, award: Award) -> Decision:
    """Statements and evidence are for regulators, the owner, the winner and each objector's own people."""
    if not user.is_authenticated:
        return no(_("Only the parties and regulators can read objections in full."))
    if is_regulator(user):
        return yes()
    insiders = [award.work_request.owner_id, award.intermediary.organisation_id]
    insiders += award.objections.values_list("objector__organisation_id", flat=True)
    if Membership.objects.of(user).filter(organisation__in=insiders).exists():
        return yes()
    return no(_("Only the parties and regulators can read objections in full."))


def can_keep_pool(user: Any) -> Decision:
    """The evaluators' pool is the market operator's to keep."""
    return is_operator(user)


def can_mark(user: Any, paper: Paper) -> Decision:
    """The evaluator whose paper it is, while it is to be handed in; when the time is over follows from the clock."""
    seat, status = paper.seat, paper.seat.opening.work_request.status
    if seat.evaluator.user_id != user.pk:
        return no(_("This is another evaluator's paper."))
    if paper.handed_in_at is not None:
        return no(_("You have handed in these marks; they can no longer be changed."))
    if seat.state != Seat.State.SEATED:
        return no(_("Another evaluator has taken your place in this request."))
    if status == Status.SUSPENDED:
        return no(_("The request is suspended; its clocks stand still."))
    if status != Status.SELECTING:
        return no(_("The selection is over; nothing more is marked."))
    if clock.now() >= paper.due_at and seat.opening.seats.waiting().exists():
        return no(_("The time for marking is over; the next evaluator takes your place."))
    return yes()


def can_read_proposals(user: Any, paper: Paper) -> Decision:
    """The evaluator whose paper it is, once free of ties by their own word, until the selection is over."""
    seat = paper.seat
    if seat.evaluator.user_id != user.pk:
        return no(_("This is another evaluator's paper."))
    if seat.state != Seat.State.SEATED:
        return no(_("Another evaluator has taken your place in this request."))
    if seat.opening.work_request.status not in (Status.SELECTING, Status.SUSPENDED):
        return no(_("The selection is over; the proposals are no longer shown."))
    if seat.cleared_at is None:
        return no(_("Declare first that you have no tie to the owner or to a bidder."))
    return yes()


def parties_of(work_request: WorkRequest) -> list[Organisation]:
    """The owner and, once the bids are open, everybody who bid."""
    bidders = Organisation.objects.filter(intermediary__opened_bids__opening__work_request=work_request).distinct()
    return [work_request.owner, *bidders]


def _stands_apart(user: Any, parties: list[Organisation]) -> Decision:
    if Membership.objects.of(user).filter(organisation__in=[party.pk for party in parties]).exists():
        return no(_("You belong to a party of this request and cannot decide about it."))
    return yes()


def _is_of_one_party(
    user: Any, work_request: WorkRequest, intermediary: Intermediary, organisations: Collection[int] | None = None
) -> Decision:
    # Who has filed is sealed until the opening, which judges the rest of this rule.
    if organisations is None:
        organisations = set(Membership.objects.of(user).values_list("organisation", flat=True))
    if work_request.owner_id in organisations:
        return no(_("You belong to the owner of this request and cannot act for a bidder in it."))
    if work_request.questions.filter(asked_by=user).exclude(asker=intermediary).exists():
        return no(_("You have acted for another intermediary in this request."))
    return yes()
