"""The table of faults names tests that are there."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = (ROOT / "docs" / "operations" / "faults.md").read_text()
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| Fault ")]
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", TABLE)))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_is_there(name):
    path, *inside = name.split("::")
    body = ast.parse((ROOT / path).read_text()).body
    for each in inside:
        (found,) = (node for node in body if getattr(node, "name", None) == each)
        body = found.body


def test_every_line_names_a_test_or_a_check():
    assert [row for row in ROWS if not re.search(r"`(tests/|make )", row.split(" | ")[1])] == []
