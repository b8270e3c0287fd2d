"""Every way to change one thing in a transcript: what verifiers must reject, or at least its signature."""

import copy
from collections.abc import Iterator
from typing import Any

#: Not bound by a hash, and nothing follows from them but words (RULES, Transcript).
UNBOUND = frozenset({"opened_at", "working", "marks", "decided_by", "code_version"})


def changed_in_bound(transcript: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where and the transcript, changed there, for every key that RULES calls bound, nested ones too."""
    for path, changed in _changes(transcript):
        if path[0] not in UNBOUND:
            yield "/".join(map(str, path)), changed


def changed_in_unbound(transcript: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, changed in _changes(transcript):
        if path[0] in UNBOUND:
            yield "/".join(map(str, path)), changed


def _changes(transcript: dict[str, Any]) -> Iterator[tuple[tuple, dict[str, Any]]]:
    for path, value in _walk(transcript):
        for other in _others(value):
            if other != value or type(other) is not type(value):
                yield path, _with(transcript, path, other)
        if isinstance(path[-1], str):
            yield path, _without(transcript, path)


def _walk(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _walk(one, (*path, key))
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield from _walk(one, (*path, place))


def _others(value: Any) -> Iterator[Any]:
    yield from (None, "x", 0, [], {}, [value])
    if isinstance(value, str):
        yield from (f"{value}0", value[1:], value.upper(), value.lower(), f" {value}")
        if value:
            yield ("1" if value[0] != "1" else "2") + value[1:]
    if type(value) is int:
        yield from (value + 1, value - 1, str(value), float(value) + 0.5, bool(value))
    if isinstance(value, list) and value:
        yield from (value[:-1], value[1:], [*value, value[-1]], value[::-1])
    if isinstance(value, dict):
        yield {**value, "more": 1}


def _with(transcript: dict[str, Any], path: tuple, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(transcript)
    _parent(changed, path)[path[-1]] = value
    return changed


def _without(transcript: dict[str, Any], path: tuple) -> dict[str, Any]:
    changed = copy.deepcopy(transcript)
    del _parent(changed, path)[path[-1]]
    return changed


def _parent(transcript: Any, path: tuple) -> Any:
    for key in path[:-1]:
        transcript = transcript[key]
    return transcript
