"""The public value of an opening: two officers type it, neither seeing the other's before both are in."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, outbox
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from ... import notices, permissions
from ...facts import typed_values
from ...failures import joined
from ...models import Opening, PublicValueEntry, WorkRequest
from ...models.public_values import LONGEST_VALUE
from ...policy import TenderingPolicy
from ...rules import public_value
from ...states import Status
from .stages import BEFORE_DRAW, Wait, has_enough, schedule_resume

OVERDUE = "tendering.public_value_overdue"


class UnableToEnter(DomainError):
    """The value cannot be taken; nothing changed."""

    code = "unable-to-enter"


@transaction.atomic
def enter_public_value(*, request_id: int, value: str, published_at: datetime, actor: User) -> PublicValueEntry:
    """
    Type the public value as its source published it; the second officer's equal entry lets the draw go on.

    Two entries that differ stay on record, both officers are told, and the value is typed again.

    :param published_at: when the source published it, at least ten minutes after the list was frozen
    :raises Refused: if no value is waited for, or the actor is no officer or has typed this round's
    :raises UnableToEnter: for an empty value, or one published too early or not yet
    """
    work_request = WorkRequest.objects.locked().select_related("owner", "opening").get(pk=request_id)
    require(permissions.can_enter_public_value(actor, work_request))
    opening, value = work_request.opening, value.strip()
    _check(opening, value, published_at)
    before = typed_values.present_round(opening)
    entry = PublicValueEntry.objects.create(
        opening=opening,
        round=before[0].round if before else len(typed_values.finished_rounds(opening)) + 1,
        place=len(before) + 1,
        officer=actor,
        value=value,
        published_at=published_at,
        entered_at=clock.now(),
    )
    if not before:
        # The trail is read by the second officer too: it says that, not what.
        _record(work_request, "public_value.typed", actor, {"round": entry.round, "place": entry.place})
    elif before[0].value == value:
        _record(work_request, "public_value.agreed", actor, {"round": entry.round, "value": value})
        opening.public_value = value
        opening.save(update_fields=["public_value"])
        notices.settle(work_request, "public_value")
        schedule_resume(opening, clock.now())
    else:
        _disagree(work_request, before[0], entry)
    return entry


@transaction.atomic
def note_public_value_overdue(*, request_id: int) -> None:
    """
    Say that a public value has not come in its time; the source's next is waited for. Safe to call early and again.

    Nothing else changes: which value counts follows from when it is published, never from who types late.
    """
    work_request = WorkRequest.objects.locked().select_related("owner", "opening").get(pk=request_id)
    opening = work_request.opening
    if work_request.status != Status.SELECTING or not typed_values.is_awaited(opening) or opening.waits_until is None:
        return
    if clock.now() < opening.waits_until:
        _schedule_overdue(work_request, opening.waits_until)
        return
    _record(work_request, "public_value.overdue", None, {"since": opening.waits_until.isoformat()})
    notices.tell(
        [work_request.owner, *notices.operators(), *notices.regulators_of(work_request)],
        work_request,
        occasion=f"public_value_overdue:{opening.waits_until.isoformat()}",
        subject=_("%(number)s: the public value has not come in its time"),
        body=_("%(title)s: the next one that the source publishes counts; the draw waits for it."),
    )


def _check(opening: Opening, value: str, published_at: datetime) -> None:
    errors: dict[str, Text] = {}
    if not value:
        errors["value"] = _("Type the value.")
    elif len(value) > LONGEST_VALUE or not value.isprintable():
        errors["value"] = _("One line of at most %(most)d characters.") % {"most": LONGEST_VALUE}
    if published_at < typed_values.earliest_of(opening):
        errors["published_at"] = _("A value counts that was published at least ten minutes after the list was frozen.")
    elif published_at > clock.now():
        errors["published_at"] = _("This lies in the future.")
    if errors:
        raise UnableToEnter(joined(list(errors.values())), errors)


def _disagree(work_request: WorkRequest, first: PublicValueEntry, second: PublicValueEntry) -> None:
    both = [{"officer": one.officer_id, "value": one.value} for one in (first, second)]
    _record(work_request, "public_value.differs", second.officer, {"round": second.round, "entries": both})
    notices.tell(
        [*notices.operators(), *notices.regulators_of(work_request)],
        work_request,
        occasion=f"public_value_differs:{second.round}",
        at=_page_of(work_request),
        turn="public_value",
        subject=_("%(number)s: the two entries of the public value differ"),
        body=_("%(title)s: two officers type it again, each from the source."),
    )


def _record(work_request: WorkRequest, action: str, actor: User | None, after: dict[str, object]) -> None:
    audit.record(matter=work_request.audit_matter, action=action, actor=actor, after=after)


def _page_of(work_request: WorkRequest) -> str:
    return notices.page("tendering_console:public-value", work_request.number)


def _schedule_overdue(work_request: WorkRequest, at: datetime) -> None:
    outbox.schedule(OVERDUE, f"{work_request.number}:{at.isoformat()}", at, {"request_id": work_request.pk})


def _begin(work_request: WorkRequest, opening: Opening) -> None:
    rules = TenderingPolicy.of(work_request.policy_version)
    opening.waits_since = clock.now()
    opening.waits_until = calendar.end_of_working_day(clock.date_of(opening.waits_since), rules.public_value_days)
    _schedule_overdue(work_request, opening.waits_until)
    officers = [*notices.operators(), *notices.regulators_of(work_request)]
    words: dict[str, Any] = {
        "occasion": "public_value",
        "subject": _("%(number)s: the list is frozen, the public value is waited for"),
        "body": _("%(title)s: %(source)s, the first one published from %(moment)s. List hash: %(list_hash)s"),
        "source": public_value.announced(work_request.public_value_source) or "",
        "moment": clock.written(typed_values.earliest_of(opening)),
        "list_hash": opening.list_hash,
    }
    notices.tell([*notices.bidders_of(work_request), work_request.owner], work_request, **words)
    notices.tell(officers, work_request, at=_page_of(work_request), turn="public_value", **words)


BEFORE_DRAW.append(
    Wait(
        begin=_begin,
        is_over=lambda work_request, opening: opening.public_value is not None,
        applies=lambda work_request, opening: has_enough(work_request, opening) and typed_values.is_awaited(opening),
    )
)
