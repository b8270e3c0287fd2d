"""Numbers of matters: MX-2026-0001, without gaps within a committed series."""

from django.db import transaction

from . import clock
from .models import NumberSequence


def next_number(prefix: str) -> str:
    """The next number of a prefix in the present year (Asia/Shanghai); the series' row is locked until commit."""
    series = f"{prefix}-{clock.today().year}"
    return f"{series}-{next_in(series):04d}"


@transaction.atomic
def next_in(series: str) -> int:
    """The next number of a series that no year ends; its row is locked until commit."""
    NumberSequence.objects.get_or_create(series=series)
    row = NumberSequence.objects.select_for_update().get(series=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
