"""A filing in words, section by section: for the firm before it files, and for the regulator who checks it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.accounts.models import District
from marketplace.catalogue.models import QualificationType, ServiceItem
from marketplace.core.models import StoredFile
from marketplace.core.money import format_cny
from marketplace.core.typed import amounts
from marketplace.ui.templatetags.market import moment

from .. import records
from ..models import Offer, Registration, RegistrationCheck
from ..rules import commitments, filing, steps
from ..rules.filing import Problem
from ..states import RegistrationState

Text = str | Promise
#: Between facts in a line (DESIGN, Content).
SPACE = "\u3000"

LABELS: dict[str, dict[str, Text]] = {
    "particulars": {
        "name_zh": gettext_lazy("Name on the business licence"),
        "name_en": gettext_lazy("English name"),
        "legal_representative": gettext_lazy("Legal representative"),
        "district": pgettext_lazy("firm", "District"),
        "address": gettext_lazy("Address"),
        "phone": gettext_lazy("Telephone"),
        "intro_zh": gettext_lazy("About the firm"),
        "intro_en": gettext_lazy("About the firm, in English"),
    },
    "qualifications": {
        "level": pgettext_lazy("qualification", "Level"),
        "number": gettext_lazy("Certificate number"),
        "issuer": gettext_lazy("Issued by"),
        "valid_from": gettext_lazy("Valid from"),
        "valid_to": gettext_lazy("Valid to"),
    },
}


@dataclass(frozen=True)
class Fact:
    """One thing filed; `before` is what the record says where a change differs from it."""

    label: Text
    value: str
    before: str | None = None
    file: StoredFile | None = None
    document: str = ""


@dataclass
class Entry:
    """What is checked as one item, or one row of a list."""

    title: str
    facts: list[Fact]
    item: str = ""
    is_new: bool = False
    check: RegistrationCheck | None = None
    #: The two fields of its finding, on the regulator's page.
    fields: tuple[Any, Any] | None = None


@dataclass
class Section:
    """One step of the filing."""

    step: steps.Step
    entries: list[Entry]
    problems: list[Problem] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    #: The item that is checked for the whole section, where it is not checked row by row.
    item: str = ""
    check: RegistrationCheck | None = None
    fields: tuple[Any, Any] | None = None

    @property
    def returned(self) -> list[RegistrationCheck]:
        """What the regulator asks to correct here."""
        checks = [self.check, *(entry.check for entry in self.entries)]
        return [check for check in checks if check and check.verdict == RegistrationCheck.Verdict.RETURN]


class _Names:
    """The names behind the codes of a payload, read once."""

    def __init__(self) -> None:
        self.districts = {each.pk: each.name for each in District.objects.all()}
        self.types = {str(each.pk): each.name for each in QualificationType.objects.all()}
        self.items = {each.code: each.name for each in ServiceItem.objects.all()}


def sections_of(
    registration: Registration,
    problems: Iterable[Problem] = (),
    checks: Iterable[RegistrationCheck] = (),
) -> list[Section]:
    """Every step of a filing, with its problems and findings; a change shows what the record says as well."""
    names, problems = _Names(), list(problems)
    found = {check.item: check for check in checks}
    is_change = registration.kind == Registration.Kind.CHANGE
    before = (
        records.snapshot(registration.intermediary)
        if is_change and registration.state != RegistrationState.PASSED
        else None
    )
    sections = []
    for step in steps.STEPS:
        section = _section(step, registration, names, before)
        section.problems = [problem for problem in problems if problem.step == step.name]
        section.check = found.get(section.item)
        for entry in section.entries:
            entry.check = found.get(entry.item)
        sections.append(section)
    return sections


def _section(step: steps.Step, registration: Registration, names: _Names, before: Mapping[str, Any] | None) -> Section:
    payload = registration.payload
    row_by_row = step.name in filing.ROW_BY_ROW
    section = Section(step, [], item="" if row_by_row else step.name)
    if step.name == "particulars":
        section.entries = [_particulars(registration, names, before)]
    elif step.name == "holders":
        section.entries = _holders(payload, before)
    elif step.name == "documents":
        section.entries = [_documents(payload, before)]
    elif step.name == "commitment":
        section.entries = [_commitment(payload)]
    else:
        write = {"qualifications": _qualification, "practitioners": _practitioner, "offers": _offer}[step.name]
        section.entries = [write(row, names) for row in filing.rows_of(payload, step.name)]
    if row_by_row:
        rows = filing.rows_of(payload, step.name)
        for entry, row in zip(section.entries, rows, strict=True):
            entry.item = f"{step.name}.{row['key']}"
        if before is not None:
            _compare_rows(section, rows, filing.rows_of(before, step.name), names)
    return section


def _compare_rows(section: Section, rows: list[dict], record: list[dict], names: _Names) -> None:
    """Mark what a change adds, alters and takes away."""
    write = _qualification if section.step.name == "qualifications" else _practitioner
    known = {row["key"]: row for row in record}
    for index, (entry, row) in enumerate(zip(section.entries, rows, strict=True)):
        if row["key"] not in known:
            entry.is_new = True
            continue
        old = write(known[row["key"]], names)
        entry.facts = [
            fact if fact.value == was.value else Fact(fact.label, fact.value, was.value)
            for fact, was in zip(entry.facts, old.facts, strict=True)
        ]
        section.entries[index] = entry
    kept = {row["key"] for row in rows}
    section.removed = [write(row, names).title for key, row in known.items() if key not in kept]


def _particulars(registration: Registration, names: _Names, before: Mapping[str, Any] | None) -> Entry:
    entry = registration.payload.get("particulars") or {}
    record = (before or {}).get("particulars") or {}
    facts = [Fact(_("Unified social credit code"), registration.intermediary.uscc)]
    for name, label in LABELS["particulars"].items():
        value, was = entry.get(name, ""), record.get(name, "")
        if name == "district":
            value, was = names.districts.get(value, value), names.districts.get(was, was)
        facts.append(Fact(label, value, was if before is not None and was != value else None))
    return Entry(str(steps.step("particulars").title), facts)


def _holders(payload: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Entry]:
    def line(row: Mapping[str, Any]) -> str:
        parts = [row.get("name", ""), row.get("code", ""), f"{row.get('share_percent', '')}%"]
        return SPACE.join([part for part in parts if part] + ([_("state holder")] if row.get("is_state") else []))

    rows = filing.rows_of(payload, "holders")
    lines = [line(row) for row in rows]
    if (payload.get("holders") or {}).get("nobody"):
        lines.append(_("Nobody holds 25 percent or more"))
    was = [line(row) for row in filing.rows_of(before, "holders")] if before is not None else lines
    fact = Fact(
        _("Holders of 25 percent or more"), "\n".join(lines), "\n".join(was) if sorted(was) != sorted(lines) else None
    )
    return [Entry(str(steps.step("holders").title), [fact])] if lines else []


def _documents(payload: Mapping[str, Any], before: Mapping[str, Any] | None) -> Entry:
    entry = payload.get("documents") or {}
    record = (before or {}).get("documents") or {}
    ids = [str(entry[name]) for name in ("licence", "authorisation") if entry.get(name)]
    files = {str(stored.pk): stored for stored in StoredFile.objects.filter(pk__in=ids)}
    facts = [Fact(_("Authorised person"), entry.get("authorised_person", ""))]
    for name, label in (("licence", _("Business licence")), ("authorisation", _("Letter of authorisation"))):
        stored = files.get(entry.get(name, ""))
        is_same = before is None or record.get(name) == entry.get(name)
        facts.append(
            Fact(label, stored.name if stored else "", None if is_same else _("a new file"), stored, document=name)
        )
    return Entry(str(steps.step("documents").title), facts)


def _qualification(row: Mapping[str, Any], names: _Names) -> Entry:
    title = names.types.get(row.get("qualification_type", ""), _("Qualification"))
    return Entry(title, [Fact(label, row.get(name, "")) for name, label in LABELS["qualifications"].items()])


def _practitioner(row: Mapping[str, Any], names: _Names) -> Entry:
    parts = [row.get("licence_type", ""), row.get("licence_no", "")]
    if row.get("valid_to"):
        parts.append(_("valid until %(day)s") % {"day": row["valid_to"]})
    return Entry(row.get("name", ""), [Fact(_("Licence"), SPACE.join(part for part in parts if part))])


def _offer(row: Mapping[str, Any], names: _Names) -> Entry:
    code = row.get("item", "")
    price = price_words(row.get("pricing", ""), row.get("amount", ""), row.get("unit", ""))
    days = _("%(days)s working days") % {"days": row.get("days", "")} if row.get("days") else ""
    fact = Fact(_("Price and time"), SPACE.join(part for part in (price, days) if part))
    return Entry(f"{code} {names.items.get(code, '')}".strip(), [fact])


def price_words(pricing: str, amount: Any, unit: str = "") -> str:
    """An offer's price in words: ¥9,800.00, ¥1.36 / m², 14% off the standard; what is no number stays as typed."""
    try:
        is_share = pricing == Offer.Pricing.PERCENT_OFF
        number = amounts.read_percent(str(amount)) if is_share else amounts.read(str(amount))
    except amounts.Unreadable:
        return str(amount)
    if pricing == Offer.Pricing.PERCENT_OFF:
        return _("%(percent)s%% off the standard") % {"percent": f"{number.normalize():f}"}
    if pricing == Offer.Pricing.PER_UNIT:
        return _("%(price)s / %(unit)s") % {"price": format_cny(number), "unit": unit}
    return format_cny(number)


def _commitment(payload: Mapping[str, Any]) -> Entry:
    entry = payload.get("commitment") or {}
    if not entry.get("agreed"):
        return Entry(str(steps.step("commitment").title), [])
    facts = [
        Fact(_("Version"), entry.get("version", "")),
        Fact(_("Signed by"), entry.get("agreed_by_name", "")),
        Fact(_("Signed at"), moment(datetime.fromisoformat(entry["agreed_at"]))),
    ]
    return Entry(str(steps.step("commitment").title), facts)


def commitment_text() -> tuple[Text, ...]:
    return commitments.TEXTS[commitments.CURRENT]
