"""Sections of the catalogue on the home page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from marketplace.core.additions import panels

from .models import ApprovalStage, ServiceItem

#: How many services of a stage the home page names.
NAMED = 5


@dataclass(frozen=True)
class StageColumn:
    """A stage of the approval with the services that it needs."""

    code: str
    name: str
    items: list[ServiceItem]
    count: int

    @property
    def is_apart(self) -> bool:
        """The running of a business is no stage of a project."""
        return self.code == ApprovalStage.BUSINESS


def stage_columns() -> list[StageColumn]:
    items = list(ServiceItem.objects.open().only("code", "name_zh", "name_en", "approval_stage"))
    columns = []
    for stage in ApprovalStage:
        needed = [item for item in items if item.approval_stage == stage]
        columns.append(StageColumn(stage.value, str(stage.label), needed[:NAMED], len(needed)))
    return columns


@panels.on("home.main", order=10)
def services_by_stage(request: HttpRequest, page: Any) -> tuple[str, dict[str, Any]] | None:
    """The services, by the stage of the approval that needs them."""
    columns = stage_columns()
    total = sum(column.count for column in columns)
    return ("catalogue/partials/home_stages.html", {"columns": columns, "total": total}) if total else None
