"""
The search boxes of the console (pages, images, documents, snippets), cut like everything else.

Wagtail's own database backends find nothing for a Chinese word of two characters. This one keeps a row of terms
an object and narrows the queryset that Wagtail already restricted to what the person may see, so filters,
counts and permissions stay Wagtail's.
"""

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import models, router, transaction
from django.db.models import Count, Manager, QuerySet
from django.db.models.functions import Cast
from django.utils.html import strip_tags
from wagtail.search.backends.base import (
    BaseIndex,
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
    FilterFieldError,
    get_model_root,
)
from wagtail.search.index import AutocompleteField, RelatedFields, SearchField
from wagtail.search.query import MatchAll, PlainText

from search.backends import matching
from search.models import ConsoleEntry
from search.query import parse
from search.terms import index_terms

BATCH = 500


def root_of(model: type[models.Model]) -> str:
    return str(get_model_root(model)._meta.label_lower)


def texts_of(thing: models.Model, fields: Iterable[Any]) -> Iterable[str]:
    """The texts of an object's searched fields, those of related objects included."""
    for field in fields:
        if isinstance(field, RelatedFields):
            related = field.get_value(thing)
            related = related() if callable(related) and not isinstance(related, Manager) else related
            for one in related.all() if isinstance(related, Manager) else [related] if related else []:
                yield from texts_of(one, field.fields)
        elif isinstance(field, SearchField | AutocompleteField):
            yield from _flat(field.get_value(thing))


def _flat(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for one in value:
            yield from _flat(one)
    elif value not in (None, ""):
        yield strip_tags(str(value))


class ConsoleIndex(BaseIndex):
    def add_items(self, model: type[models.Model], items: Iterable[models.Model]) -> None:
        fields, root = model.get_search_fields(), root_of(model)  # type: ignore[attr-defined]
        waiting = iter(items)
        while some := {str(item.pk): index_terms(texts_of(item, fields)) for item in islice(waiting, BATCH)}:
            self._write(root, some)

    def _write(self, root: str, terms: dict[str, list[str]]) -> None:
        using = router.db_for_write(ConsoleEntry)
        with transaction.atomic(using=using):
            ConsoleEntry.objects.bulk_create(
                [ConsoleEntry(root=root, object_id=object_id) for object_id in terms], ignore_conflicts=True
            )
            rows = ConsoleEntry.objects.filter(root=root, object_id__in=list(terms)).values_list("pk", "object_id")
            matching.write(ConsoleEntry, {pk: terms[object_id] for pk, object_id in rows}, using)

    def delete_item(self, item: models.Model) -> None:
        self._forget(ConsoleEntry.objects.filter(root=root_of(type(item)), object_id=str(item.pk)))

    def reset(self) -> None:
        self._forget(ConsoleEntry.objects.all())

    def _forget(self, entries: QuerySet[ConsoleEntry]) -> None:
        using = router.db_for_write(ConsoleEntry)
        with transaction.atomic(using=using):
            ids = list(entries.values_list("pk", flat=True))
            entries.delete()
            matching.forget(ConsoleEntry, ids, using)


class ConsoleRebuilder:
    """`rebuild` starts empty: rows of objects that are gone must not stay."""

    def __init__(self, index: ConsoleIndex) -> None:
        self.index = index

    def start(self) -> ConsoleIndex:
        self.index.reset()
        return self.index

    def finish(self) -> None:
        pass


class ConsoleQueryCompiler(BaseSearchQueryCompiler):
    DEFAULT_OPERATOR = "and"
    HANDLES_ORDER_BY_EXPRESSIONS = True

    def check(self) -> None:
        """Any filter of the queryset is one that the database can do, whether or not it was declared."""

    def narrowed(self) -> QuerySet[Any]:
        queryset = self.queryset
        if isinstance(self.query, MatchAll):
            return queryset
        if not isinstance(self.query, PlainText):
            raise NotImplementedError(f"the console's search does not know {type(self.query).__name__} queries")
        query = parse(self.query.query_string)
        if not query:
            return queryset.none()
        using = router.db_for_read(ConsoleEntry)
        found = ConsoleEntry.objects.filter(
            root=root_of(queryset.model), pk__in=matching.ids_matching(ConsoleEntry, query.alternatives, using)
        )
        key = queryset.model._meta.pk
        while key.remote_field is not None:
            key = key.remote_field.model._meta.pk
        numbers = found.annotate(number=Cast("object_id", type(key)())).values("number")
        return queryset.filter(pk__in=numbers)


class ConsoleResults(BaseSearchResults):
    supports_facet = True

    def _narrowed(self) -> QuerySet[Any]:
        queryset = self.query_compiler.narrowed()
        if self.query_compiler.order_by_relevance or not queryset.query.order_by:
            # The words typed stand in all of them; of those, the youngest is what an editor looks for.
            queryset = queryset.order_by("-pk")
        return queryset

    def _do_search(self) -> Iterable[Any]:
        found = self._narrowed()[self.start : self.stop]
        if self._score_field:
            found = found.annotate(**{self._score_field: models.Value(None, output_field=models.FloatField())})
        return found.iterator(2000)

    def _do_count(self) -> int:
        return self._narrowed()[self.start : self.stop].count()

    def facet(self, field_name: str) -> OrderedDict[Any, int]:
        field = self.query_compiler._get_filterable_field(field_name)
        if field is None:
            raise FilterFieldError(f"{field_name} is not a filter of {self.model}", field_name=field_name)
        counted = self.query_compiler.narrowed().order_by().values(field_name).annotate(count=Count("pk"))
        return OrderedDict((row[field_name], row["count"]) for row in counted.order_by("-count"))


class SearchBackend(BaseSearchBackend):
    query_compiler_class = ConsoleQueryCompiler
    autocomplete_query_compiler_class = ConsoleQueryCompiler
    results_class = ConsoleResults
    index_class = ConsoleIndex
    rebuilder_class = ConsoleRebuilder
