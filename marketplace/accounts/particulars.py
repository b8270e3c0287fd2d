"""Who stood behind firms at an instant, read for many at once: what relations are judged on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .models import Organisation, ParticularsRecord


@dataclass(frozen=True)
class HolderFacts:
    """Who holds 25 % or more; the code of a company, empty for a person."""

    name: str
    code: str
    share_percent: Decimal
    is_state: bool = False


@dataclass(frozen=True)
class FirmFacts:
    """What the record said of a firm."""

    uscc: str
    name: str
    legal_representative: str
    holders: tuple[HolderFacts, ...] = ()


def firm_facts_at(organisation_ids: Collection[int], at: datetime) -> dict[int, FirmFacts]:
    """By organisation, what was recorded by an instant; in three queries, however many they are."""
    organisations = Organisation.objects.filter(pk__in=organisation_ids).prefetch_related("holders")
    records: dict[int, ParticularsRecord] = {}
    for record in ParticularsRecord.objects.filter(organisation__in=organisation_ids).order_by("recorded_at", "pk"):
        if record.recorded_at <= at or record.organisation_id not in records:
            records[record.organisation_id] = record
    return {one.pk: _facts(one, records.get(one.pk)) for one in organisations}


def _facts(organisation: Organisation, record: ParticularsRecord | None) -> FirmFacts:
    if record is None:
        holders: list[dict[str, Any]] = [
            {"name": one.name, "code": one.code, "share_percent": one.share_percent, "is_state": one.is_state}
            for one in organisation.holders.all()
        ]
        name, representative = organisation.name_zh, organisation.legal_representative
    else:
        holders, name, representative = record.holders, record.name, record.legal_representative
    return FirmFacts(
        uscc=organisation.uscc or "",
        name=name,
        legal_representative=representative,
        holders=tuple(
            HolderFacts(one["name"], one["code"], Decimal(one["share_percent"]), one["is_state"]) for one in holders
        ),
    )
