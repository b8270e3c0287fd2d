"""Telling every eligible firm about a request; they may be many, so it is due work of its own."""

from django.db import transaction
from django.db.models import Count
from django.utils.functional import lazy

from marketplace.core import clock, outbox
from marketplace.registry.models import Intermediary, Offer

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
    """Tell all firms that meet the request's conditions now; when it is published, those that offer it."""
    work_request = WorkRequest.objects.select_related("owner").get(pk=request_id)
    firms = bidders.eligible_firms(work_request, at=clock.now())
    if about == notices.ABOUT_PUBLISHED:
        firms, params = _offering(firms, work_request), _asked(work_request)
    notices.tell_about((firm.organisation for firm in firms), work_request, about, occasion=occasion, **params)


def _offering(firms: list[Intermediary], work_request: WorkRequest) -> list[Intermediary]:
    """Those that offer every service of the request (RULES, Request)."""
    items = list(work_request.request_items.values_list("item", flat=True))
    offers = Offer.objects.filter(item__in=items).values("intermediary").annotate(number=Count("item", distinct=True))
    offering = set(offers.filter(number=len(items)).values_list("intermediary", flat=True))
    return [firm for firm in firms if firm.pk in offering]


def _asked(work_request: WorkRequest) -> dict[str, object]:
    """Who asks for what until when; names are written in each reader's language."""
    items = list(work_request.items.all())
    deadline = work_request.shown_deadline
    return {
        "owner": lazy(lambda: work_request.owner.name, str)(),
        "services": lazy(lambda: ", ".join(item.name for item in items), str)(),
        "moment": notices.moment(deadline) if deadline else "",
    }
