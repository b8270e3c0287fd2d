"""
Tables that only grow: the database itself refuses to change or delete their rows.

Triggers refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL). SQLite drops triggers silently when a migration
remakes a table, so they are installed after every migrate, and a system check compares them with the list.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

M = TypeVar("M", bound=type[models.Model])

_registered: list[type[models.Model]] = []
_OPERATIONS = ("UPDATE", "DELETE")


def register(model: M) -> M:
    """Class decorator: rows of this model are never updated or deleted."""
    _registered.append(model)
    return model


def trigger_names(vendor: str) -> set[str]:
    """The names of all triggers that must be there."""
    operations = (*_OPERATIONS, "TRUNCATE") if vendor == "postgresql" else _OPERATIONS
    return {f"{model._meta.db_table}_refuse_{operation.lower()}" for model in _registered for operation in operations}


def installed_triggers(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names of the triggers that are there."""
    connection = connections[using]
    sql = (
        "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%_refuse_%%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_refuse_%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall()}


def install(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Install the triggers of every registered table that exists; safe to run again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    present = installed_triggers(using)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
            )
        for model in _registered:
            table = model._meta.db_table
            if table not in tables:
                continue
            for name in sorted(trigger_names(connection.vendor) - present):
                if not name.startswith(f"{table}_refuse_"):
                    continue
                operation = name.removeprefix(f"{table}_refuse_").upper()
                if connection.vendor == "postgresql":
                    level = "STATEMENT" if operation == "TRUNCATE" else "ROW"
                    cursor.execute(
                        f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" '
                        f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
                    )
                else:
                    cursor.execute(
                        f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" '
                        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                    )


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the triggers, for tests that empty the tables; they come back at the end."""
    connection = connections[using]
    present = installed_triggers(using)
    tables = {
        name: model._meta.db_table
        for model in _registered
        for name in present
        if name.startswith(f"{model._meta.db_table}_refuse_")
    }
    with connection.cursor() as cursor:
        for name, table in tables.items():
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    try:
        yield
    finally:
        install(using)
