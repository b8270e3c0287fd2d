"""
The catalogue from the data files, again and again: new rows are added and changed ones follow the files.

What people corrected in the console stays as they left it, column by column; a row that they dropped never comes back,
and one that a lawyer has reviewed is out of the files' reach. Every change leaves a line in the entry's trail.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction

from marketplace.accounts.models import District, Organisation
from marketplace.core import audit

from .models import (
    ApprovalMatter,
    ApprovalStage,
    Category,
    DroppedRow,
    FeeSchedule,
    FromFile,
    LegalBasis,
    QualificationType,
    Regulation,
    ServiceItem,
)
from .models.approved import ApprovedEntry, content_of
from .models.sources import STATE_FIELDS, facts_of

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
    "林业": Category.FORESTRY,
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
#: In force and repealed follow from the dates.
RECORDED_STATUS = {
    "effective": Regulation.Recorded.BY_DATES,
    "repealed": Regulation.Recorded.BY_DATES,
    "expired": Regulation.Recorded.EXPIRED,
    "reference": Regulation.Recorded.REFERENCE,
    "unverified": Regulation.Recorded.UNVERIFIED,
}
#: The columns of the services' file that name documents and articles, and in which respect.
BASES = {
    "legal_basis": LegalBasis.Role.REQUIRED,
    "self_made_basis": LegalBasis.Role.SELF_MADE,
    "paid_by_basis": LegalBasis.Role.PAYMENT,
}
#: Which document ended another, where its row's note says so.
REPEALED_BY = re.compile(r"Repealed by (\S+?)[; ]")


@dataclass(frozen=True)
class BasisLine:
    """One article of one service, by the files' names."""

    code: str
    number: str
    article: str
    role: str
    values: Mapping[str, Any]


class CatalogueLoader:
    """One run over a folder of data files; `created` and `changed` count rows by model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.created: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.known: dict[type[FromFile], dict[str, Any]] = {}
        self.unnamed: dict[type[FromFile], list[Any]] = {}
        self.texts: dict[str, Any] = json.loads((folder / "catalogue_texts.json").read_text("utf-8"))
        self.as_of = date.fromisoformat(self.texts["as_of"])

    @transaction.atomic
    def load(self) -> Counter[str]:
        """Load everything, in the order that it refers to itself; running again changes nothing."""
        self.dropped = set(DroppedRow.objects.values_list("source_key", flat=True))
        self._districts()
        self._regulations()
        self._qualifications()
        self._fee_schedules()
        self._items()
        self._legal_basis()
        return self.created

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def _put(self, model: type[FromFile], source: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        """
        The entry of a row: made, brought up to the file, or left as people corrected it.

        :param source: the row's own name, which stays when an entry's number or name is corrected
        :param key: by which an entry is known that was made before rows had names, or by hand
        """
        known = self._known(model)
        entry = known.get(source) or self._unnamed(model, key)
        if entry is None:
            known[source] = entry = _checked(model(source_key=source, **key, **values))
            entry.save(force_insert=True)
            self.created[model._meta.model_name or ""] += 1
            return entry
        known[source] = entry
        before = facts_of(entry)
        content = content_of(entry) if isinstance(entry, ApprovedEntry) else {}
        changed = [_write(entry, "source_key", source)]
        if not entry.is_settled:
            changed += [_write(entry, name, value) for name, value in values.items()]
        if any(changed):
            # What waits above the row for somebody's approval is not the files' to touch.
            _checked(entry).save(update_fields=_own_columns(model))
        if before != facts_of(entry):
            self._note(entry, before)
            if isinstance(entry, ApprovedEntry):
                entry.follow_file(content)
        return entry

    def _known(self, model: type[FromFile]) -> dict[str, Any]:
        """The entries of a model by their rows' names, read once."""
        if model not in self.known:
            # Locked, so that nothing is approved between the reading and the writing.
            rows = model._default_manager.select_for_update()  # type: ignore[attr-defined]
            self.known[model] = {row.source_key: row for row in rows if row.source_key is not None}
            self.unnamed[model] = [row for row in rows if row.source_key is None]
        return self.known[model]

    def _unnamed(self, model: type[FromFile], key: Mapping[str, Any]) -> Any:
        columns = {_column(model, name): _plain(value) for name, value in key.items()}
        for row in self.unnamed[model]:
            if row.source_key is None and all(getattr(row, name) == value for name, value in columns.items()):
                return row
        return None

    def _note(self, entry: FromFile, before: Mapping[str, str]) -> None:
        after = facts_of(entry)
        names = [name for name, value in after.items() if before.get(name) != value]
        audit.record(
            matter=f"catalogue:{entry._meta.model_name}:{entry.pk}",
            action="loaded",
            actor=None,
            before={name: before[name] for name in names},
            after={name: after[name] for name in names},
        )
        self.changed[entry._meta.model_name or ""] += 1

    def _districts(self) -> None:
        for row in self._rows("districts.csv"):
            values = {"name_zh": row["name_zh"], "name_en": row["name_en"], "parent_id": row["parent"] or None}
            _district, is_new = District.objects.get_or_create(code=row["code"], defaults=values)
            self.created["district"] += is_new

    def _regulations(self) -> None:
        rows = list(self._rows("regulations.csv"))
        # Those that others were replaced or repealed by come first.
        ends = [row["replaced_by"] or _repealed_by(row["note"]) for row in rows]
        rows.sort(key=lambda row: row["document_no"] not in ends)
        for row in rows:
            number = row["document_no"]
            self._put(Regulation, number, {"document_no": number}, self._regulation(row))

    def _regulation(self, row: Mapping[str, str]) -> dict[str, Any]:
        year, whole = row["issued_on"][:4], len(row["issued_on"]) == 10
        ended_by = _repealed_by(row["note"]) or row["replaced_by"]
        return {
            "title_zh": row["title_zh"],
            "title_en": row["title_en"],
            "issuer": row["issuer"],
            "issuer_en": self.texts["issuers"].get(row["issuer"], ""),
            "issued_on": date.fromisoformat(row["issued_on"]) if whole else None,
            "issued_year": int(year) if year else None,
            "effective_on": _date(row["effective_on"]),
            "recorded_status": RECORDED_STATUS[row["status"]],
            "level": row["level"],
            "topic": row["topic"],
            "topic_en": self.texts["topics"].get(row["topic"], ""),
            "note_zh": self.texts["regulation_notes"].get(row["document_no"], ""),
            "note_en": row["note"],
            "replaced_by": self._document(row["replaced_by"]),
            "repealed_on": _date(row["repealed_on"]),
            "repealed_by": self._document(ended_by) if row["repealed_on"] else None,
            "amended_by": row["amended_by"],
            "confidence": row["confidence"],
            "checked": row["checked"],
            "source_hint": row["source_hint"],
            "as_of": self.as_of,
        }

    def _document(self, number: str) -> Regulation | None:
        """A document by its number in the files, whatever its number was corrected to."""
        return self._known(Regulation).get(number)

    def _qualifications(self) -> None:
        for row in self._rows("qualification_types.csv"):
            values = {
                "name_en": row["name_en"],
                "kind": row["kind"],
                "ended_on": _date(row["ended_on"]),
                "ended_by": self._document(row["ended_by"]),
                "note_zh": row["note_zh"],
                "note_en": row["note_en"],
            }
            self._put(QualificationType, row["name_zh"], {"name_zh": row["name_zh"]}, values)

    def _fee_schedules(self) -> None:
        source = json.loads((self.folder / "fee_schedules.json").read_text("utf-8"))
        for definition in source["schedules"]:
            base = self.texts["bases"].get(definition["base"], {"zh": definition["base"], "en": definition["base"]})
            values = {
                "title_zh": definition["title"],
                "title_en": definition["title_en"],
                "document_no": definition["document_no"],
                "regulation": self._document(definition["document_no"]),
                "issuer": definition["issuer"],
                "effective_from": date.fromisoformat(definition["effective_from"]),
                "effective_to": _date(definition.get("effective_to")),
                "status": SCHEDULE_STATUS[definition["status"]],
                "base_name_zh": base["zh"],
                "base_name_en": base["en"],
                "definition": definition,
            }
            code = definition["code"]
            self._put(FeeSchedule, code, {"code": code}, values)

    def _items(self) -> None:
        rows = list(self._rows("service_items.csv"))
        self.authorities = self._authorities(rows)
        for position, row in enumerate(rows):
            row["position"] = str(position)
        # Those that are part of another service come after it.
        for row in sorted(rows, key=lambda row: row["status"] == ServiceItem.Status.MERGED):
            self._put(ServiceItem, row["code"], {"code": row["code"]}, self._item(row))

    def _item(self, row: Mapping[str, str]) -> dict[str, Any]:
        purpose = self.texts["purposes"].get(row["code"], {})
        alone = self.texts["self_made"].get(row["code"], {})
        leads_to = self.texts["merged_into"].get(row["code"], "")
        return {
            "position": int(row["position"]),
            "category": CATEGORIES[row["category"]],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "purpose_zh": purpose.get("zh", ""),
            "purpose_en": purpose.get("en", ""),
            "matter": self._matter(row),
            "approval_stage": STAGES[row["approval_stage"]],
            "authority": self.authorities[row["authority_zh"]],
            "qualification_type": self._qualification(row["qualification_zh"]),
            "pricing": row["pricing"],
            "fee_schedule": self._known(FeeSchedule).get(row["fee_schedule"]),
            "fee_variant": row["fee_variant"],
            "paid_by": row["paid_by"],
            "deliverable_zh": row["deliverable_zh"],
            "deliverable_en": self.texts["deliverables"].get(row["deliverable_zh"], ""),
            "standard_days": int(row["working_days"]) if row["working_days"] else None,
            "tender_class": row["tender_class"],
            "status": row["status"],
            "merged_into": self._known(ServiceItem).get(leads_to),
            "tie": row["tie"],
            "self_made": row["self_made_allowed"],
            "self_made_note_zh": alone.get("zh", ""),
            "self_made_note_en": alone.get("en", ""),
            "since": _date(row["since"]),
            "abolished_zh": row["abolished"],
            "abolished_en": self.texts["abolished"].get(row["abolished"], ""),
            "abolished_until": _date(row["until"]),
            "to_confirm_zh": self.texts["lawyer_notes"].get(row["code"], ""),
            "to_confirm_en": row["lawyer_note"],
            "confidence": row["confidence"],
            "as_of": self.as_of,
        }

    def _matter(self, row: Mapping[str, str]) -> ApprovalMatter:
        name = row["approval_matter_zh"]
        return self._put(ApprovalMatter, name, {"name_zh": name}, {"name_en": row["approval_matter_en"]})

    def _authorities(self, rows: Iterable[Mapping[str, str]]) -> dict[str, Organisation]:
        """The authorities by their names in the files; one that has been renamed since is known by its services."""
        present = {item.source_key: item.authority for item in ServiceItem.objects.select_related("authority")}
        found: dict[str, Organisation] = {}
        for row in rows:
            if row["code"] in present:
                found.setdefault(row["authority_zh"], present[row["code"]])
        for name in {row["authority_zh"]: None for row in rows}:
            key = {"kind": Organisation.Kind.AUTHORITY, "name_zh": name}
            named = Organisation.objects.filter(**key).first()
            if named is not None or name not in found:
                found[name] = named or self._new_authority(name)
        return found

    def _new_authority(self, name: str) -> Organisation:
        self.created["organisation"] += 1
        english = self.texts["authorities"].get(name, "")
        return Organisation.objects.create(kind=Organisation.Kind.AUTHORITY, name_zh=name, name_en=english)

    def _qualification(self, name: str) -> QualificationType | None:
        return self._known(QualificationType)[name] if name else None

    def _legal_basis(self) -> None:
        regulations, items = self._known(Regulation), self._known(ServiceItem)
        held = set()
        for line in self._lines(items):
            source = "|".join((line.code, line.number, line.article, line.role))
            held.add(source)
            item = items[line.code]
            if source in self.dropped or item.is_settled:
                continue
            key = {
                "item": item,
                "regulation": regulations[line.number],
                "article": line.article,
                "role": line.role,
            }
            self._put(LegalBasis, source, key, line.values)
        self._end_bases(held)

    def _lines(self, items: Mapping[str, ServiceItem]) -> Iterator["BasisLine"]:
        """Every article of every service: from the services' file, then what fee and tender documents say of it."""
        words = {(row["document_no"], row["article"]): row for row in self._rows("articles.csv")}
        for row in self._rows("service_items.csv"):
            position = 0
            for column, role in BASES.items():
                for pair in filter(None, row[column].split(";")):
                    number, _, article = pair.partition("|")
                    says = words[number, article]
                    values = {name: says[name] for name in ("says_zh", "says_en", "checked")}
                    yield BasisLine(row["code"], number, article, role, {**values, "position": position})
                    position += 1
        for position, line in enumerate(self.texts["legal_basis"], start=100):
            fixed = {"says_zh": line["zh"], "says_en": line["en"], "checked": "", "position": position}
            for code, item in items.items():
                if _governs(line["items"], item):
                    yield BasisLine(code, line["regulation"], "", line["role"], fixed)

    def _end_bases(self, held: set[str]) -> None:
        """Take away what the files no longer say, unless somebody has worked on it since."""
        gone = LegalBasis.objects.exclude(source_key=None).exclude(source_key__in=held).filter(item__reviewed_on=None)
        for basis in gone:
            if not basis.corrected_fields:
                self._note_end(basis)
                basis.delete()

    def _note_end(self, basis: LegalBasis) -> None:
        matter = f"catalogue:legalbasis:{basis.pk}"
        audit.record(matter=matter, action="unloaded", actor=None, before=facts_of(basis))
        self.changed["legalbasis"] += 1


def _governs(which: Mapping[str, Any], item: ServiceItem) -> bool:
    [(field, wanted)] = which.items()
    value = (item.fee_schedule and item.fee_schedule.code) if field == "fee_schedule" else getattr(item, field)
    return value in (wanted if isinstance(wanted, list) else [wanted])


def _checked(entry: Any) -> Any:
    """The entry, if its columns can be what they are; the database holds what they must be together."""
    entry.clean_fields(exclude=[field.name for field in entry._meta.concrete_fields if field.is_relation])
    entry.clean()
    return entry


def _write(entry: FromFile, name: str, value: Any) -> bool:
    column = _column(type(entry), name)
    if name in entry.corrected_fields or getattr(entry, column) == _plain(value):
        return False
    setattr(entry, column, _plain(value))
    return True


def _column(model: type[models.Model], name: str) -> str:
    return model._meta.get_field(name).attname  # type: ignore[union-attr, return-value]


def _own_columns(model: type[models.Model]) -> list[str]:
    names = {field.name for field in model._meta.concrete_fields if not field.primary_key}
    return sorted(names - STATE_FIELDS)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _repealed_by(note: str) -> str:
    found = REPEALED_BY.match(note)
    return found[1] if found else ""


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
