"""
The stages of an opening after its list is frozen: drawn, then ranked, failed or voided.

`resume_opening` goes on from the stage an opening is in, as far as it can; whoever brings what was waited for calls it,
and so does due work when a time is over. What a method waits for between draw and ranking registers in `AFTER_DRAW`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock, outbox
from marketplace.core.events import publish

from ... import events, notices, selection
from ...announcing.announcement import instant
from ...facts.opened_lists import frozen_of, opened_of
from ...models import Award, OpenedBid, Opening, WorkRequest
from ...sealing import custodians
from ...selection import InvalidSelection
from ...states import Status
from ..awarding.publicity import begin_turn
from .notifying_bidders import schedule_telling_bidders

RESUME = "tendering.resume_opening"
State = Opening.State


@dataclass(frozen=True)
class Wait:
    """
    Something that an opening waits for; both are called with the request's row locked.

    :param begin: stores what the wait needs on the opening and sets `waits_since` and `waits_until`; the caller saves
    :param is_over: whether the opening can go on, by its rows and the clock
    :param applies: whether this opening waits for it at all
    """

    begin: Callable[[WorkRequest, Opening], None]
    is_over: Callable[[WorkRequest, Opening], bool]
    applies: Callable[[WorkRequest, Opening], bool] = lambda work_request, opening: True


#: Between the frozen list and the draw: the public value, where one was announced.
BEFORE_DRAW: list[Wait] = []
#: Between the draw and the ranking, by method.
AFTER_DRAW: dict[str, Wait] = {}


@transaction.atomic
def resume_opening(*, opening_id: int) -> Opening:
    """
    Go on with an opening from the stage it is in; safe to call early, late and again. A suspended request waits.

    :raises custody.CustodianRefuses: if a custodian does not give up its secret; the opening stays frozen
    """
    request_id = Opening.objects.values_list("work_request", flat=True).get(pk=opening_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    opening = Opening.objects.get(pk=opening_id)
    opening.work_request = work_request
    if work_request.status == Status.SELECTING:
        advance(work_request, opening)
    return opening


def advance(work_request: WorkRequest, opening: Opening) -> None:
    """As far as the opening can go now; the caller holds the request's lock."""
    try:
        _advance(work_request, opening)
    except InvalidSelection as failure:
        _void(work_request, opening, str(failure), opening.secrets)


def _advance(work_request: WorkRequest, opening: Opening) -> None:
    if work_request.method == WorkRequest.Method.DIRECT:
        # No chance takes part: there is nothing to draw, and the pick is what was waited for.
        if opening.state == State.FROZEN:
            _end(work_request, opening)
        return
    if opening.state == State.FROZEN and _is_ready(work_request, opening, BEFORE_DRAW):
        _draw(work_request, opening)
    wait = AFTER_DRAW.get(work_request.method)
    if opening.state == State.DRAWN and _is_ready(work_request, opening, [wait] if wait else []):
        _end(work_request, opening)


def schedule_resume(opening: Opening, at: datetime) -> None:
    """Have the opening looked at again at an instant; each instant is work of its own."""
    outbox.schedule(RESUME, f"{opening.work_request.number}:{at.isoformat()}", at, {"opening_id": opening.pk})


def has_enough(work_request: WorkRequest, opening: Opening) -> bool:
    """Whether enough bids count; too few need neither public value nor decision."""
    return len((opening.frozen or {}).get("candidates", [])) >= work_request.fewest_bids


def void_opening(
    work_request: WorkRequest, opening: Opening, reason: str, revealed: Mapping[str, str] | None = None
) -> None:
    """End an opening without a result, publishing what is known of it; the caller ends the request."""
    known = None
    if opening.frozen is not None:
        known = selection.voided(
            work_request.announcement or {},
            frozen_of(opening),
            revealed=revealed or opening.secrets or {},
            public_value=opening.public_value,
            reason=reason,
            opened_at=instant(opening.opened_at),
        )
    opening.void(at=clock.now(), transcript=known)
    opening.save()
    _record(work_request, opening, "opening.voided")


def _is_ready(work_request: WorkRequest, opening: Opening, waits: list[Wait]) -> bool:
    """Whether nothing is waited for."""
    if not waits or not has_enough(work_request, opening):
        return True
    for wait in waits:
        if not wait.applies(work_request, opening):
            continue
        if opening.waits_since is None:
            wait.begin(work_request, opening)
            opening.save()
            if opening.waits_until is not None:
                schedule_resume(opening, opening.waits_until)
        if not wait.is_over(work_request, opening):
            return False
    return True


def _draw(work_request: WorkRequest, opening: Opening) -> None:
    secrets = {
        side: custodian.release_secret(work_request, opening.list_hash)
        for side, custodian in custodians.custodians().items()
    }
    revealed = {side: secret.hex() for side, secret in secrets.items()}
    try:
        seed = opened_of(work_request, opening, secrets).seed
    except InvalidSelection as failure:
        _void(work_request, opening, str(failure), revealed)
        return
    if seed is None:
        raise ValueError(f"{work_request.number} is chosen directly and has no draw")
    opening.draw(at=clock.now(), secrets=revealed, seed=seed.hex())
    opening.save()
    audit.record(
        matter=work_request.audit_matter,
        action="opening.drawn",
        actor=None,
        after={"list_hash": opening.list_hash, "seed": opening.seed, "public_value": opening.public_value},
    )


def _end(work_request: WorkRequest, opening: Opening) -> None:
    transcript = selection.document(opened_of(work_request, opening), opened_at=instant(opening.opened_at))
    opening.end(at=clock.now(), transcript=transcript)
    opening.save()
    _record(work_request, opening, "opening.ended")
    rows = _rank(opening, transcript["ranking"])
    if rows:
        _announce_winner(work_request, opening, rows[0])
    else:
        _fail(work_request, opening)


def _rank(opening: Opening, ranking: list[str]) -> list[OpenedBid]:
    """The ranked bids, best first."""
    if not ranking:
        return []
    counted = opening.opened_bids.filter(fate=OpenedBid.Fate.COUNTED).select_related("intermediary__organisation")
    by_id = {row.listed_as: row for row in counted}
    rows = [by_id[identifier] for identifier in ranking]
    for rank, row in enumerate(rows, start=1):
        row.rank = rank
    OpenedBid.objects.bulk_update(rows, ["rank"], batch_size=200)
    return rows


def _record(work_request: WorkRequest, opening: Opening, action: str) -> None:
    audit.record(
        matter=work_request.audit_matter,
        action=action,
        actor=None,
        after={
            "result": str(opening.state),
            "transcript_sha256": opening.transcript_sha256,
            "pick": opening.pick or None,
        },
    )


def _announce_winner(work_request: WorkRequest, opening: Opening, winner: OpenedBid) -> None:
    notices.settle_all(work_request)
    work_request.announce_winner(at=opening.opened_at)
    work_request.save()
    award = begin_turn(work_request, winner)
    if work_request.method == WorkRequest.Method.DIRECT:
        _tell_of_direct(work_request, award)
        publish(events.SelectionMade(work_request.pk, award.pk))
        return
    first = award.intermediary.organisation.name_zh
    notices.tell(
        [work_request.owner],
        work_request,
        occasion="selected",
        subject=_("%(number)s: the bids are open"),
        body=_("%(title)s: %(winner)s comes first. The result is published and can be checked by anyone."),
        winner=first,
    )
    schedule_telling_bidders(work_request, notices.ABOUT_SELECTED, winner=first)
    publish(events.SelectionMade(work_request.pk, award.pk))


def _tell_of_direct(work_request: WorkRequest, award: Award) -> None:
    """Nobody has bid, so nobody but owner and winner waits for the result."""
    notices.tell(
        [work_request.owner, award.intermediary.organisation],
        work_request,
        occasion="selected",
        subject=_("%(number)s: the owner has picked directly"),
        body=_("%(title)s: %(winner)s is picked. Pick, reason and all candidates are published."),
        winner=award.intermediary.organisation.name_zh,
    )


def _fail(work_request: WorkRequest, opening: Opening) -> None:
    notices.settle_all(work_request)
    work_request.fail(at=clock.now(), reason="too_few_bids")
    work_request.save()
    notices.tell(
        [work_request.owner],
        work_request,
        occasion="failed",
        subject=_("%(number)s failed: too few bids counted"),
        body=_("%(title)s: %(fewest)d bids had to count. The owner can post it again."),
        fewest=work_request.fewest_bids,
    )
    schedule_telling_bidders(work_request, notices.ABOUT_FAILED, fewest=work_request.fewest_bids)
    publish(events.RequestFailed(work_request.pk))


def _void(work_request: WorkRequest, opening: Opening, reason: str, revealed: Mapping[str, str] | None) -> None:
    """A secret that does not match its commitment voids the selection publicly (RULES, Seed)."""
    notices.settle_all(work_request)
    void_opening(work_request, opening, reason, revealed)
    work_request.void(at=clock.now(), reason=reason)
    work_request.save()
    notices.tell(
        [work_request.owner, *notices.regulators_of(work_request)],
        work_request,
        occasion="voided",
        subject=_("%(number)s was voided: a secret does not match what was announced"),
    )
    schedule_telling_bidders(work_request, notices.ABOUT_VOIDED)
    publish(events.RequestEnded(work_request.pk))
