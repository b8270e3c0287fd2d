"""
What of each app's public things is indexed. Nothing here knows of bids, drafts, or persons' names.

Only what a visitor without an account may read is a document; of a request that is its announcement's side.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import override

from cms.models import GuidePage, NoticePage
from cms.models.bilingual import BodyPage
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.core import clock
from marketplace.registry.models import Intermediary, Offer
from marketplace.tendering.models import WorkRequest

from .backends import Document
from .models import Kind

CHUNK = 500
#: Services have no date to order by: they keep the catalogue's order.
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
#: A description is found by its beginning; the whole of it would drown the titles.
TEXT_SHARE = 600


@dataclass(frozen=True)
class Source:
    """How documents of a kind are made: of which rows, named by which field."""

    public: Callable[[], QuerySet[Any]]
    key: str
    document: Callable[[Any], Document]

    def documents(self, keys: Collection[str] | None = None) -> Iterator[Document]:
        """Documents of the rows named, else of all; what is not public is left out."""
        rows = self.public().order_by("pk")
        if keys is not None:
            rows = rows.filter(**{f"{self.key}__in": keys})
        with override(settings.LANGUAGE_CODE):
            for row in rows.iterator(CHUNK):
                yield self.document(row)

    def count(self) -> int:
        return self.public().count()


def _services() -> QuerySet[ServiceItem]:
    return ServiceItem.objects.open().with_facts().prefetch_related("legal_basis")


def _service(item: ServiceItem) -> Document:
    schedule = item.fee_schedule
    return Document(
        kind=Kind.SERVICE,
        key=item.code,
        codes=(item.code,),
        title_zh=item.name_zh,
        title_en=item.name_en,
        subtitle_zh=f"{item.code}　{item.matter.name_zh}",
        subtitle_en=f"{item.code} · {item.matter.name_en or item.matter.name_zh}",
        url=item.get_absolute_url(),
        dated_at=UNDATED,
        text=(
            item.get_category_display(),
            item.get_approval_stage_display(),
            item.authority.name_zh,
            item.deliverable_zh,
            item.deliverable_en,
            item.purpose_zh,
            item.purpose_en,
            item.qualification_type.name_zh if item.qualification_type else "",
            *((schedule.code, schedule.title_zh, schedule.title_en, schedule.document_no) if schedule else ()),
            *(basis.document_no for basis in item.legal_basis.all()),
        ),
    )


def _intermediaries() -> QuerySet[Intermediary]:
    offers = Offer.objects.select_related("item")
    public = Intermediary.objects.public().select_related("organisation__district")
    return public.prefetch_related(Prefetch("offers", queryset=offers))


def _intermediary(firm: Intermediary) -> Document:
    organisation = firm.organisation
    district = organisation.district
    offered = [offer.item for offer in firm.offers.all()]
    return Document(
        kind=Kind.INTERMEDIARY,
        key=firm.uscc,
        codes=(firm.uscc,),
        title_zh=organisation.name_zh,
        title_en=organisation.name_en,
        subtitle_zh="　".join(filter(None, [district.name_zh if district else "", firm.uscc])),
        subtitle_en=" · ".join(filter(None, [district.name_en if district else "", firm.uscc])),
        url=firm.get_absolute_url(),
        dated_at=firm.listed_at or firm.created_at,
        text=(
            *(text for item in offered for text in (item.code, item.name_zh, item.name_en)),
            firm.intro_zh[:TEXT_SHARE],
            firm.intro_en[:TEXT_SHARE],
        ),
        weight={Intermediary.Status.SUSPENDED: -1, Intermediary.Status.CLOSED: -2}.get(firm.status, 0),
    )


def _requests() -> QuerySet[WorkRequest]:
    public = WorkRequest.objects.public().select_related("owner", "matter")
    return public.prefetch_related("request_items__item__matter")


def _request(work_request: WorkRequest) -> Document:
    items = [line.item for line in work_request.request_items.all()]
    names = dict.fromkeys(
        text for item in items for text in (item.code, item.name_zh, item.name_en, item.matter.name_zh)
    )
    return Document(
        kind=Kind.REQUEST,
        key=work_request.number,
        codes=(work_request.number,),
        title_zh=work_request.title,
        subtitle_zh=f"{work_request.number}　{work_request.owner.name_zh}",
        subtitle_en=f"{work_request.number} · {work_request.owner.name_en or work_request.owner.name_zh}",
        url=work_request.get_absolute_url(),
        dated_at=work_request.published_at or work_request.created_at,
        text=(
            work_request.project_name,
            work_request.project_code,
            work_request.matter.name_zh if work_request.matter else "",
            *names,
            work_request.scale,
            work_request.content[:TEXT_SHARE],
        ),
    )


def _regulations() -> QuerySet[Regulation]:
    # The page is an app's beside this one: only the name of its relation is known here.
    public = Regulation.objects.filter(page__live=True)
    items = ServiceItem.objects.select_related("matter")
    return public.prefetch_related(
        Prefetch("items", queryset=items), "fee_schedules", Prefetch("fee_schedules__items", queryset=items)
    )


def _regulation(regulation: Regulation) -> Document:
    schedules = list(regulation.fee_schedules.all())
    items = [*regulation.items.all(), *(item for schedule in schedules for item in schedule.items.all())]
    # A document that governs the whole catalogue would answer to every service's name.
    few = items if len(items) <= 20 else []
    names = dict.fromkeys(text for item in few for text in (item.code, item.name_zh, item.name_en, item.matter.name_zh))
    return Document(
        kind=Kind.REGULATION,
        key=regulation.document_no,
        codes=(regulation.document_no,),
        title_zh=regulation.title_zh,
        title_en=regulation.title_en,
        subtitle_zh=f"{regulation.document_no}　{regulation.issuer}",
        subtitle_en=f"{regulation.document_no} · {regulation.issuer_en or regulation.issuer}",
        url=regulation.get_absolute_url(),
        dated_at=_midnight(regulation),
        text=(
            regulation.topic,
            regulation.topic_en,
            regulation.note_zh,
            regulation.note_en,
            *(text for schedule in schedules for text in (schedule.code, schedule.title_zh, schedule.title_en)),
            *names,
        ),
        weight=1 if regulation.in_force else 0,
    )


def _notices() -> QuerySet[NoticePage]:
    return NoticePage.objects.live().public()


def _notice(page: NoticePage) -> Document:
    return Document(
        kind=Kind.NOTICE,
        key=str(page.pk),
        title_zh=page.title,
        title_en=page.title_en,
        subtitle_zh=page.issuer,
        subtitle_en=page.issuer_en or page.issuer,
        url=page.get_url() or "",
        dated_at=_start_of(page.issued_on),
        text=(page.issuer, page.issuer_en, *_words(page)),
    )


def _guides() -> QuerySet[GuidePage]:
    return GuidePage.objects.live().public()


def _guide(page: GuidePage) -> Document:
    return Document(
        kind=Kind.GUIDE,
        key=str(page.pk),
        title_zh=page.title,
        title_en=page.title_en,
        subtitle_zh=page.summary,
        subtitle_en=page.summary_en or page.summary,
        url=page.get_url() or "",
        dated_at=UNDATED,
        text=(page.summary, page.summary_en, *_words(page)),
    )


def _words(page: BodyPage) -> Iterator[str]:
    """What a page says, both languages, as far as a visitor reads it."""
    for body in (page.body, page.body_en):
        for block in body:
            yield from block.block.get_searchable_content(block.value)


def _midnight(regulation: Regulation) -> datetime:
    on = regulation.effective_on or regulation.issued_on
    return _start_of(on) if on else UNDATED


def _start_of(on: date) -> datetime:
    return datetime.combine(on, time.min, tzinfo=clock.SHANGHAI)


SOURCES: dict[Kind, Source] = {
    Kind.SERVICE: Source(_services, "code", _service),
    Kind.INTERMEDIARY: Source(_intermediaries, "organisation__uscc", _intermediary),
    Kind.REQUEST: Source(_requests, "number", _request),
    Kind.REGULATION: Source(_regulations, "document_no", _regulation),
    Kind.NOTICE: Source(_notices, "pk", _notice),
    Kind.GUIDE: Source(_guides, "pk", _guide),
}
