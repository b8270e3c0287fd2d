"""Credit-preferred selection waits for the owner, who picks one of the short list; else the first drawn wins."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from ... import notices, permissions
from ...facts.opened_lists import opened_of
from ...failures import joined
from ...models import Opening, WorkRequest
from ...policy import TenderingPolicy
from ...states import Fate
from ..openings.stages import AFTER_DRAW, Wait, advance

LONGEST_REASON = 2000


class UnableToPick(DomainError):
    """A firm that is not on the short list, or no reason; nothing changed."""

    code = "unable-to-pick"


@transaction.atomic
def pick_from_short_list(*, request_id: int, uscc: str, reason: str, actor: User) -> Opening:
    """
    Pick the winner from the short list, with a published reason.

    The same pick sent twice is one.

    :raises Refused: if nothing is to be picked, the time is over, or the actor does not act for the owner
    :raises UnableToPick: without a reason, or if the firm is not on the short list
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    opening = Opening.objects.filter(work_request=work_request).first()
    reason = reason.strip()
    if opening is not None:
        opening.work_request = work_request
        work_request.opening = opening
        listed = _listed_as(opening, uscc)
        if opening.pick and (opening.pick, opening.pick_reason, opening.picked_by_id) == (listed, reason, actor.pk):
            return opening
    decision = permissions.can_pick(actor, work_request)
    require(decision)
    if opening is None:
        raise ValueError(f"{work_request.number} has no opening, yet one may pick")
    _check(opening, listed, reason)
    opening.pick, opening.pick_reason = listed, reason
    opening.picked_by, opening.picked_at = actor, clock.now()
    opening.save()
    audit.record(
        matter=work_request.audit_matter, action="opening.picked", actor=actor, after={"uscc": uscc, "reason": reason}
    )
    advance(work_request, opening)
    return opening


def _listed_as(opening: Opening, uscc: str) -> str:
    # Where names are not published the owner picks by the id of the list, too.
    found = opening.opened_bids.filter(fate=Fate.COUNTED, listed_as=uscc)
    return found.values_list("listed_as", flat=True).first() or ""


def _check(opening: Opening, listed: str, reason: str) -> None:
    errors: dict[str, Text] = {}
    if listed not in opening.short_list:
        errors["firm"] = _("Choose a firm of the short list.")
    if not reason:
        errors["reason"] = _("Give the reason; it is published.")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = _("At most %(most)d characters.") % {"most": LONGEST_REASON}
    if errors:
        raise UnableToPick(joined(list(errors.values())), errors)


def _begin(work_request: WorkRequest, opening: Opening) -> None:
    """Draw the short list; where it holds one firm there is nothing to pick."""
    opening.short_list = list(opened_of(work_request, opening).outcome().short_list)
    opening.waits_since = clock.now()
    if len(opening.short_list) == 1:
        return
    rules = TenderingPolicy.of(work_request.policy_version)
    opening.waits_until = calendar.end_of_working_day(clock.date_of(opening.waits_since), rules.owner_pick_days)
    day = calendar.day_due(opening.waits_until)
    notices.tell(
        [work_request.owner],
        work_request,
        occasion="pick",
        at=notices.page("tendering:pick", work_request.number),
        turn="pick",
        subject=_("%(number)s: the short list is drawn, pick from it"),
        body=_(
            "%(title)s: pick one of %(firms)d firms until the end of %(day)s, with your reason. Else the first wins."
        ),
        firms=len(opening.short_list),
        day=day,
    )
    notices.tell(
        notices.bidders_of(work_request),
        work_request,
        occasion="short_list",
        subject=_("%(number)s: the short list is drawn"),
        body=_(
            "%(title)s: the owner picks one of %(firms)d firms until the end of %(day)s. Else the first drawn wins."
        ),
        firms=len(opening.short_list),
        day=day,
    )


def _is_over(work_request: WorkRequest, opening: Opening) -> bool:
    if opening.pick or len(opening.short_list) == 1:
        return True
    return opening.waits_until is not None and clock.now() >= opening.waits_until


AFTER_DRAW[WorkRequest.Method.CREDIT_PREFERRED] = Wait(begin=_begin, is_over=_is_over)
