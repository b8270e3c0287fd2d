"""Search on the market's own database, alike on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import islice
from operator import and_, or_

from django.db import router, transaction
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from search.backends import matching
from search.backends.interface import Document, Hit, Results
from search.models import Kind, SearchEntry
from search.query import Query, parse
from search.terms import compact, fold, index_terms

BATCH = 500
FIELDS = ("kind", "key", "title_zh", "title_en", "subtitle_zh", "subtitle_en", "url")
#: Services before firms before requests before regulations, where kinds stand in one list.
KIND_ORDER = Case(*(When(kind=kind, then=place) for place, kind in enumerate(Kind)), output_field=IntegerField())


class DatabaseBackend:
    def index(self, documents: Iterable[Document]) -> int:
        waiting, count = iter(documents), 0
        while batch := list(islice(waiting, BATCH)):
            self._write(batch)
            count += len(batch)
        return count

    def _write(self, documents: list[Document]) -> None:
        using = router.db_for_write(SearchEntry)
        written = [field.name for field in SearchEntry._meta.fields if field.name not in ("id", "kind", "key")]
        terms = {(document.kind, document.key): _terms(document) for document in documents}
        keys: dict[str, list[str]] = {}
        for kind, key in terms:
            keys.setdefault(kind, []).append(key)
        same = reduce(or_, (Q(kind=kind, key__in=some) for kind, some in keys.items()))
        with transaction.atomic(using=using):
            SearchEntry.objects.bulk_create(
                [_entry(document) for document in documents],
                update_conflicts=True,
                unique_fields=["kind", "key"],
                update_fields=written,
            )
            rows = SearchEntry.objects.filter(same).values_list("pk", "kind", "key")
            matching.write(SearchEntry, {pk: terms[kind, key] for pk, kind, key in rows}, using)

    def delete(self, kind: str, keys: Sequence[str]) -> None:
        using = router.db_for_write(SearchEntry)
        for start in range(0, len(keys), BATCH):
            with transaction.atomic(using=using):
                gone = SearchEntry.objects.filter(kind=kind, key__in=keys[start : start + BATCH])
                ids = list(gone.values_list("pk", flat=True))
                gone.delete()
                matching.forget(SearchEntry, ids, using)

    def keys(self, kind: str) -> set[str]:
        return set(SearchEntry.objects.filter(kind=kind).values_list("key", flat=True))

    def query(self, text: str, *, kind: str = "", page: int = 1, per_page: int = 20) -> Results:
        query = parse(text)
        if not query:
            return Results(query)
        matches = _matching(query)
        if not kind:
            return _first_of_each_kind(matches, query, per_page, with_counts=True)
        counted = matches.values("kind").annotate(count=Count("pk")).values_list("kind", "count")
        counts = dict(counted.order_by(KIND_ORDER))
        if kind not in counts:
            return Results(query, counts)
        start = (page - 1) * per_page
        found = _ranked(matches.filter(kind=kind), query)[start : start + per_page]
        return Results(query, counts, tuple(Hit(*row) for row in found.values_list(*FIELDS)))

    def suggest(self, text: str, *, per_kind: int = 3) -> Results:
        query = parse(text)
        return _first_of_each_kind(_matching(query), query, per_kind) if query else Results(query)


def _entry(document: Document) -> SearchEntry:
    title_terms = index_terms([document.title_zh, document.title_en], document.codes)
    return SearchEntry(
        kind=document.kind,
        key=document.key,
        code=compact(document.codes[0])[:80] if document.codes else "",
        title_zh=document.title_zh,
        title_en=document.title_en,
        subtitle_zh=document.subtitle_zh,
        subtitle_en=document.subtitle_en,
        url=document.url,
        folded_title=fold(document.title_zh)[:500],
        title_terms=f" {' '.join(title_terms)} ",
        weight=document.weight,
        dated_at=document.dated_at,
    )


def _terms(document: Document) -> list[str]:
    shown = (document.title_zh, document.title_en, document.subtitle_zh, document.subtitle_en)
    return index_terms([*shown, *document.text], document.codes)


def _matching(query: Query) -> QuerySet[SearchEntry]:
    using = router.db_for_read(SearchEntry)
    return SearchEntry.objects.filter(pk__in=matching.ids_matching(SearchEntry, query.alternatives, using))


def _ranked(entries: QuerySet[SearchEntry], query: Query) -> QuerySet[SearchEntry]:
    return entries.annotate(rank=_rank(query)).order_by("-rank", "-weight", "-dated_at", "pk")


def _rank(query: Query) -> Case:
    """Exact number 5, title beginning so 4, title by whole words 3, title by beginnings of words 2, elsewhere 1."""
    begins = reduce(or_, (Q(folded_title__startswith=" ".join(one.phrases)) for one in query.alternatives))
    whole = reduce(or_, (_title_holds(one.whole_terms) for one in query.alternatives))
    started = reduce(or_, (_title_holds(one.terms) for one in query.alternatives))
    return Case(
        When(code=query.code, then=5),
        When(begins, then=4),
        When(whole, then=3),
        When(started, then=2),
        default=Value(1),
        output_field=IntegerField(),
    )


def _title_holds(terms: Iterable[str]) -> Q:
    return reduce(and_, (Q(title_terms__contains=f" {term} ") for term in terms))


def _first_of_each_kind(
    entries: QuerySet[SearchEntry], query: Query, number: int, *, with_counts: bool = False
) -> Results:
    """The best of each kind, and how many each kind has, in one reading of what matches."""
    kind = [F("kind")]
    best_first = [F("rank").desc(), F("weight").desc(), F("dated_at").desc(), F("pk").asc()]
    ranked = entries.annotate(
        rank=_rank(query),
    ).annotate(
        place=Window(RowNumber(), partition_by=kind, order_by=best_first),
        of_kind=Window(Count("pk"), partition_by=kind) if with_counts else Value(0),
    )
    rows = list(ranked.filter(place__lte=number).order_by(KIND_ORDER, "place").values_list("of_kind", *FIELDS))
    hits = tuple(Hit(*shown) for _count, *shown in rows)
    return Results(query, {row[1]: row[0] for row in rows} if with_counts else {}, hits)
