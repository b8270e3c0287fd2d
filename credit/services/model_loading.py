import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from credit.models import CreditModel, CreditRule
from credit.rating import RatingModel
from marketplace.core import clock
from marketplace.core.failures import DomainError

#: The data file gives no day. The first version rates the days before it as well.
FIRST_DAY = date(2026, 1, 1)


class ModelVersionChanged(DomainError):
    """A published version of the model with another content; a change needs a new version."""

    code = "model-version-changed"


@transaction.atomic
def load_credit_model(*, folder: Path | None = None, effective_on: date = FIRST_DAY) -> tuple[CreditModel, int]:
    """
    Load the model version and the rules of the data files; again changes nothing. Returns the model and the rule count.

    :raises ModelVersionChanged: if the version is there with another definition
    """
    folder = folder or settings.FIXTURES
    definition = json.loads((folder / "credit_model.json").read_text(encoding="utf-8"))
    model = _load_version(definition, effective_on)
    english = _evidence_in_english(folder / "credit_evidence_en.csv")
    with (folder / "credit_rules.csv").open(encoding="utf-8", newline="") as lines:
        rules = [_rule(row, english) for row in csv.DictReader(lines)]
    CreditRule.objects.bulk_create(
        rules,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[field.name for field in CreditRule._meta.concrete_fields if field.name not in ("id", "code")],
    )
    return model, len(rules)


def _load_version(definition: dict[str, Any], effective_on: date) -> CreditModel:
    version = RatingModel.from_definition(definition).version
    model, _created = CreditModel.objects.get_or_create(
        version=version,
        defaults={"definition": definition, "effective_on": effective_on, "published_at": clock.now()},
    )
    if model.definition != definition:
        raise ModelVersionChanged(f"{version} is published with another definition; give the change a new version.")
    return model


def _rule(row: dict[str, str], english: dict[str, str]) -> CreditRule:
    return CreditRule(
        code=row["code"],
        category=row["category"],
        direction=row["direction"],
        points=int(row["points"]),
        severity=row["severity"],
        validity_months=int(row["validity_months"]),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        evidence_zh=row["evidence_zh"],
        evidence_en=english.get(row["code"], ""),
    )


def _evidence_in_english(path: Path) -> dict[str, str]:
    """The published rules name the evidence in Chinese only; our English is kept beside them."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["evidence_en"] for row in csv.DictReader(lines)}
