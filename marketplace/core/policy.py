"""
Versions of the market's (policy) numbers: each app declares its own, this module keeps which value holds when.

A matter keeps the name of the version under which it began; a version names only what it changes.
"""

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Self

from . import clock
from .models import MarketPolicy

#: What the declared defaults are called, as long as no version is in force.
FIRST = "2026.1"

_declared: dict[str, type["Numbers"]] = {}


@dataclass(frozen=True)
class Numbers:
    """What an app declares, with defaults; "days" are working days, money is CNY."""

    version: str = FIRST

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in cls.__annotations__:
            # A version's row names a number without its app.
            if name in _declared:
                raise ValueError(f"{_declared[name].__name__} declares {name} already")
            _declared[name] = cls

    @classmethod
    def current(cls) -> Self:
        """The version in force today."""
        row = MarketPolicy.objects.filter(effective_on__lte=clock.today()).order_by("-effective_on").first()
        return cls._from_row(row) if row else cls()

    @classmethod
    def of(cls, version: str) -> Self:
        """
        A version by its name, as a matter keeps it.

        :raises MarketPolicy.DoesNotExist: if there is none of that name
        """
        row = MarketPolicy.objects.filter(version=version).first()
        if row is None and version == FIRST:
            return cls()
        return cls._from_row(row or MarketPolicy.objects.get(version=version))

    @classmethod
    def _from_row(cls, row: MarketPolicy) -> Self:
        known = {field.name: field.type for field in fields(cls)}
        values: dict[str, Any] = {
            name: Decimal(value) if known[name] is Decimal else value
            for name, value in row.values.items()
            if name in known
        }
        return replace(cls(), **values, version=row.version)
