"""
The index over a column of terms, in each database's own way, with the same outcome to the row.

SQLite has an FTS5 table beside it whose tokenizer parts at spaces only (`ascii`: every other character here is
a token's); PostgreSQL has a GIN index over the column as an array. Both hold whole terms, and a row matches an
alternative when it holds all of its terms. Neither is a model, so `migrate` installs them afterwards each time:
a remade table, or migrations squashed into one, cannot lose them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models
from django.db.models.expressions import RawSQL

from search.models import ConsoleEntry, SearchEntry
from search.query import Alternative

INDEXED: tuple[type[models.Model], ...] = (SearchEntry, ConsoleEntry)


def enclose(terms: Iterable[str]) -> str:
    """Terms as they are stored: " 环 境 环境 "."""
    return f" {' '.join(terms)} "


def ids_matching(model: type[models.Model], alternatives: Sequence[Alternative], using: str) -> RawSQL:
    """A subquery of the ids of rows that match any of the alternatives; there must be one."""
    table = model._meta.db_table
    if connections[using].vendor == "postgresql":
        condition = " OR ".join(["string_to_array(terms, ' ') @> %s"] * len(alternatives))
        # The table's name is the model's own; what people typed goes in as parameters.
        return RawSQL(f"SELECT id FROM {table} WHERE {condition}", [list(one.terms) for one in alternatives])  # noqa: S611, S608
    expression = " OR ".join("(" + " AND ".join(f'"{term}"' for term in one.terms) + ")" for one in alternatives)
    return RawSQL(f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s", [expression])  # noqa: S611, S608


def rows_written(model: type[models.Model], ids: Sequence[int], using: str) -> None:
    """Bring the index up to date with rows just written; PostgreSQL does so by itself."""
    if connections[using].vendor != "sqlite":
        return
    table = model._meta.db_table
    with connections[using].cursor() as cursor:
        for start in range(0, len(ids), 500):
            some = list(ids[start : start + 500])
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM {table}_fts WHERE rowid IN ({marks})", some)  # noqa: S608
            cursor.execute(
                f"INSERT INTO {table}_fts (rowid, terms) SELECT id, terms FROM {table} WHERE id IN ({marks})",  # noqa: S608
                some,
            )


def rows_deleted(model: type[models.Model], ids: Sequence[int], using: str) -> None:
    """Forget rows that are gone."""
    rows_written(model, ids, using)


def install(using: str = "default", **_: Any) -> None:
    """Create what is missing, and fill it from the rows; run after every `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in INDEXED:
            table = model._meta.db_table
            if table not in tables:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_terms ON {table} USING gin (string_to_array(terms, ' '))"
                )
            elif f"{table}_fts" not in tables:
                cursor.execute(
                    f"CREATE VIRTUAL TABLE {table}_fts USING fts5"
                    "(terms, tokenize = 'ascii', detail = none, columnsize = 0)"
                )
                cursor.execute(f"INSERT INTO {table}_fts (rowid, terms) SELECT id, terms FROM {table}")  # noqa: S608
