"""Handing a request in, reviewing and publishing it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock, outbox
from marketplace.core.events import publish
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from ... import events, notices, permissions
from ...announcing import announcement
from ...facts import drafts
from ...failures import StateMoved, joined
from ...models import RequestVersion, WorkRequest
from ...policy import TenderingPolicy
from ...rules import completeness
from ...sealing import custodians
from .notifying_eligible import schedule_telling

DEADLINE = "tendering.deadline"
TELL_CUSTODIAN = "tendering.tell_custodian"


class UnableToPublish(DomainError):
    """What is missing or forbidden, at its fields."""

    code = "unable-to-publish"


class UnableToReview(DomainError):
    code = "unable-to-review"


@transaction.atomic
def submit_request(*, request_id: int, actor: User) -> WorkRequest:
    """
    Hand a draft in: published at once, or reviewed by a clerk where policy or a declaration asks for it.

    :raises Refused: if the actor may not
    :raises UnableToPublish: with everything that keeps it from being published
    """
    work_request = _locked_with_project(request_id)
    require(permissions.can_submit(actor, work_request))
    in_force = TenderingPolicy.current()
    now = clock.now()
    _check(work_request, in_force, now)
    reasons = drafts.review_reasons(work_request, in_force)
    if not reasons:
        return _publish(work_request, in_force, now, actor)
    work_request.submit(at=now)
    work_request.save()
    notices.settle_all(work_request)
    audit.record(matter=work_request.audit_matter, action="request.submitted", actor=actor, after={"review": reasons})
    if completeness.DIRECT_AFTER_FAILURES in reasons:
        notices.tell(
            notices.regulators_of(work_request),
            work_request,
            occasion=f"direct_asked:{now.isoformat()}",
            subject=_("%(number)s: direct selection after two failures waits for your word"),
            at=notices.page("tendering_console:direct", work_request.number),
            turn="direct",
        )
    notices.tell(
        notices.operators(),
        work_request,
        occasion=f"submitted:{now.isoformat()}",
        subject=_("%(number)s waits for review"),
        at=notices.page("tendering_console:review", work_request.number),
        turn="review",
    )
    return work_request


@transaction.atomic
def take_back_request(*, request_id: int, actor: User) -> WorkRequest:
    """
    Take a request back from review to go on editing it.

    :raises Refused: if it is not under review, or the actor does not act for the owner
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_take_back(actor, work_request))
    work_request.take_back()
    work_request.save()
    notices.settle_all(work_request)
    audit.record(matter=work_request.audit_matter, action="request.taken_back", actor=actor)
    return work_request


@transaction.atomic
def review_request(*, request_id: int, publish_it: bool, reasons: str = "", actor: User) -> WorkRequest:
    """
    Publish a request under review, or return it with reasons.

    :raises Refused: if the actor is no clerk of the operator, belongs to the owner, or nothing waits
    :raises UnableToReview: if a return gives no reasons
    :raises UnableToPublish: if it cannot be published any more, such as with too short a bid period
    """
    work_request = _locked_with_project(request_id)
    require(permissions.can_review(actor, work_request))
    if publish_it:
        in_force, now = TenderingPolicy.current(), clock.now()
        _check(work_request, in_force, now)
        return _publish(work_request, in_force, now, actor)
    if not reasons.strip():
        message = _("Give the reasons for the return.")
        raise UnableToReview(message, {"reasons": message})
    work_request.send_back(reason=reasons.strip())
    work_request.save()
    notices.settle_all(work_request)
    audit.record(
        matter=work_request.audit_matter, action="request.returned", actor=actor, after={"reasons": reasons.strip()}
    )
    notices.tell(
        [work_request.owner],
        work_request,
        occasion=f"returned:{clock.now().isoformat()}",
        subject=_("%(number)s was returned"),
        body=_("%(title)s: %(reasons)s"),
        reasons=reasons.strip(),
        at=notices.page("tendering:draft-summary", work_request.number),
        turn="returned",
    )
    return work_request


def schedule_deadline(work_request: WorkRequest) -> None:
    """Have the deadline looked after when it comes; each deadline of a request is work of its own."""
    if work_request.bids_close_at is not None:
        key = f"{work_request.number}:{work_request.bids_close_at.isoformat()}"
        outbox.schedule(DEADLINE, key, work_request.bids_close_at, {"request_id": work_request.pk})
        if custodians.regulator_elsewhere():
            outbox.schedule(TELL_CUSTODIAN, key, clock.now(), {"request_id": work_request.pk})


def _locked_with_project(request_id: int) -> WorkRequest:
    """
    The request, with all of its project locked: two of them must not each stay below the tender limit unseen.

    They are locked in one order, the own one among them, so that two publications queue instead of blocking each other.
    """
    key = WorkRequest.objects.values_list("project_key", flat=True).get(pk=request_id)
    if key:
        list(WorkRequest.objects.locked().filter(project_key=key).order_by("pk").values_list("pk"))
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    if work_request.project_key != key:
        raise StateMoved
    return work_request


def _check(work_request: WorkRequest, in_force: TenderingPolicy, now: datetime) -> None:
    if problems := drafts.problems_of(work_request, in_force, at=now):
        raise UnableToPublish(joined(list(problems.values())), problems)


def _fix_deadline(work_request: WorkRequest, in_force: TenderingPolicy, now: datetime) -> None:
    """Count the deadline from the publication; one that the review made too early moves with it."""
    stated = work_request.bids_close_at
    deadline = drafts.deadline_if_published(work_request, in_force, at=now)
    if deadline is None:
        raise UnableToPublish(_("Give the bid deadline."), {"bids_close_at": _("Give the bid deadline.")})
    work_request.bids_close_at, work_request.bid_days = deadline, None
    if stated is not None and stated != deadline:
        audit.record(
            matter=work_request.audit_matter,
            action="request.deadline_moved_with_review",
            actor=None,
            before={"bids_close_at": stated.isoformat()},
            after={"bids_close_at": deadline.isoformat()},
        )


def _publish(work_request: WorkRequest, in_force: TenderingPolicy, now: datetime, actor: User) -> WorkRequest:
    if work_request.amends_id is not None:
        # It becomes a version of the published request (`amending`), never a request of its own.
        raise StateMoved
    is_direct = work_request.method == WorkRequest.Method.DIRECT
    if is_direct:
        work_request.bids_close_at = None
        if drafts.needs_confirmation(work_request, in_force):
            message = _("A regulator has to allow direct selection first.")
            raise UnableToPublish(message, {"method": message})
    else:
        _fix_deadline(work_request, in_force, now)
    now = now.replace(microsecond=0)
    work_request.policy_version = in_force.version
    work_request.publish(at=now)
    announcement.bind(work_request)
    work_request.save()
    RequestVersion.objects.create(
        work_request=work_request,
        number=work_request.version,
        published_at=now,
        bids_close_at=work_request.bids_close_at,
        announcement=work_request.announcement,
        announcement_hash=work_request.announcement_hash,
    )
    if is_direct:
        # There is no bid period: the request waits for the owner's pick at once.
        work_request.close_bids()
        work_request.save()
    schedule_deadline(work_request)
    audit.record(
        matter=work_request.audit_matter,
        action="request.published",
        actor=actor,
        after={"announcement_hash": work_request.announcement_hash, "policy": in_force.version},
    )
    notices.settle_all(work_request)
    notices.tell(
        [work_request.owner],
        work_request,
        occasion="published",
        at=notices.page("tendering:pick", work_request.number) if is_direct else "",
        turn="pick" if is_direct else "",
        subject=_("%(number)s is published, pick a firm") if is_direct else _("%(number)s is open for bids"),
    )
    if not is_direct and work_request.bids_close_at is not None:
        schedule_telling(work_request, notices.ABOUT_PUBLISHED)
    publish(events.RequestPublished(work_request.pk))
    return work_request
