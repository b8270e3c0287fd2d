"""Where the market's search lives: one interface, chosen by the setting `SEARCH_BACKEND`."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from .interface import Document, Hit, Results, SearchBackend

__all__ = ["Document", "Hit", "Results", "SearchBackend", "get_backend"]

DEFAULT = "search.backends.database.DatabaseBackend"


def get_backend() -> SearchBackend:
    return _backend(getattr(settings, "SEARCH_BACKEND", DEFAULT))


@cache
def _backend(path: str) -> SearchBackend:
    backend: SearchBackend = import_string(path)()
    return backend
