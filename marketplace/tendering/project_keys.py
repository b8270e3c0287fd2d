"""By what requests are told to be of one project."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from marketplace.core.keys import KeyField
from marketplace.core.typed.comparing import folded, visible
from marketplace.core.typed.identifiers import normalise_project_code


class HasProjectForm(models.Func):
    """Whether a column has the length and hyphens of a project's national code; its digits are checked when read."""

    template = "(%(expressions)s LIKE '____-______-__-__-______')"
    output_field = models.BooleanField()
    conditional = True


class ProjectKeyField(KeyField):
    """
    By what requests are told to be of one project, when they are summed, locked or kept from being posted again.

    The code; for a project that has none, its owner and name; nothing where neither is said.
    """

    def __init__(self, *of: str, **kwargs: Any) -> None:
        super().__init__("project_code", "project_name", **kwargs)

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        return name, path, (), kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        row: Any = model_instance
        row.project_key = folded(row.project_code)
        if not row.project_key and row.no_code_reason:
            row.project_key = f"{row.owner_id} {folded(row.project_name)}"
        return row.project_key


def recorded(code: str) -> tuple[str, str]:
    """A code that was recorded in any form: the national form, or the reason (in Chinese) for having none."""
    try:
        return normalise_project_code(code), ""
    except ValidationError:
        return "", f"原填写为“{visible(code)}”，不是国家统一的 24 位项目代码"
