"""
Seats at the table of a best-proposal request: who is drawn to mark, who takes a lost place, and until when.

Who is drawn follows from the seed; a number that cannot mark makes room for the next (docs/decisions/evaluators.md).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.notices import notify_person
from marketplace.core import audit, calendar, clock, outbox
from marketplace.core.failures import Text

from ... import notices
from ...facts.evaluators import tied_to
from ...models import Evaluator, Mark, OpenedBid, Opening, Paper, Seat, WorkRequest
from ...models.marking import Round
from ...policy import TenderingPolicy
from ...rules import deadlines
from ...selection import Chance
from ...states import Status
from ..openings.stages import AFTER_DRAW, Wait

DUE = "tendering.marking_due"
REMINDER = "tendering.marking_reminder"
REMINDED_BEFORE = timedelta(days=1)
SUBJECT_BODY = _("%(number)s %(title)s")


def begin_marking(work_request: WorkRequest, opening: Opening) -> None:
    """Draw the evaluators with the seed; the caller holds the request's lock and saves the opening."""
    chance = Chance(bytes.fromhex(opening.seed))
    parameters = (work_request.announcement or {})["parameters"]
    evaluators = {one.number: one for one in Evaluator.objects.filter(number__in=parameters["pool"])}
    order = chance.evaluators(parameters["pool"], len(parameters["pool"]))
    Seat.objects.bulk_create(
        Seat(
            opening=opening,
            evaluator=evaluators[number],
            place=place,
            value=f"{chance.value('evaluator', str(number)):064x}",
        )
        for place, number in enumerate(order, start=1)
    )
    labels = _labels(opening, chance)
    for _place in range(parameters["evaluators"]):
        following = _next(work_request, opening)
        if following is None:
            _tell_stuck(work_request, "used_up")
            break
        _take(work_request, following, labels)
    opening.waits_since = clock.now()
    set_clock(work_request, opening)
    audit.record(
        matter=work_request.audit_matter,
        action="evaluators.drawn",
        actor=None,
        after={"evaluators": [seat.number for seat in opening.seats.seated().select_related("evaluator")]},
    )
    notices.tell(
        [*notices.bidders_of(work_request), work_request.owner],
        work_request,
        occasion="marking",
        subject=_("%(number)s: the bids are open, the proposals are being marked"),
        body=_("%(title)s: evaluators read without names. Bidders and prices are published with the result."),
    )


def marking_is_over(work_request: WorkRequest, opening: Opening) -> bool:
    """Whether the marks that count are fixed."""
    return opening.marks is not None


AFTER_DRAW[WorkRequest.Method.BEST_PROPOSAL] = Wait(begin=begin_marking, is_over=marking_is_over)


@transaction.atomic
def replace_late_evaluators(*, request_id: int) -> int:
    """
    Give the places of those whose time is over to the next numbers; safe to call early, late and again.

    Where nobody comes next a late evaluator keeps the place and may still hand in.

    :returns: how many places changed hands
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    now = clock.now()
    replaced = 0
    if work_request.status != Status.SELECTING:
        return replaced
    for paper in open_papers(work_request).filter(due_at__lte=now):
        if not replace(work_request, paper.seat, Seat.Reason.LATE):
            break
        replaced += 1
        notify_person(
            user=paper.seat.evaluator.user,
            subject=_("%(number)s: your time for marking is over"),
            body=_("%(title)s: the marks were not handed in in time. The next evaluator has taken your place."),
            url=paper.get_absolute_url(),
            key=f"{work_request.audit_matter}:marking_late:{paper.pk}",
            params=_params(work_request),
        )
    return replaced


@transaction.atomic
def remind_evaluators(*, request_id: int) -> None:
    """Tell who has not handed in that the last day has begun; once a paper and deadline."""
    work_request = WorkRequest.objects.locked().get(pk=request_id)
    if work_request.status != Status.SELECTING:
        return
    now = clock.now()
    for paper in open_papers(work_request).filter(due_at__gt=now, due_at__lte=now + REMINDED_BEFORE):
        tell_evaluator(
            work_request, paper, f"reminder:{paper.due_at.isoformat()}", _("%(number)s: today is the last day to mark")
        )


def resume_marking(work_request: WorkRequest, opening: Opening, *, stopped_at: datetime) -> None:
    """After a suspension, the working days that were left run on; the caller holds the lock."""
    for paper in open_papers(work_request):
        left = deadlines.days_left(stopped_at, paper.due_at, working_days=calendar.current())
        paper.due_at = calendar.end_of_working_day(clock.today(), left)
        paper.save()
        schedule_marking(work_request, paper)
    set_clock(work_request, opening)


def replace(work_request: WorkRequest, seat: Seat, reason: str) -> bool:
    """
    Give a place to the next number that nothing speaks against.

    Where nobody comes next, a late evaluator keeps the place, and one who is tied leaves it empty.

    :returns: whether the evaluator has lost the place
    """
    opening = seat.opening
    following = _next(work_request, opening)
    if following is None:
        _tell_stuck(work_request, f"{reason}:{seat.place}")
        if reason == Seat.Reason.LATE:
            return False
    seat.replace(at=clock.now(), reason=reason)
    seat.save()
    for paper in seat.papers.all():
        notices.settle(work_request, f"marking:{paper.pk}")
    if following is not None:
        _take(work_request, following, labels_given(opening))
    set_clock(work_request, opening)
    audit.record(
        matter=work_request.audit_matter,
        action="evaluator.replaced",
        actor=None,
        before={"evaluator": seat.number, "reason": str(reason)},
        after={"evaluator": following.number if following else None},
    )
    return True


def _next(work_request: WorkRequest, opening: Opening) -> Seat | None:
    """The next number that can mark; those before it that cannot are left out with their reason."""
    parties = [work_request.owner, *notices.bidders_of(work_request)]
    filers = set(opening.opened_bids.values_list("filed_by", flat=True))
    for seat in opening.seats.waiting().select_related("evaluator__user"):
        evaluator = seat.evaluator
        if not (evaluator.is_active and evaluator.user.is_active):
            reason = Seat.Reason.LEFT
        elif evaluator.user_id in filers or tied_to([evaluator], parties):
            reason = Seat.Reason.TIE
        else:
            return seat
        seat.leave_out(at=clock.now(), reason=reason)
        seat.save()
    return None


def _take(work_request: WorkRequest, seat: Seat, labels: Mapping[int, int]) -> None:
    """Seat a number and give it every proposal; one that is marked once more gets its second mark at once."""
    seat.take(at=clock.now())
    seat.save()
    again = set(
        Mark.objects.filter(paper__seat__opening=seat.opening_id, round=Round.SECOND).values_list(
            "opened_bid", flat=True
        )
    )
    bids = counted_bids(seat.opening)
    rows = [(bid, Round.SECOND if bid.pk in again else Round.FIRST, labels[bid.pk]) for bid in bids]
    tell_evaluator(
        work_request,
        issue(work_request, seat, rows),
        "drawn",
        _("%(number)s: you have been drawn to mark the proposals"),
        _("%(title)s: please declare that you have no tie, read the proposals and mark them by %(day)s."),
    )


def issue(work_request: WorkRequest, seat: Seat, rows: Iterable[tuple[OpenedBid, int, int]]) -> Paper:
    now = clock.now()
    days = TenderingPolicy.of(work_request.policy_version).marking_days
    paper = Paper.objects.create(
        seat=seat,
        position=seat.papers.count() + 1,
        issued_at=now,
        due_at=calendar.end_of_working_day(clock.date_of(now), days),
        edited_at=now,
    )
    Mark.objects.bulk_create(
        Mark(paper=paper, opened_bid=bid, round=round_, label=label) for bid, round_, label in rows
    )
    schedule_marking(work_request, paper)
    return paper


def schedule_marking(work_request: WorkRequest, paper: Paper) -> None:
    """Have the evaluator reminded before the paper is due, and replaced once it is over."""
    for kind, at in ((DUE, paper.due_at), (REMINDER, paper.due_at - REMINDED_BEFORE)):
        key = f"{work_request.number}:{paper.due_at.isoformat()}"
        outbox.schedule(kind, key, at, {"request_id": work_request.pk})


def set_clock(work_request: WorkRequest, opening: Opening) -> None:
    """The opening waits until the first of the papers is due."""
    due = open_papers(work_request).order_by("due_at").values_list("due_at", flat=True).first()
    opening.waits_until = due or opening.waits_until
    opening.save(update_fields=["waits_since", "waits_until"])


def _labels(opening: Opening, chance: Chance) -> dict[int, int]:
    """By bid, the neutral number under which all evaluators read it: a shuffle that follows from the seed."""
    bids = counted_bids(opening)
    bids.sort(key=lambda bid: chance.value("proposal", bid.listed_as))
    return {bid.pk: label for label, bid in enumerate(bids, start=1)}


def labels_given(opening: Opening) -> dict[int, int]:
    return dict(Mark.objects.filter(paper__seat__opening=opening).values_list("opened_bid", "label"))


def counted_bids(opening: Opening) -> list[OpenedBid]:
    return list(
        opening.opened_bids.filter(fate=OpenedBid.Fate.COUNTED)
        .select_related("intermediary__organisation")
        .order_by("pk")
    )


def open_papers(work_request: WorkRequest) -> QuerySet[Paper]:
    """Those still to be handed in, in the order of the draw."""
    open_ones = Paper.objects.filter(
        handed_in_at=None, seat__state=Seat.State.SEATED, seat__opening__work_request=work_request
    )
    return open_ones.select_related("seat__evaluator__user", "seat__opening").order_by("seat__place")


def _params(work_request: WorkRequest) -> dict[str, object]:
    return {"number": work_request.number, "title": work_request.title}


def tell_evaluator(
    work_request: WorkRequest, paper: Paper, occasion: str, subject: Text, body: Text = SUBJECT_BODY, **params: object
) -> None:
    notify_person(
        user=paper.seat.evaluator.user,
        subject=subject,
        body=body,
        url=paper.get_absolute_url(),
        key=f"{work_request.audit_matter}:marking:{paper.pk}:{occasion}",
        turn=f"{work_request.audit_matter}:marking:{paper.pk}",
        params={**_params(work_request), "day": calendar.day_due(paper.due_at), **params},
    )


def _tell_stuck(work_request: WorkRequest, why: str) -> None:
    """The announced pool cannot give another evaluator: a regulator ends the request, or waits for the late one."""
    notices.tell(
        [*notices.regulators_of(work_request), *notices.operators()],
        work_request,
        occasion=f"marking_stuck:{why}",
        subject=_("%(number)s: no evaluator is left in the announced pool"),
        body=_(
            "%(title)s: an evaluator is missing and nobody comes next. The selection waits; if it cannot be finished, "
            "a regulator voids the request."
        ),
    )
