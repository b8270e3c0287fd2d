"""Tables of expected answers: a row a state, a column a role, so that one failure names one cell."""

from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from marketplace.core import clock
from tests.conftest import MONDAY_MORNING


def rows_of(table: str) -> dict[str, list[str]]:
    """By the first word of each line, the others; the first line names the columns."""
    lines = [line.split() for line in table.strip().splitlines()]
    return {first: rest for first, *rest in lines[1:]}


def cells(table: str) -> Any:
    """Parametrises a test by `row`, `column` and `expected`."""
    columns = table.split("\n", 2)[1].split()
    return pytest.mark.parametrize(
        ("row", "column", "expected"),
        [
            pytest.param(row, column, value, id=f"{row}-{column}")
            for row, values in rows_of(table).items()
            for column, value in zip(columns, values, strict=True)
        ],
    )


def lines(table: str) -> Any:
    """Parametrises a test by `row` and `expected`, a list."""
    return pytest.mark.parametrize(
        ("row", "expected"), [pytest.param(row, values, id=row) for row, values in rows_of(table).items()]
    )


def once(make: Callable[[], Any]) -> Any:
    """A fixture of a module: a world made once, which no cell may change, on a Monday morning."""

    @pytest.fixture(scope="module")
    def world(django_db_setup, django_db_blocker):
        with django_db_blocker.unblock(), clock.at(MONDAY_MORNING), transaction.atomic():
            yield make()
            transaction.set_rollback(True)

    return world


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def letters(**told: bool) -> str:
    """The letters of what holds, a dot for what does not; each letter is a keyword, in their order."""
    return "".join(letter if holds else "·" for letter, holds in told.items())


def may_be(row: Any, **values: Any) -> bool:
    """Whether the rules of the row's own table let it have some values; the row itself keeps its own."""
    other = copy(row)
    for name, value in values.items():
        setattr(other, name, value)
    try:
        other.validate_constraints()
    except ValidationError:
        return False
    return True
