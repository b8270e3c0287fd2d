"""Columns that hold the key of others, so that the database compares, locks and keeps unique by it."""

import sys
from typing import Any

from django.db import models

from .typed.comparing import folded


class KeyField(models.CharField):
    """
    The key of other columns of the row, written whenever the row is saved (RULES, Comparing).

    A save that names its fields has to name this one beside what it is the key of; `update()` does not write it.

    :param of: names of the columns; several make one key
    :param person: whether a dot within a name makes no difference
    """

    def __init__(self, *of: str, person: bool = False, **kwargs: Any) -> None:
        self.of, self.person = of, person
        # Compatibility forms may be several characters in their plain form.
        super().__init__(**{"max_length": 255, "editable": False, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        return name, path, self.of, {**kwargs, **({"person": True} if self.person else {})}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = self.key_for(*(getattr(model_instance, name) for name in self.of))
        setattr(model_instance, self.attname, key)
        return key

    def key_for(self, *texts: str) -> str:
        """The key of a row with these texts."""
        # No space is left in a part, so that one parts them.
        return " ".join(folded(text, person=self.person) for text in texts)


def fill(model: type[models.Model], name: str, unique_with: tuple[str, ...] | None = None, **where: Any) -> None:
    """
    Write the keys of rows that had none, in a migration.

    :param unique_with: the columns within which a key may stand once; a later row whose key stands already gets one of
        its own, from its number, and is printed: two things were recorded that are one
    """
    field: Any = model._meta.get_field(name)
    seen: set[tuple[Any, ...]] = set()
    for row in model._default_manager.filter(**where).order_by("pk").iterator():
        key = field.key_for(*(getattr(row, each) for each in field.of))
        place = (*(getattr(row, each) for each in unique_with or ()), key)
        if unique_with is not None and place in seen:
            sys.stderr.write(f"{model._meta.label} {row.pk} has the {name} of another row: {key}\n")
            key = f"{key} {row.pk}"
        seen.add(place)
        model._default_manager.filter(pk=row.pk).update(**{name: key})
