"""Direct selection: the owner picks among listed offers; after two failures a regulator allows it beyond the limit."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from ... import notices, permissions
from ...facts import direct_spending
from ...facts.listed_offers import OfferCandidate, candidates_of
from ...failures import joined
from ...models import DirectConfirmation, OpenedBid, Opening, WorkRequest
from ...policy import TenderingPolicy
from ...selection import Candidate, FrozenList
from ..openings.stages import advance
from .picking import LONGEST_REASON, UnableToPick


class UnableToAllow(DomainError):
    """A reason is missing; nothing changed."""

    code = "unable-to-allow"


@transaction.atomic
def pick_offer(*, request_id: int, uscc: str, reason: str, actor: User) -> Opening:
    """
    Pick a firm by its listed offers, with a published reason; all others that meet the conditions stand behind it.

    The same pick sent twice is one.

    :raises Refused: if the request does not wait for a direct pick, or the actor does not act for the owner
    :raises UnableToPick: without a reason, for a firm that cannot be picked, or beyond the limit of public money
    """
    work_request = _locked_with_project(request_id)
    reason = reason.strip()
    done = Opening.objects.filter(work_request=work_request).first()
    if done is not None:
        work_request.opening = done
        if (done.pick, done.pick_reason, done.picked_by_id) == (uscc, reason, actor.pk):
            return done
    require(permissions.can_pick(actor, work_request))
    candidates = candidates_of(work_request, at=clock.now())
    picked = next((one for one in candidates if one.intermediary.uscc == uscc), None)
    _check(work_request, picked, reason)
    opening = _freeze(work_request, candidates)
    opening.pick, opening.pick_reason, opening.picked_by, opening.picked_at = uscc, reason, actor, opening.opened_at
    opening.save()
    audit.record(
        matter=work_request.audit_matter, action="opening.picked", actor=actor, after={"uscc": uscc, "reason": reason}
    )
    advance(work_request, opening)
    return opening


@transaction.atomic
def decide_direct(*, request_id: int, is_allowed: bool, reason: str, actor: User) -> DirectConfirmation:
    """
    Allow direct selection beyond the limit after two failures, or send the request back.

    :raises Refused: if nothing waits for it, or the actor is no regulator or acts for the owner
    :raises UnableToAllow: without a reason
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_decide_direct(actor, work_request))
    if not reason.strip():
        raise UnableToAllow(_("Give the reason; it is published."), {"reason": _("Give the reason; it is published.")})
    decided = DirectConfirmation.objects.create(
        work_request=work_request,
        edited_at=work_request.edited_at,
        is_allowed=is_allowed,
        reason=reason.strip(),
        decided_by=actor,
        decided_at=clock.now(),
    )
    if not is_allowed:
        work_request.send_back(reason=decided.reason)
        work_request.save()
    audit.record(
        matter=work_request.audit_matter,
        action="request.direct_allowed" if is_allowed else "request.direct_refused",
        actor=actor,
        after={"reason": decided.reason},
    )
    notices.settle(work_request, "direct")
    notices.tell(
        [work_request.owner, *(notices.operators() if is_allowed else [])],
        work_request,
        occasion=f"direct:{decided.pk}",
        subject=_("%(number)s: a regulator allows direct selection")
        if is_allowed
        else _("%(number)s: a regulator does not allow direct selection"),
        body=_("%(title)s: %(reason)s"),
        reason=decided.reason,
    )
    return decided


def _locked_with_project(request_id: int) -> WorkRequest:
    """All of the project's requests locked in one order: two picks must not each stay below the limit unseen."""
    key = WorkRequest.objects.values_list("project_key", flat=True).get(pk=request_id)
    if key:
        list(WorkRequest.objects.locked().filter(project_key=key).order_by("pk").values_list("pk"))
    return WorkRequest.objects.locked().select_related("owner").get(pk=request_id)


def _check(work_request: WorkRequest, picked: OfferCandidate | None, reason: str) -> None:
    errors: dict[str, Text] = {}
    if picked is None:
        errors["firm"] = _("This firm cannot be picked any more. Choose one of the list.")
    elif problem := _sum_problem(work_request, picked):
        errors["firm"] = problem
    if not reason:
        errors["reason"] = _("Give the reason; it is published.")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = _("At most %(most)d characters.") % {"most": LONGEST_REASON}
    if errors:
        raise UnableToPick(joined(list(errors.values())), errors)


def _sum_problem(work_request: WorkRequest, picked: OfferCandidate) -> Text | None:
    policy = TenderingPolicy.of(work_request.policy_version)
    return direct_spending.sum_problem(work_request, picked.intermediary, picked.price, policy)


def _freeze(work_request: WorkRequest, candidates: list[OfferCandidate]) -> Opening:
    """The list of a direct selection: no bids, so neither nonces nor ciphertexts, and nobody set aside."""
    now = clock.now()
    listed = [Candidate(one.intermediary.uscc, one.days, None, f"{one.price:.2f}") for one in candidates]
    frozen = FrozenList.of(listed, [], [])
    work_request.opened_at = now
    work_request.save(update_fields=["opened_at"])
    opening = Opening.objects.create(
        work_request=work_request, opened_at=now, frozen=frozen.as_document(), list_hash=frozen.list_hash
    )
    OpenedBid.objects.bulk_create(
        OpenedBid(
            opening=opening,
            intermediary=one.intermediary,
            fate=OpenedBid.Fate.COUNTED,
            listed_as=one.intermediary.uscc,
            days=one.days,
            price=one.price,
            score=one.score,
            grade=one.grade,
            provisional=one.provisional,
        )
        for one in candidates
    )
    return opening
