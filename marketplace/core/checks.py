"""What `manage.py check --database default` holds against the database."""

from typing import Any

from django.core.checks import Error, Tags, register

from . import appendonly


@register(Tags.database)
def append_only_tables_refuse_changes(*, databases: Any = None, **_: Any) -> list[Error]:
    """Every table of the list has its triggers."""
    from django.db import connections

    errors = []
    for using in databases or []:
        tables = set(connections[using].introspection.table_names())
        wanted = {
            name for name in appendonly.trigger_names(connections[using].vendor) if name.split("_refuse_")[0] in tables
        }
        for name in sorted(wanted - appendonly.installed_triggers(using)):
            errors.append(Error(f"the trigger {name} is missing", hint="run manage.py migrate", id="core.E001"))
    return errors
