"""The catalogue from the data files: what is missing is created, what operators keep since then is left alone."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction

from marketplace.accounts.models import District, Organisation

from .models import (
    ApprovalMatter,
    ApprovalStage,
    Category,
    FeeSchedule,
    LegalBasis,
    QualificationType,
    Regulation,
    ServiceItem,
)

CATEGORIES = {
    "发展改革": Category.DEVELOPMENT,
    "自然资源": Category.NATURAL_RESOURCES,
    "生态环境": Category.ENVIRONMENT,
    "水利": Category.WATER,
    "住房城乡建设": Category.CONSTRUCTION,
    "人民防空": Category.CIVIL_DEFENCE,
    "气象": Category.METEOROLOGY,
    "地震": Category.SEISMOLOGY,
    "应急管理": Category.EMERGENCY,
    "卫生健康": Category.HEALTH,
    "交通运输": Category.TRANSPORT,
    "文物": Category.HERITAGE,
    "财政税务": Category.FINANCE,
}
STAGES = {
    "立项用地规划许可": ApprovalStage.PLANNING,
    "工程建设许可": ApprovalStage.DESIGN,
    "施工许可": ApprovalStage.CONSTRUCTION,
    "竣工验收": ApprovalStage.ACCEPTANCE,
    "企业经营": ApprovalStage.BUSINESS,
}
SCHEDULE_STATUS = {
    "in force": FeeSchedule.Status.IN_FORCE,
    "repealed, kept as a reference price": FeeSchedule.Status.REPEALED,
    "reference price; present status not checked": FeeSchedule.Status.UNVERIFIED,
}
#: Which document ended another, where its row's note says so.
REPEALED_BY = re.compile(r"Repealed by (\S+?);")


class CatalogueLoader:
    """One run over a folder of data files; `created` counts the rows that were missing."""

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self.folder = folder
        self.overwrite = overwrite
        self.created: Counter[str] = Counter()
        self.texts: dict[str, Any] = json.loads((folder / "catalogue_texts.json").read_text("utf-8"))

    @transaction.atomic
    def load(self) -> Counter[str]:
        """Load everything, in the order that it refers to itself; running again changes nothing."""
        self._districts()
        self._regulations()
        self._fee_schedules()
        self._items()
        self._legal_basis()
        return self.created

    def _put(self, model: type[models.Model], key: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        if self.overwrite:
            row, is_new = model._default_manager.update_or_create(defaults=values, **key)
        else:
            row, is_new = model._default_manager.get_or_create(defaults=values, **key)
        self.created[model._meta.model_name or ""] += is_new
        return row

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def _districts(self) -> None:
        for row in self._rows("districts.csv"):
            values = {"name_zh": row["name_zh"], "name_en": row["name_en"], "parent_id": row["parent"] or None}
            self._put(District, {"code": row["code"]}, values)

    def _regulations(self) -> None:
        rows = list(self._rows("regulations.csv"))
        # Those that others were replaced or repealed by come first.
        ends = [row["replaced_by"] or _repealed_by(row["note"]) for row in rows]
        rows.sort(key=lambda row: row["document_no"] not in ends)
        for row in rows:
            known = self.texts["regulations"].get(row["document_no"], {})
            year, whole = row["issued_on"][:4], len(row["issued_on"]) == 10
            ended_by = _repealed_by(row["note"]) or row["replaced_by"]
            values = {
                "title_zh": row["title_zh"],
                "title_en": known.get("en", ""),
                "issuer": row["issuer"],
                "issuer_en": self.texts["issuers"].get(row["issuer"], ""),
                "issued_on": date.fromisoformat(row["issued_on"]) if whole else None,
                "issued_year": int(year) if year else None,
                "effective_on": _date(row["effective_on"]),
                "status": row["status"],
                "level": row["level"],
                "topic": row["topic"],
                "topic_en": self.texts["topics"].get(row["topic"], ""),
                "note_zh": known.get("note_zh", ""),
                "note_en": row["note"],
                "replaced_by": Regulation.objects.filter(document_no=row["replaced_by"]).first(),
                "repealed_on": _date(row["repealed_on"]),
                "repealed_by": Regulation.objects.filter(document_no=ended_by).first() if ended_by else None,
            }
            self._put(Regulation, {"document_no": row["document_no"]}, values)

    def _fee_schedules(self) -> None:
        source = json.loads((self.folder / "fee_schedules.json").read_text("utf-8"))
        for definition in source["schedules"]:
            base = self.texts["bases"].get(definition["base"], {"zh": definition["base"], "en": definition["base"]})
            values = {
                "title_zh": definition["title"],
                "title_en": definition["title_en"],
                "document_no": definition["document_no"],
                "regulation": Regulation.objects.filter(document_no=definition["document_no"]).first(),
                "issuer": definition["issuer"],
                "effective_from": date.fromisoformat(definition["effective_from"]),
                "effective_to": _date(definition.get("effective_to")),
                "status": SCHEDULE_STATUS[definition["status"]],
                "base_name_zh": base["zh"],
                "base_name_en": base["en"],
                "definition": definition,
            }
            schedule = self._put(FeeSchedule, {"code": definition["code"]}, values)
            schedule.full_clean(validate_unique=False)

    def _items(self) -> None:
        for row in self._rows("service_items.csv"):
            purpose = self.texts["purposes"].get(row["code"], {})
            values = {
                "category": CATEGORIES[row["category"]],
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "purpose_zh": purpose.get("zh", ""),
                "purpose_en": purpose.get("en", ""),
                "matter": self._matter(row),
                "approval_stage": STAGES[row["approval_stage"]],
                "authority": self._authority(row["authority_zh"]),
                "qualification_type": self._qualification(row["qualification_zh"]),
                "pricing": row["pricing"],
                "fee_schedule": FeeSchedule.objects.filter(code=row["fee_schedule"]).first(),
                "fee_variant": row["fee_variant"],
                "paid_by": row["paid_by"],
                "deliverable_zh": row["deliverable_zh"],
                "deliverable_en": self.texts["deliverables"].get(row["deliverable_zh"], ""),
                "standard_days": int(row["working_days"]) if row["working_days"] else None,
                "tender_class": row["tender_class"],
            }
            self._put(ServiceItem, {"code": row["code"]}, values).full_clean(validate_unique=False)

    def _matter(self, row: Mapping[str, str]) -> ApprovalMatter:
        return self._put(ApprovalMatter, {"name_zh": row["approval_matter_zh"]}, {"name_en": row["approval_matter_en"]})

    def _authority(self, name: str) -> Organisation:
        key = {"kind": Organisation.Kind.AUTHORITY, "name_zh": name}
        return self._put(Organisation, key, {"name_en": self.texts["authorities"].get(name, "")})

    def _qualification(self, name: str) -> QualificationType | None:
        if not name:
            return None
        return self._put(QualificationType, {"name_zh": name}, {"name_en": self.texts["qualifications"].get(name, "")})

    def _legal_basis(self) -> None:
        regulations = {regulation.document_no: regulation for regulation in Regulation.objects.all()}
        items = list(ServiceItem.objects.select_related("fee_schedule"))
        for position, line in enumerate(self.texts["legal_basis"]):
            values = {"relation_zh": line["zh"], "relation_en": line["en"], "position": position}
            for item in items:
                if _governs(line["items"], item):
                    self._put(LegalBasis, {"item": item, "regulation": regulations[line["regulation"]]}, values)


def _governs(which: Mapping[str, Any], item: ServiceItem) -> bool:
    [(field, wanted)] = which.items()
    value = (item.fee_schedule and item.fee_schedule.code) if field == "fee_schedule" else getattr(item, field)
    return value in (wanted if isinstance(wanted, list) else [wanted])


def _repealed_by(note: str) -> str:
    found = REPEALED_BY.match(note)
    return found[1] if found else ""


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
