"""
The index of terms beside a table, in each database's own way, with the same outcome to the row.

SQLite has an FTS5 table whose tokenizer parts at spaces only (`ascii`: every other character here is a token's);
PostgreSQL has a table of text search vectors, made of the terms as they are, with a GIN index. Both hold whole
terms, and a row matches an alternative when it holds all of its terms. Neither is a model, so `migrate` installs
them afterwards each time: migrations squashed into one cannot lose them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connections, models
from django.db.models.expressions import RawSQL

from search.models import ConsoleEntry, SearchEntry
from search.query import Alternative

INDEXED: tuple[type[models.Model], ...] = (SearchEntry, ConsoleEntry)
_CREATE = {
    "sqlite": ["CREATE VIRTUAL TABLE {0} USING fts5(terms, tokenize = 'ascii', detail = none, columnsize = 0)"],
    # No foreign key: it would forbid the TRUNCATE by which Django empties tables.
    "postgresql": [
        "CREATE TABLE {0} (rowid bigint PRIMARY KEY, terms tsvector NOT NULL)",
        "CREATE INDEX {0}_terms ON {0} USING gin (terms)",
    ],
}
_ROW = {"sqlite": "(%s, %s)", "postgresql": "(%s, array_to_tsvector(string_to_array(%s, ' ')))"}
#: Rows that one statement writes or forgets; older SQLite takes 999 parameters.
AT_ONCE = 400


def _index_of(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_fts"


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def ids_matching(model: type[models.Model], alternatives: Sequence[Alternative], using: str) -> RawSQL:
    """A subquery of the ids of rows that match any of the alternatives; there must be one."""
    table = _index_of(model)
    # A term has no quote in it: `search.terms` lets letters, digits and its own mark through, and nothing else.
    if connections[using].vendor == "postgresql":
        wanted = " | ".join("(" + " & ".join(f"'{term}'" for term in one.terms) + ")" for one in alternatives)
        return RawSQL(f"SELECT rowid FROM {table} WHERE terms @@ %s::tsquery", [wanted])  # noqa: S611, S608
    wanted = " OR ".join("(" + " AND ".join(f'"{term}"' for term in one.terms) + ")" for one in alternatives)
    return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [wanted])  # noqa: S611, S608


def write(model: type[models.Model], terms_by_id: Mapping[int, Iterable[str]], using: str) -> None:
    """Hold these terms for these rows, in place of what was held."""
    forget(model, list(terms_by_id), using)
    row = _ROW[connections[using].vendor]
    with connections[using].cursor() as cursor:
        # Not `executemany`: the toolbar of `make dev` cannot show it on SQLite, and fails.
        for some in _batches(list(terms_by_id.items())):
            values = [value for pk, terms in some for value in (pk, " ".join(terms))]
            rows = ", ".join([row] * len(some))
            cursor.execute(f"INSERT INTO {_index_of(model)} (rowid, terms) VALUES {rows}", values)  # noqa: S608


def forget(model: type[models.Model], ids: Sequence[int], using: str) -> None:
    """Hold nothing for these rows any more."""
    with connections[using].cursor() as cursor:
        for some in _batches(ids):
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM {_index_of(model)} WHERE rowid IN ({marks})", list(some))  # noqa: S608


def install(using: str = "default", **_: Any) -> None:
    """Create what is missing; run after every `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in INDEXED:
            if model._meta.db_table in tables and _index_of(model) not in tables:
                for statement in _CREATE[connection.vendor]:
                    cursor.execute(statement.format(_index_of(model)))
