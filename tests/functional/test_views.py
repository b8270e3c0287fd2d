"""Views are thin: the form operation alone shows a refusal, and no view looks for a button's name in what was sent."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: The one place that catches a refusal of the rules.
OPERATION = "marketplace/core/web/operation.py"


def views() -> Iterator[tuple[str, ast.Module]]:
    """Every module that answers pages, by its path."""
    for house in ("marketplace", "credit", "cms", "search"):
        for path in sorted((ROOT / house).rglob("*.py")):
            if "views" in path.parts or "web" in path.parts or path.name in ("views.py", "console.py"):
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def catches_refusals(tree: ast.AST) -> bool:
    caught = (node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is not None)
    return any("DomainError" in ast.unparse(each) for each in caught)


def looks_for_buttons(tree: ast.AST) -> bool:
    compared = (node for node in ast.walk(tree) if isinstance(node, ast.Compare))
    return any(
        isinstance(operator, ast.In | ast.NotIn) and ast.unparse(held).endswith("request.POST")
        for node in compared
        for operator, held in zip(node.ops, node.comparators, strict=True)
    )


def test_the_form_operation_alone_catches_a_refusal():
    catching = {path for path, tree in views() if catches_refusals(tree)}

    assert catching == {OPERATION}


def test_no_view_decides_by_the_name_of_a_button():
    deciding = {path for path, tree in views() if looks_for_buttons(tree)}

    assert deciding == set()


def test_both_searches_find_what_they_look_for():
    found = ast.parse("try:\n    pass\nexcept (ValueError, DomainError):\n    'publish' not in self.request.POST")

    assert catches_refusals(found)
    assert looks_for_buttons(found)
