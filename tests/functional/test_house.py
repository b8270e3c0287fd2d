"""The house itself: where things stand, and that what is said once is said once."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOUSES = ("marketplace", "credit", "cms", "search")
#: Fields that hold a state, and the last part of the look-ups that ask for one.
STATES = frozenset({"status", "state", "fate", "outcome"})


def modules() -> list[Path]:
    """Every module of the project but the migrations, which are history, and the demo world, which makes up rows."""
    found = [path for house in HOUSES for path in sorted((ROOT / house).rglob("*.py"))]
    return [path for path in found if not {"migrations", "demo"} & set(path.parts)]


def typed_states(tree: ast.AST) -> Iterator[int]:
    """The lines on which a state is compared with, or looked up by, a typed word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _is_state(node.left) and any(map(_has_text, node.comparators)):
            yield node.lineno
        if isinstance(node, ast.keyword) and _asks_for_state(node.arg or "") and _has_text(node.value):
            yield node.value.lineno


def _is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in STATES


def _asks_for_state(name: str) -> bool:
    return name.removesuffix("__in").rpartition("__")[2] in STATES


def _has_text(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value for part in parts)


class TestShelves:
    def test_none_holds_more_than_25_modules(self):
        shelves = Counter(path.parent.relative_to(ROOT) for path in modules() if path.name != "__init__.py")

        assert {str(shelf): number for shelf, number in shelves.items() if number > 25} == {}


class TestStates:
    def test_are_nowhere_typed_as_words(self):
        found = [
            f"{path.relative_to(ROOT)}:{line}"
            for path in modules()
            for line in typed_states(ast.parse(path.read_text(encoding="utf-8")))
        ]

        assert found == []

    @pytest.mark.parametrize(
        "line",
        [
            'rows.filter(status="published")',
            'rows.exclude(work_request__awards__state__in=("publicity", "stopped"))',
            'row.fate in ("counted", "set_aside")',
            'each.outcome == "pending"',
        ],
    )
    def test_that_are_typed_are_found(self, line):
        assert list(typed_states(ast.parse(line))) == [1]
