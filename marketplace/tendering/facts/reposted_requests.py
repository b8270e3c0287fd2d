"""The failures behind a request that was posted again, and what each of them had asked for."""

from ..models import WorkRequest
from ..rules import after_failures
from ..rules.after_failures import FAILURES, Asked, Compared
from ..states import Status


def last_two_failures(work_request: WorkRequest) -> tuple[WorkRequest, WorkRequest] | None:
    """The last two of the requests that failed and were posted again, the earlier one first; None where fewer did."""
    failed = _failed_before(work_request)
    return (failed[-2], failed[-1]) if len(failed) >= FAILURES else None


def compare(first: WorkRequest, second: WorkRequest) -> list[Compared]:
    """Limits, content and conditions of two requests, side by side."""
    return after_failures.compare(asked_of(first), asked_of(second))


def is_no_stricter(first: WorkRequest, second: WorkRequest) -> bool:
    return after_failures.is_no_stricter(asked_of(first), asked_of(second))


def asked_of(work_request: WorkRequest) -> Asked:
    """What a request asked for; in three queries."""
    rows = work_request.request_items.select_related("item").order_by("item__code")
    excluded = work_request.exclusions.select_related("organisation")
    return Asked(
        price_max=work_request.price_max,
        price_min=work_request.price_min,
        service_days=work_request.service_days,
        items=tuple((row.item.code, row.base) for row in rows),
        content=work_request.content,
        scale=work_request.scale,
        needed_grade=work_request.needed_grade,
        qualifications={one.pk: str(one) for one in work_request.qualifications.all()},
        qualifications_match=work_request.qualifications_match,
        practitioner_licence=work_request.practitioner_licence,
        practitioners_needed=work_request.practitioners_needed,
        kept_out={one.organisation_id: str(one.organisation) for one in excluded},
    )


def _failed_before(work_request: WorkRequest) -> list[WorkRequest]:
    """The requests that failed and were posted again one after another, ending in this one; the oldest first."""
    failed: list[WorkRequest] = []
    before = work_request.reposted_from
    while before is not None:
        if before.status == Status.FAILED:
            failed.insert(0, before)
        before = before.reposted_from
    return failed
