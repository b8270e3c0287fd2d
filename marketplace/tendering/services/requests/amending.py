"""New versions of a published request: written as a draft, published in its place (RULES, Request)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.events import publish
from marketplace.core.failures import SavedElsewhere
from marketplace.core.permissions import require

from ... import events, notices, permissions
from ...announcing import announcement
from ...facts import drafts, version_content
from ...failures import StateMoved, joined
from ...models import RequestVersion, WorkRequest
from ...models.written import OWNERS_ROWS
from ...policy import TenderingPolicy
from .copying import copy_fields, copy_lists, copy_rows
from .notifying_eligible import schedule_telling
from .publishing import UnableToPublish, schedule_deadline


@transaction.atomic
def begin_version(*, request_id: int, actor: User) -> WorkRequest:
    """
    A draft of the next version, with everything that the request says now; the one begun before, if there is one.

    :raises Refused: past the time or number of changes, or if the actor does not act for the owner
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_change(actor, work_request))
    if begun := WorkRequest.objects.filter(amends=work_request).first():
        return begun
    draft = WorkRequest(
        number=f"{work_request.number}-V{work_request.version + 1}",
        owner=work_request.owner,
        created_by=actor,
        amends=work_request,
        policy_version=work_request.policy_version,
        failures_before=work_request.failures_before,
    )
    copy_fields(work_request, draft)
    draft.save(force_insert=True)
    copy_lists(work_request, draft)
    copy_rows(work_request, draft)
    audit.record(
        matter=work_request.audit_matter,
        action="request.version_begun",
        actor=actor,
        after={"version": work_request.version + 1},
    )
    return draft


@transaction.atomic
def submit_version(*, request_id: int, actor: User, edited_at: datetime | None = None) -> WorkRequest:
    """
    Hand a new version in: published at once, or reviewed by a clerk where policy or a declaration asks for it.

    :param request_id: the draft's
    :param edited_at: the draft's `edited_at` as it was looked over, to refuse a page that is stale
    :returns: the request with its new version, or the draft under review
    :raises Refused: past the time or number of changes, or if the actor may not
    :raises SavedElsewhere: if somebody has edited the draft since
    :raises UnableToPublish: with everything that keeps it from being published
    """
    work_request, draft = _locked(request_id)
    require(permissions.can_submit(actor, draft))
    require(permissions.can_change(actor, work_request))
    if edited_at is not None and edited_at != draft.edited_at:
        raise SavedElsewhere(draft.edited_at)
    rules = TenderingPolicy.of(work_request.policy_version)
    now = clock.now()
    stated = draft.bid_days, draft.bids_close_at
    _fix_deadline(draft, rules, now)
    changes = _checked(work_request, draft, rules, now)
    if reasons := drafts.review_reasons(draft, rules):
        # Counted anew when the review is done.
        draft.bid_days, draft.bids_close_at = stated
        draft.submit(at=now)
        draft.save()
        notices.settle_all(draft)
        audit.record(
            matter=work_request.audit_matter,
            action="request.version_submitted",
            actor=actor,
            after={"version": work_request.version + 1, "review": reasons},
        )
        notices.tell(
            notices.operators(),
            draft,
            occasion=f"submitted:{now.isoformat()}",
            subject=_("%(number)s waits for review"),
            at=notices.page("tendering_console:review", draft.number),
            turn="review",
        )
        return draft
    return _publish(work_request, draft, changes, now, actor)


@transaction.atomic
def publish_version(*, request_id: int, actor: User) -> WorkRequest:
    """
    Publish a new version that a clerk has reviewed.

    :param request_id: the draft's
    :raises Refused: if the actor is no clerk, belongs to the owner, or it is too late for a change
    :raises UnableToPublish: if it cannot be published any more
    """
    work_request, draft = _locked(request_id)
    require(permissions.can_review(actor, draft))
    require(permissions.takes_versions(work_request))
    now = clock.now()
    rules = TenderingPolicy.of(work_request.policy_version)
    _fix_deadline(draft, rules, now)
    changes = _checked(work_request, draft, rules, now)
    return _publish(work_request, draft, changes, now, actor)


def _locked(draft_id: int) -> tuple[WorkRequest, WorkRequest]:
    """Request and draft, with all of their projects locked in one order (the tender limit is a sum)."""
    found = WorkRequest.objects.filter(pk=draft_id).values_list("amends", "amends__project_key", "project_key").first()
    if found is None:
        # Pressed twice: the draft has become the version.
        raise StateMoved
    request_id, *keys = found
    if request_id is None:
        raise StateMoved
    rows = WorkRequest.objects.locked().filter(
        Q(pk__in=[request_id, draft_id]) | Q(project_key__in=[key for key in keys if key])
    )
    locked = {row.pk: row for row in rows.select_related("owner").order_by("pk")}
    if draft_id not in locked:
        raise StateMoved
    draft = locked[draft_id]
    draft.amends = locked[request_id]
    return draft.amends, draft


def _fix_deadline(draft: WorkRequest, rules: TenderingPolicy, now: datetime) -> None:
    """Count the deadline from the publication; one that the review made too early moves with it."""
    draft.bids_close_at, draft.bid_days = drafts.deadline_if_published(draft, rules, at=now), None


def _checked(
    work_request: WorkRequest, draft: WorkRequest, rules: TenderingPolicy, now: datetime
) -> list[version_content.Change]:
    changes = version_content.difference(version_content.snapshot(work_request), version_content.snapshot(draft))
    if not changes:
        raise UnableToPublish(_("Nothing differs from the version that is published."))
    if problems := drafts.problems_of(draft, rules, at=now):
        raise UnableToPublish(joined(list(problems.values())), problems)
    return changes


def _publish(
    work_request: WorkRequest, draft: WorkRequest, changes: list[version_content.Change], now: datetime, actor: User
) -> WorkRequest:
    if draft.bids_close_at is None:
        raise UnableToPublish(_("Give the bid deadline."), {"bids_close_at": _("Give the bid deadline.")})
    before = work_request.announcement_hash
    copy_fields(draft, work_request)
    work_request.version += 1
    copy_lists(draft, work_request)
    for model in OWNERS_ROWS:
        model.objects.filter(work_request=work_request).delete()
        model.objects.filter(work_request=draft).update(work_request=work_request)
    notices.settle_all(draft)
    draft.delete()
    announcement.bind(work_request, published_at=now)
    work_request.edited_at = now
    work_request.bids_open_until = work_request.open_until(now)
    work_request.save()
    RequestVersion.objects.create(
        work_request=work_request,
        number=work_request.version,
        published_at=now,
        changes=changes,
        bids_close_at=draft.bids_close_at,
        announcement=work_request.announcement,
        announcement_hash=work_request.announcement_hash,
    )
    schedule_deadline(work_request)
    audit.record(
        matter=work_request.audit_matter,
        action="request.changed",
        actor=actor,
        before={"announcement_hash": before, "version": work_request.version - 1},
        after={
            "announcement_hash": work_request.announcement_hash,
            "version": work_request.version,
            "changes": changes,
        },
    )
    _tell(work_request)
    publish(events.RequestChanged(work_request.pk))
    return work_request


def _tell(work_request: WorkRequest) -> None:
    if work_request.bids_close_at is None:
        return
    params = {"version": str(work_request.version), "moment": notices.moment(work_request.bids_close_at)}
    occasion = f"version:{work_request.version}"
    notices.tell_about([work_request.owner], work_request, notices.ABOUT_VERSION, occasion=occasion, **params)
    schedule_telling(work_request, notices.ABOUT_VERSION, occasion=occasion, **params)
