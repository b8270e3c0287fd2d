"""Telling every eligible firm about a request; they may be many, so it is due work of its own."""

from django.db import transaction

from marketplace.core import clock, outbox

from ... import notices
from ...facts import bidders
from ...models import WorkRequest

TELL_ELIGIBLE = "tendering.tell_eligible"


def schedule_telling(work_request: WorkRequest, about: str, *, occasion: str = "", **params: object) -> None:
    """Have everybody who may bid told one of the things that have a name, once an occasion."""
    occasion = occasion or about
    payload = {"request_id": work_request.pk, "about": about, "occasion": occasion, "params": params}
    outbox.schedule(TELL_ELIGIBLE, f"{work_request.number}:{occasion}", clock.now(), payload)


@transaction.atomic
def tell_eligible(*, request_id: int, about: str, occasion: str, params: dict[str, object]) -> None:
    """Tell all firms that meet the request's conditions now. Safe to call again."""
    work_request = WorkRequest.objects.select_related("owner").get(pk=request_id)
    firms = bidders.eligible_firms(work_request, at=clock.now())
    notices.tell_about((firm.organisation for firm in firms), work_request, about, occasion=occasion, **params)
