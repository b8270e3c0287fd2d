"""A database of the benchmarks' own on the server that DATABASE_URL names."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def own_database(url: str) -> str:
    """The address of the same server's database with `_bench` at the end of its name; made if missing."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    name = name if name.endswith("_bench") else f"{name}_bench"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(parts._replace(path=f"/{name}"))
