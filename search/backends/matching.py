"""
The index of terms beside a table, in each database's own way, with the same outcome to the row.

SQLite has an FTS5 table whose tokenizer parts at spaces only (`ascii`: every other character here is a token's);
PostgreSQL has a table of text search vectors, made of the terms as they are, with a GIN index. Both hold whole
terms, and a row matches an alternative when it holds all of its terms. Neither is a model, so `migrate` installs
them afterwards each time: migrations squashed into one cannot lose them.
"""

from collections.abc import Iterable, Mapping, Sequence
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
_INSERT = {
    "sqlite": "INSERT INTO {0} (rowid, terms) VALUES (%s, %s)",
    "postgresql": "INSERT INTO {0} (rowid, terms) VALUES (%s, array_to_tsvector(string_to_array(%s, ' ')))",
}


def _index_of(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_fts"


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
    statement = _INSERT[connections[using].vendor].format(_index_of(model))
    with connections[using].cursor() as cursor:
        cursor.executemany(statement, [(pk, " ".join(terms)) for pk, terms in terms_by_id.items()])


def forget(model: type[models.Model], ids: Sequence[int], using: str) -> None:
    """Hold nothing for these rows any more."""
    with connections[using].cursor() as cursor:
        for start in range(0, len(ids), 500):
            some = list(ids[start : start + 500])
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM {_index_of(model)} WHERE rowid IN ({marks})", some)  # noqa: S608


def install(using: str = "default", **_: Any) -> None:
    """Create what is missing; run after every `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in INDEXED:
            if model._meta.db_table in tables and _index_of(model) not in tables:
                for statement in _CREATE[connection.vendor]:
                    cursor.execute(statement.format(_index_of(model)))
