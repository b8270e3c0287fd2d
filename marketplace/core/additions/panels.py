"""Sections that higher apps add to a lower app's page, so that nobody imports upward."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Panel = Callable[[HttpRequest, Any], tuple[str, dict[str, Any]] | None]
_panels: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def on(page: str, *, order: int) -> Callable[[Panel], Panel]:
    """Register a section of a page: a function of (request, object) to template and context, or None."""

    def register(function: Panel) -> Panel:
        _panels[page].append((order, function))
        _panels[page].sort(key=lambda entry: entry[0])
        return function

    return register


def panels_of(page: str, request: HttpRequest, obj: Any) -> list[tuple[str, dict[str, Any]]]:
    """The sections of a page, in order."""
    return [section for _, function in _panels[page] if (section := function(request, obj)) is not None]
