"""
What the regulation pages read from the catalogue, each page in a fixed number of queries.

A page of Wagtail asks for what it shows, so that nothing here imports the pages: they come as they are.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.catalogue.models import FeeSchedule, LegalBasis, Regulation, ServiceItem

from .filters import RegulationFilter
from .schedule_tables import tables_of

PER_PAGE = 30


def regulation_list(request: HttpRequest, pages: QuerySet[Any]) -> dict[str, Any]:
    filterset = RegulationFilter(request.GET, queryset=pages, request=request)
    page = Paginator(filterset.qs, PER_PAGE).get_page(request.GET.get("page"))
    governed = items_by_regulation([each.regulation_id for each in page])
    rows = [{"page": each, "regulation": each.regulation, "items": len(governed[each.regulation_id])} for each in page]
    return {"filter": filterset, "facet_counts": filterset.counts(), "page_obj": page, "rows": rows}


def items_by_regulation(regulation_ids: list[int]) -> dict[int, set[int]]:
    """The ids of the service items that each regulation governs: by legal basis, by fee schedule, or as added."""
    governed: dict[int, set[int]] = defaultdict(set)
    wanted = ServiceItem.objects.order_by()
    by_basis = wanted.filter(legal_basis__in=regulation_ids).values_list("legal_basis", "pk")
    by_schedule = wanted.filter(fee_schedule__regulation__in=regulation_ids).values_list(
        "fee_schedule__regulation", "pk"
    )
    added = Regulation.objects.order_by().filter(pk__in=regulation_ids, page__extra_items__isnull=False)
    pairs = by_basis.union(by_schedule, added.values_list("pk", "page__extra_items__item"))
    for regulation_id, item_id in pairs:
        governed[regulation_id].add(item_id)
    return governed


def articles_by_regulation(regulation_ids: list[int]) -> dict[int, list[LegalBasis]]:
    """The articles of each regulation with the services that they are about, in the catalogue's order."""
    found: dict[int, list[LegalBasis]] = defaultdict(list)
    rows = LegalBasis.objects.filter(regulation__in=regulation_ids).select_related("item")
    for row in rows.order_by("item__position", "item__pk", "position"):
        found[row.regulation_id].append(row)
    return found


def items_governed(page: Any) -> QuerySet[ServiceItem]:
    cited = LegalBasis.objects.filter(regulation=page.regulation_id).order_by().values("item")
    priced = FeeSchedule.objects.filter(regulation=page.regulation_id).order_by().values("pk")
    condition = Q(pk__in=cited) | Q(fee_schedule__in=priced) | Q(pk__in=_added(page, "extra_items", "item"))
    return ServiceItem.objects.filter(condition).select_related("matter").order_by("code")


def schedules_governed(page: Any) -> QuerySet[FeeSchedule]:
    condition = Q(regulation=page.regulation_id) | Q(pk__in=_added(page, "extra_schedules", "schedule"))
    return FeeSchedule.objects.filter(condition).order_by("code")


def _added(page: Any, rows: str, column: str) -> Any:
    """The keys of what a page adds: read from the form on a page not saved yet, else within the one query."""
    if rows in getattr(page, "_cluster_related_objects", {}) or page.pk is None:
        return [getattr(each, f"{column}_id") for each in getattr(page, rows).all()]
    kept = type(page).objects.filter(pk=page.pk).order_by()
    return kept.filter(**{f"{rows}__isnull": False}).values(f"{rows}__{column}")


@dataclass(frozen=True)
class Turn:
    """One turn in a regulation's history; `by` is the document that brought it."""

    on: date
    what: str | Promise
    by: Regulation | None = None
    note: str = ""
    is_end: bool = False


def ended_by(regulation: Regulation) -> Regulation | None:
    """The document that repealed it, else the one in its place."""
    return regulation.repealed_by or regulation.replaced_by


def history(page: Any) -> list[Turn]:
    """What happened to the regulation, the latest first; only dates that are known."""
    regulation = page.regulation
    issued_apart = regulation.issued_on and regulation.issued_on != regulation.effective_on
    turns = [
        Turn(regulation.issued_on, pgettext_lazy("regulation history", "Issued")) if issued_apart else None,
        Turn(regulation.effective_on, _beginning(regulation)) if regulation.effective_on else None,
        Turn(regulation.repealed_on, _ending(regulation), ended_by(regulation), is_end=True)
        if regulation.repealed_on
        else None,
    ]
    now = page.applies_now
    if now and now != ended_by(regulation) and now.effective_on:
        turns.append(Turn(now.effective_on, _("Other rules apply"), now, page.applies_now_sentence))
    return sorted(filter(None, turns), key=lambda turn: turn.on, reverse=True)


def _beginning(regulation: Regulation) -> Promise:
    if regulation.status == Regulation.Status.UPCOMING:
        return pgettext_lazy("regulation history", "Takes effect")
    return pgettext_lazy("regulation history", "Took effect")


def _ending(regulation: Regulation) -> Promise:
    if not regulation.has_ended:
        return pgettext_lazy("regulation history", "Is no longer in force")
    if regulation.status == Regulation.Status.EXPIRED:
        return pgettext_lazy("regulation history", "Expired")
    return pgettext_lazy("regulation history", "Repealed")


def regulation_detail(page: Any) -> dict[str, Any]:
    # The document, those that it ends, and how often its page was written, in one query.
    own = page.regulation_id
    versions = page.revisions.order_by().values("base_content_type").annotate(number=Count("pk")).values("number")
    family = Regulation.objects.filter(Q(pk=own) | Q(replaced_by=own) | Q(repealed_by=own))
    found = list(family.select_related("replaced_by", "repealed_by").annotate(versions=Subquery(versions)))
    regulation = page.regulation = next(each for each in found if each.pk == own)
    attachments = list(page.attachments.select_related("document"))
    ending = ended_by(regulation)
    items = list(items_governed(page))
    articles = articles_by_regulation([own])[own]
    for item in items:
        cited = dict.fromkeys(row.article for row in articles if row.item_id == item.pk and row.article)
        item.cited = "、".join(cited)  # type: ignore[attr-defined]
    return {
        "regulation": regulation,
        "items": items,
        "schedule_tables": [tables_of(schedule) for schedule in schedules_governed(page)],
        "attachments": attachments,
        "original": next((each.document.url for each in attachments if each.is_original), page.original_url),
        "history": history(page),
        "ended_by": ending,
        "current": page.applies_now or regulation.replaced_by,
        "cited_by": [each for each in found if own in (each.replaced_by_id, each.repealed_by_id)],
        "versions": regulation.versions or 0,
    }
