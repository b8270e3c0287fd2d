"""Results as pages show them: matched parts marked, and today's facts beside what was indexed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import get_language

from cms.models import NoticePage
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.core import clock
from marketplace.core.calendar import ClockFace, clock_face
from marketplace.registry.models import Intermediary, Offer
from marketplace.tendering.models import WorkRequest

from .backends import Hit
from .highlight import Segment, segments
from .models import Kind


@dataclass(frozen=True)
class Found:
    """A hit with its facts of this moment; a fact that its kind has not is None."""

    hit: Hit
    title: list[Segment]
    subtitle: list[Segment]
    url: str
    facts: dict[str, Any] = field(default_factory=dict)


def found(hits: Sequence[Hit], phrases: Sequence[str]) -> list[Found]:
    """One query a kind that occurs, whatever the number of hits."""
    facts = {kind: read([hit.key for hit in hits if hit.kind == kind]) for kind, read in _READERS.items()}
    return [
        Found(
            hit=hit,
            title=segments(hit.title, phrases),
            subtitle=segments(hit.subtitle, phrases),
            url=in_language(hit.url),
            facts=facts[Kind(hit.kind)].get(hit.key, {}),
        )
        for hit in hits
    ]


def in_language(url: str) -> str:
    """An indexed path, which is the default language's, in the language of the page."""
    return f"/en{url}" if (get_language() or "").startswith("en") else url


Facts = dict[str, dict[str, Any]]


def _services(codes: list[str]) -> Facts:
    if not codes:
        return {}
    offers = Offer.objects.of_listed().filter(item=OuterRef("pk")).order_by().values("item")
    firms = offers.annotate(number=Count("intermediary", distinct=True)).values("number")
    items = ServiceItem.objects.filter(code__in=codes).annotate(firms=Subquery(firms))
    return {item.code: {"item": item, "firms": item.firms} for item in items}


def _standings(usccs: list[str]) -> Facts:
    if not usccs:
        return {}
    firms = Intermediary.objects.public().filter(organisation__uscc__in=usccs).with_suspension().with_standing()
    return {
        firm.uscc: {
            "standing": getattr(firm.organisation, "standing", None),
            "suspended": firm.is_suspended_now,  # type: ignore[attr-defined]
            "closed": firm.status == Intermediary.Status.CLOSED,
        }
        for firm in firms
    }


def _deadlines(numbers: list[str]) -> Facts:
    if not numbers:
        return {}
    now = clock.now()
    requests = WorkRequest.objects.public().filter(number__in=numbers).defer("announcement", "content")
    return {
        each.number: {
            "status": each.get_status_display(),
            "clock": _clock(each, now) if each.takes_bids(now) else None,
        }
        for each in requests
    }


def _clock(work_request: WorkRequest, now: Any) -> ClockFace | None:
    due_at = work_request.deadline(now)
    started_at = work_request.published_at
    return clock_face(started_at, due_at, now) if started_at and due_at else None


def _statuses(numbers: list[str]) -> Facts:
    if not numbers:
        return {}
    return {each.document_no: {"regulation": each} for each in Regulation.objects.filter(document_no__in=numbers)}


def _days(keys: list[str]) -> Facts:
    if not keys:
        return {}
    return {str(pk): {"dated": on} for pk, on in NoticePage.objects.filter(pk__in=keys).values_list("pk", "issued_on")}


def _nothing(keys: list[str]) -> Facts:
    """A guide's summary stands below its name already."""
    return {}


_READERS = {
    Kind.SERVICE: _services,
    Kind.INTERMEDIARY: _standings,
    Kind.REQUEST: _deadlines,
    Kind.REGULATION: _statuses,
    Kind.NOTICE: _days,
    Kind.GUIDE: _nothing,
}
