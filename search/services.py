"""Keeping the index in step with what is public."""

from collections.abc import Callable, Collection, Iterator
from itertools import islice

from .backends import Document, get_backend
from .documents import CHUNK, SOURCES
from .models import Kind

Progress = Callable[[Kind, int, int], None]


def refresh(kind: Kind, keys: Collection[str]) -> None:
    """Index these anew; those no longer public are forgotten. Safe to run twice and late."""
    documents = list(SOURCES[kind].documents(keys))
    backend = get_backend()
    backend.index(documents)
    backend.delete(kind, sorted(set(keys) - {document.key for document in documents}))


def rebuild(progress: Progress = lambda kind, done, total: None) -> dict[Kind, int]:
    """Index everything anew while the old index keeps answering; returns how many of each kind."""
    return {kind: _rebuild(kind, progress) for kind in SOURCES}


def _rebuild(kind: Kind, progress: Progress) -> int:
    backend, source = get_backend(), SOURCES[kind]
    total, done = source.count(), 0
    seen: set[str] = set()
    for chunk in _chunks(source.documents()):
        backend.index(chunk)
        seen.update(document.key for document in chunk)
        done += len(chunk)
        progress(kind, done, total)
    backend.delete(kind, sorted(backend.keys(kind) - seen))
    return done


def _chunks(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while chunk := list(islice(documents, CHUNK)):
        yield chunk
