"""The house itself: where things stand, and that what is said once is said once."""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOUSES = ("marketplace", "credit", "cms", "search")
#: Fields that hold a state, and the last part of the look-ups that ask for one.
STATES = frozenset({"status", "state", "fate", "outcome"})
#: Wings of pure functions, which ask neither database nor clock, and what they may import besides the standard library,
#: words and each other.
PURE = {
    "marketplace/tendering/rules": {
        "credit.rating",
        "marketplace.accounts.particulars.FirmFacts",
        "marketplace.core.calendar.WorkingDays",
        "marketplace.core.calendar.end_of_day",
        "marketplace.core.calendar.months_after",
        "marketplace.core.clock.SHANGHAI",
        "marketplace.core.clock.date_of",
        "marketplace.core.clock.written",
        "marketplace.core.failures",
        "marketplace.core.heartbeats.Gap",
        "marketplace.core.heartbeats.gaps",
        "marketplace.core.money",
        "marketplace.core.typed",
        "marketplace.tendering.choices",
        "marketplace.tendering.policy",
        "marketplace.tendering.selection",
        "marketplace.tendering.states",
    },
    "marketplace/tendering/selection": {"rfc8785"},
    "marketplace/registry/rules": {"django.core.exceptions", "marketplace.core.typed"},
    "marketplace/contracting/rules": {
        "marketplace.contracting.choices",
        "marketplace.core.failures",
        "marketplace.core.money",
    },
    "marketplace/catalogue/fees": {
        "django.utils.text",
        "marketplace.core.failures",
        "marketplace.core.money",
        "marketplace.core.typed",
    },
    "credit/rating": set(),
}
WORDS = ("django.utils.translation", "django.utils.functional")
#: Calls by which a module asks for the instant, the version in force, or rows.
ASKS = frozenset({"now", "today", "database_now", "current", "exists", "select_related", "values_list"})


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


def imported(path: Path) -> Iterator[str]:
    """What a module imports, each name with its module."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_within(name: str, allowed: Iterable[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def circles() -> Iterator[list[str]]:
    """A circle of modules that import each other, in whatever function they do it; none where there is none."""
    paths = {module_of(path): path for path in modules()}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for module, path in paths.items():
        found = {name if name in paths else name.rpartition(".")[0] for name in imported(path)}
        sorter.add(module, *(found & paths.keys() - {module}))
    try:
        sorter.prepare()
    except CycleError as error:
        yield error.args[1]


class TestDirection:
    def test_no_modules_import_each_other_in_a_circle(self):
        assert list(circles()) == []


class TestPureWings:
    @pytest.mark.parametrize("wing", PURE)
    def test_import_nothing_that_asks_database_or_clock(self, wing):
        allowed = {wing.replace("/", "."), *WORDS, *PURE[wing], *sys.stdlib_module_names}

        found = [
            f"{path.name}: {name}"
            for path in sorted((ROOT / wing).glob("*.py"))
            for name in imported(path)
            if not is_within(name, allowed)
        ]

        assert found == []

    @pytest.mark.parametrize("wing", PURE)
    def test_ask_for_neither_rows_nor_the_instant(self, wing):
        found = [
            f"{path.name}:{node.lineno} {node.func.attr}"
            for path in sorted((ROOT / wing).glob("*.py"))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS
        ]

        assert found == []


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
