"""Fields of the API that read what is typed as the pages' fields do."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..typed import reading
from ..typed.amounts import YUAN


def text_of(value: object) -> str:
    """A JSON string or number as it was written: the shortest decimal form of a float is what was typed."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) and value == value else str(value)


class ReadField(serializers.Field):
    """A text that a reader takes; its refusal is the field's."""

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.read(text_of(data))
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.messages, code=refusal.code) from None

    def to_representation(self, value: Any) -> Any:
        return str(value)


@extend_schema_field(OpenApiTypes.STR)
class AmountField(ReadField):
    """An amount in its unit: `1500.50`, `1,500.50`, `1.5万`; a string or a JSON number."""

    def __init__(self, *, unit: str = YUAN, decimals: int = 2, **kwargs: Any) -> None:
        self.unit, self.decimals = unit, decimals
        super().__init__(**kwargs)

    def read(self, text: str) -> Decimal:
        return reading.read_amount(text, unit=self.unit, decimals=self.decimals)
