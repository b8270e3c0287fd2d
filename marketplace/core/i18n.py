"""Data held in two languages: `name_zh` and `name_en` fields read as `name`."""

from typing import Any

from django.utils.translation import get_language


class localized:
    """A property that reads `<field>_en` where the page is English and it is filled, else `<field>_zh`."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        chinese = getattr(instance, f"{self.field}_zh")
        if (get_language() or "").startswith("en"):
            return getattr(instance, f"{self.field}_en") or chinese
        return chinese
