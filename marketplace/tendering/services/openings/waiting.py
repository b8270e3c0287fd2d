"""What becomes of an opening whose custodian does not give up its half: it waits, says so, and asks again."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock, outbox
from marketplace.custody import sealing

from ... import notices
from ...models import Opening, OpeningWait, WorkRequest
from ...sealing import custodians
from ...states import BEFORE_THE_RESULT
from .closing import OPENING
from .stages import schedule_resume

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)

SUBJECTS = {
    OpeningWait.Reason.AWAY: _("%(number)s: the opening waits, a custodian does not answer"),
    OpeningWait.Reason.REFUSES: _("%(number)s: the opening waits, a custodian does not give up its half"),
    OpeningWait.Reason.LOST: _("%(number)s: the opening waits, a custodian's key does not open its half"),
}


@transaction.atomic
def wait_for_custodian(*, request_id: int, failure: Exception) -> OpeningWait:
    """
    Note that an opening waits, and have it tried again: after 5 seconds first, then twice as long, up to 5 minutes.

    :param failure: one of `custody.WAITS`
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    now, reason = clock.now(), reason_of(failure)
    wait = OpeningWait.objects.filter(work_request=work_request).first()
    if wait is None:
        wait = OpeningWait(work_request=work_request, since=now)
    wait.reason, wait.last_at = reason, now
    wait.next_at = now + min(FIRST_PAUSE * 2 ** min(wait.attempts, 10), LONGEST_PAUSE)
    wait.attempts += 1
    wait.save()
    if opening := Opening.objects.filter(work_request=work_request).first():
        schedule_resume(opening, wait.next_at)
    else:
        key = f"{work_request.number}:{wait.next_at.isoformat()}"
        outbox.schedule(OPENING, key, wait.next_at, {"request_id": work_request.pk})
    notices.tell(
        [work_request.owner, *notices.operators(), *notices.regulators_of(work_request)],
        work_request,
        occasion=f"custodian:{reason}",
        subject=SUBJECTS[reason],
        body=_("%(title)s: nothing is lost and nothing is opened; it is tried again by itself."),
    )
    return wait


def reason_of(failure: Exception) -> OpeningWait.Reason:
    if isinstance(failure, (custodians.CustodianLostKey, sealing.DoesNotOpen)):
        return OpeningWait.Reason.LOST
    if isinstance(failure, custodians.CustodianUnreachable):
        return OpeningWait.Reason.AWAY
    return OpeningWait.Reason.REFUSES


def tell_custodian(*, request_id: int) -> None:
    """
    Tell the regulator's custodian a request's deadline as it stands now, where it is a process of its own.

    :raises custody.CustodianUnreachable: if it does not answer; the sweep tries again
    """
    remote = custodians.regulator_elsewhere()
    work_request = WorkRequest.objects.get(pk=request_id)
    if remote is None or work_request.status not in BEFORE_THE_RESULT:
        return
    try:
        remote.extend(work_request)
    except custodians.CustodianUnreachable:
        raise
    except custodians.CustodianRefuses:
        # It knows a later deadline, or has given its key up: what it keeps to is never earlier than ours.
        return
