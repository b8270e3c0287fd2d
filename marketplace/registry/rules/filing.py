"""
What a registration says: its payload, kept as typed, read into values, with all that is wrong or missing.

Nothing here asks the database or the clock: what the answer depends on comes in as a `Reference`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.core.typed import reading
from marketplace.core.typed.comparing import folded
from marketplace.core.typed.identifiers import normalise

from . import commitments, steps

Text = str | Promise
T = TypeVar("T")

#: Above this a price is taken for a slip of the hand (CNY).
LARGEST_PRICE = Decimal("100000000")
EARLIEST, LATEST = date(1980, 1, 1), date(2099, 12, 31)
MOST_ROWS = 100
#: Steps whose rows the regulator checks each on its own.
ROW_BY_ROW = ("qualifications", "practitioners")


@dataclass(frozen=True)
class Problem:
    """What stands in the way of filing: at a step, a field, and (in a list) a row from 0."""

    step: str
    field: str | None
    message: str
    row: int | None = None


@dataclass(frozen=True)
class ItemFacts:
    """What an offer must fit: the service's name, its standard time (None: none printed), what it needs."""

    code: str
    name: str
    standard_days: int | None
    qualification_type: str | None
    qualification_name: str
    has_standard: bool
    is_open: bool = True


@dataclass(frozen=True)
class Reference:
    """What the market knows when a filing is read."""

    today: date
    districts: frozenset[str]
    #: id as text → name
    qualification_types: Mapping[str, str]
    #: code → facts
    items: Mapping[str, ItemFacts]
    #: Items offered already, in a change of particulars.
    offered: frozenset[str] = frozenset()
    uscc: str = ""
    #: Qualification types that no longer exist, with their last day; only certificates held already may stand.
    abolished: Mapping[str, date] = field(default_factory=dict)
    #: Type and number of the certificates in the record.
    held: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Particulars:
    name_zh: str
    name_en: str
    legal_representative: str
    district: str
    address: str
    phone: str
    intro_zh: str
    intro_en: str


@dataclass(frozen=True)
class HolderEntry:
    name: str
    code: str
    share_percent: Decimal
    is_state: bool


@dataclass(frozen=True)
class QualificationEntry:
    key: str
    qualification_type: str
    level: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date

    @property
    def number_key(self) -> str:
        return folded(self.number)


@dataclass(frozen=True)
class PractitionerEntry:
    key: str
    name: str
    licence_type: str
    licence_no: str
    valid_to: date | None

    @property
    def licence_key(self) -> str:
        return licence_key(self.licence_type, self.licence_no)


@dataclass(frozen=True)
class OfferEntry:
    item: str
    pricing: str
    amount: Decimal
    unit: str
    days: int


@dataclass
class Filing:
    """The values of a payload; only what has no problem is here."""

    particulars: Particulars | None = None
    holders: list[HolderEntry] = field(default_factory=list)
    qualifications: list[QualificationEntry] = field(default_factory=list)
    practitioners: list[PractitionerEntry] = field(default_factory=list)
    offers: list[OfferEntry] = field(default_factory=list)
    licence: str = ""
    authorisation: str = ""
    problems: list[Problem] = field(default_factory=list)


class _Entry:
    """One entry of a payload, a step's or a row's, read field by field."""

    def __init__(self, step: str, values: Mapping[str, Any], problems: list[Problem], row: int | None = None) -> None:
        self.step, self.values, self.problems, self.row = step, values, problems, row
        self.failed = False

    def refuse(self, name: str | None, message: str) -> None:
        self.failed = True
        self.problems.append(Problem(self.step, name, message, self.row))

    def text(self, name: str, *, missing: Text = "", longest: int = 200) -> str:
        """A field's text; a `missing` message makes it a needed one."""
        value = str(self.values.get(name) or "").strip()
        if not value and missing:
            self.refuse(name, str(missing))
        if len(value) > longest:
            self.refuse(name, _("Use at most %(longest)d characters.") % {"longest": longest})
        return value

    def read(self, name: str, reader: Callable[[str], T], *, missing: Text = "", longest: int = 200) -> T | None:
        """A field's text as a reader takes it; what it refuses is the field's problem."""
        value = self.text(name, missing=missing, longest=longest)
        if not value or len(value) > longest:
            return None
        try:
            return reader(value)
        except ValidationError as refusal:
            self.refuse(name, " ".join(refusal.messages))
            return None

    def name(self, name: str, *, missing: Text = "", longest: int = 200, person: bool = False) -> str:
        """A name or number as it is shown; refused where it has no key to be compared by."""
        return self.read(name, partial(reading.read_name, person=person), missing=missing, longest=longest) or ""

    def day(self, name: str, *, missing: Text = "") -> date | None:
        day = self.read(name, reading.read_day, missing=missing)
        if day is not None and not EARLIEST <= day <= LATEST:
            self.refuse(name, _("Enter a date from 1980 to 2099."))
            return None
        return day

    def amount(self, name: str, *, missing: Text) -> Decimal | None:
        return self.read(name, reading.read_amount, missing=missing)

    def percent(self, name: str, *, missing: Text) -> Decimal | None:
        return self.read(name, reading.read_percent, missing=missing)

    def whole(self, name: str, *, missing: Text) -> int | None:
        value = self.text(name, missing=missing, longest=10)
        if not value:
            return None
        if not value.isdecimal():
            self.refuse(name, _("Enter a whole number from 1."))
            return None
        return int(value)


def licence_key(kind: str, number: str) -> str:
    """By what a licence is told from others: its kind and its number."""
    return f"{folded(kind)} {folded(number)}"


def rows_of(payload: Mapping[str, Any], step: str) -> list[dict[str, Any]]:
    """The rows of a step, those left wholly blank out."""
    rows = (payload.get(step) or {}).get("rows") or []
    return [row for row in rows if any(value for name, value in row.items() if name != "key")]


def read(payload: Mapping[str, Any], reference: Reference) -> Filing:
    """All that a payload says, and all that stands in the way of filing it."""
    filing = Filing()
    filing.particulars = _particulars(payload, reference, filing.problems)
    filing.holders = _holders(payload, reference, filing.problems)
    _documents(payload, filing)
    filing.qualifications = _qualifications(payload, reference, filing.problems)
    filing.practitioners = _practitioners(payload, reference, filing.problems)
    filing.offers = _offers(payload, reference, filing)
    _commitment(payload, filing.problems)
    return filing


def _particulars(payload: Mapping[str, Any], reference: Reference, problems: list[Problem]) -> Particulars | None:
    entry = _Entry("particulars", payload.get("particulars") or {}, problems)
    district = entry.text("district", missing=_("Choose the district."))
    if district and district not in reference.districts:
        entry.refuse("district", _("Choose a district of the list."))
    missing_phone = _("Enter a telephone number that clients can call.")
    phone = entry.read("phone", reading.read_phone, missing=missing_phone, longest=40) or ""
    values = Particulars(
        name_zh=entry.name("name_zh", missing=_("Enter the name on the licence."), longest=150),
        name_en=entry.text("name_en", longest=200),
        legal_representative=entry.name(
            "legal_representative", missing=_("Enter the legal representative."), longest=100, person=True
        ),
        district=district,
        address=entry.text("address", missing=_("Enter the address."), longest=200),
        phone=phone,
        intro_zh=entry.text("intro_zh", longest=2000),
        intro_en=entry.text("intro_en", longest=3000),
    )
    return None if entry.failed else values


def _holders(payload: Mapping[str, Any], reference: Reference, problems: list[Problem]) -> list[HolderEntry]:
    rows = rows_of(payload, "holders")
    nobody = bool((payload.get("holders") or {}).get("nobody"))
    if not rows and not nobody:
        problems.append(Problem("holders", None, _("Enter the holders, or say that nobody holds 25 percent or more.")))
    if rows and nobody:
        problems.append(Problem("holders", "nobody", _("Holders are entered below; take this mark away.")))
    holders: list[HolderEntry] = []
    for index, row in enumerate(rows):
        entry = _Entry("holders", row, problems, index)
        name = entry.name("name", missing=_("Enter the holder's name."), longest=150, person=True)
        code = entry.read("code", normalise, longest=40) or ""
        if code and code == reference.uscc:
            entry.refuse("code", _("This is the firm's own code."))
        share = entry.percent("share_percent", missing=_("Enter the share in percent."))
        if share is not None and share < 25:
            entry.refuse("share_percent", _("Enter a share from 25 to 100 percent."))
        if any(_holder_key(other.name, other.code) == _holder_key(name, code) for other in holders):
            entry.refuse("name", _("This holder is entered twice."))
        if not entry.failed and share is not None:
            holders.append(HolderEntry(name, code, share, bool(row.get("is_state"))))
    total = sum((holder.share_percent for holder in holders), Decimal(0))
    if total > 100:
        message = _("The shares add up to %(total)s %%, more than 100 %%.") % {"total": f"{total.normalize():f}"}
        problems.append(Problem("holders", "share_percent", message, len(rows) - 1))
    return holders


def _holder_key(name: str, code: str) -> tuple[str, str]:
    return folded(name, person=True), code


def _documents(payload: Mapping[str, Any], filing: Filing) -> None:
    entry = _Entry("documents", payload.get("documents") or {}, filing.problems)
    entry.text("authorised_person", missing=_("Enter the person whom the firm authorises."), longest=60)
    filing.licence = entry.text("licence", missing=_("Upload the business licence."))
    filing.authorisation = entry.text("authorisation", missing=_("Upload the letter of authorisation."))


def _qualifications(
    payload: Mapping[str, Any], reference: Reference, problems: list[Problem]
) -> list[QualificationEntry]:
    found: list[QualificationEntry] = []
    for index, row in enumerate(rows_of(payload, "qualifications")):
        entry = _Entry("qualifications", row, problems, index)
        kind = entry.text("qualification_type", missing=_("Choose the qualification."))
        if kind and kind not in reference.qualification_types:
            entry.refuse("qualification_type", _("Choose a qualification of the list."))
        number = entry.name("number", missing=_("Enter the certificate's number."), longest=60)
        if kind in reference.abolished and (kind, folded(number)) not in reference.held:
            message = _("This qualification was abolished; its last day was %(day)s. It is asked of nobody.")
            entry.refuse("qualification_type", message % {"day": reference.abolished[kind]})
        if number and any((other.qualification_type, other.number_key) == (kind, folded(number)) for other in found):
            entry.refuse("number", _("This certificate is entered twice."))
        level = entry.text("level", longest=40)
        issuer = entry.text("issuer", missing=_("Enter who issued the certificate."), longest=120)
        start = entry.day("valid_from", missing=_("Enter the first valid day."))
        end = entry.day("valid_to", missing=_("Enter the last valid day."))
        if start and end and end < start:
            entry.refuse("valid_to", _("The last valid day lies before the first one."))
        elif end and end < reference.today:
            message = _("This certificate expired on %(day)s. Enter the renewed one, or take the row away.")
            entry.refuse("valid_to", message % {"day": end})
        if not entry.failed and start and end:
            found.append(QualificationEntry(str(row.get("key", "")), kind, level, number, issuer, start, end))
    return found


def _practitioners(
    payload: Mapping[str, Any], reference: Reference, problems: list[Problem]
) -> list[PractitionerEntry]:
    rows = rows_of(payload, "practitioners")
    if not rows:
        problems.append(Problem("practitioners", None, _("Enter at least one practitioner.")))
    found: list[PractitionerEntry] = []
    for index, row in enumerate(rows):
        entry = _Entry("practitioners", row, problems, index)
        name = entry.name("name", missing=_("Enter the name."), longest=60, person=True)
        kind = entry.name("licence_type", missing=_("Enter the kind of licence."), longest=80)
        number = entry.name("licence_no", missing=_("Enter the licence's number."), longest=60)
        if number and any(other.licence_key == licence_key(kind, number) for other in found):
            entry.refuse("licence_no", _("This licence is entered twice."))
        end = entry.day("valid_to")
        if end and end < reference.today:
            entry.refuse("valid_to", _("This licence expired on %(day)s.") % {"day": end})
        if not entry.failed:
            found.append(PractitionerEntry(str(row.get("key", "")), name, kind, number, end))
    return found


def _offers(payload: Mapping[str, Any], reference: Reference, filing: Filing) -> list[OfferEntry]:
    rows = rows_of(payload, "offers")
    held = {each.qualification_type for each in filing.qualifications}
    if not rows and not reference.offered:
        filing.problems.append(Problem("offers", None, _("Enter at least one service.")))
    for code in sorted(reference.offered):
        if missing := _missing_qualification(reference.items[code], held):
            filing.problems.append(Problem("qualifications", None, missing))
    found: list[OfferEntry] = []
    for index, row in enumerate(rows):
        entry = _Entry("offers", row, filing.problems, index)
        offer = _offer(entry, reference)
        if offer is None:
            continue
        if offer.item in reference.offered or any(other.item == offer.item for other in found):
            entry.refuse("item", _("You offer this service already."))
        elif missing := _missing_qualification(reference.items[offer.item], held):
            entry.refuse("item", missing)
        else:
            found.append(offer)
    return found


def _missing_qualification(item: ItemFacts, held: Iterable[str]) -> str:
    if item.qualification_type is None or item.qualification_type in held:
        return ""
    return _("%(service)s needs the qualification %(qualification)s, which is not entered.") % {
        "service": item.name,
        "qualification": item.qualification_name,
    }


def _offer(entry: _Entry, reference: Reference) -> OfferEntry | None:
    code = entry.text("item", missing=_("Choose the service."))
    item = reference.items.get(code)
    if item is not None and not item.is_open:
        item = None
    if code and item is None:
        entry.refuse("item", _("Choose a service of the list."))
    pricing = entry.text("pricing", missing=_("Choose how the price is made."))
    read = entry.percent if pricing == "percent_off" else entry.amount
    amount = read("amount", missing=_("Enter the price."))
    unit = entry.text("unit", longest=20)
    days = entry.whole("days", missing=_("Enter the promised time in working days."))
    for name, message in offer_problems(item, pricing, amount, unit, days):
        entry.refuse(name, message)
    if entry.failed or amount is None or days is None:
        return None
    return OfferEntry(code, pricing, amount, unit if pricing == "per_unit" else "", days)


def offer_problems(
    item: ItemFacts | None, pricing: str, amount: Decimal | None, unit: str, days: int | None
) -> Iterable[tuple[str, str]]:
    """What is wrong with an offer's price and time, as pairs of field and message."""
    if pricing and pricing not in ("fixed", "per_unit", "percent_off"):
        yield "pricing", _("Choose how the price is made.")
    elif pricing == "percent_off":
        if item is not None and not item.has_standard:
            yield "pricing", _("This service has no fee standard; name a fixed or a unit price.")
        if amount is not None and not 0 <= amount < 100:
            yield "amount", _("Enter percent off the standard, from 0 to less than 100.")
    elif amount is not None and not 0 < amount <= LARGEST_PRICE:
        yield "amount", _("Enter a price above 0 and up to 100,000,000.")
    if amount is not None and amount != round(amount, 2):
        yield "amount", _("Use at most two decimals.")
    if pricing == "per_unit" and not unit:
        yield "unit", _("Enter the unit, such as m².")
    if days is not None and days < 1:
        yield "days", _("Enter a whole number from 1.")
    elif days is not None and item is not None and item.standard_days is not None and days > item.standard_days:
        yield (
            "days",
            _("The standard time is %(days)d working days; promise that or less.") % {"days": item.standard_days},
        )
    elif days is not None and days > 1000:
        yield "days", _("Enter at most 1000 working days.")


def _commitment(payload: Mapping[str, Any], problems: list[Problem]) -> None:
    given = payload.get("commitment") or {}
    if not given.get("agreed"):
        problems.append(Problem("commitment", "agreed", _("Sign the commitment.")))
    elif given.get("version") != commitments.CURRENT:
        problems.append(
            Problem("commitment", "agreed", _("The commitment's text has changed; read and sign it again."))
        )


def items_to_check(payload: Mapping[str, Any]) -> list[str]:
    """What the regulator checks one by one: each step, and each certificate and practitioner of its own."""
    items: list[str] = []
    for step in steps.NAMES:
        if step in ROW_BY_ROW:
            items += [f"{step}.{row['key']}" for row in rows_of(payload, step)]
        elif step != "offers" or rows_of(payload, step):
            items.append(step)
    return items
