"""The firms of the large world: owners, and intermediaries with all that their pages show."""

# The rows below are made with fields that are null in other states only; the database checks them.
# mypy: disable-error-code="arg-type, assignment, misc, operator, union-attr"

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import Model

from marketplace.accounts.models import District, Holder, Membership, Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.core.typed.identifiers import with_check_digits
from marketplace.registry.models import Intermediary, Offer, Practitioner, Qualification
from marketplace.registry.rules.commitments import CURRENT

from . import names, people
from .bulk_calendar import BACK, Days

BATCH = 500
#: Firms of one trade that a request needs to choose its bidders from.
FEWEST_A_TRADE = 6


@dataclass(frozen=True, slots=True)
class Owner:
    organisation: Organisation
    user: User


@dataclass(frozen=True, slots=True)
class Firm:
    """An intermediary; `diligence` is how often it keeps a date, between 0 and 1."""

    organisation: Organisation
    intermediary: Intermediary
    user: User
    trade: names.Trade
    diligence: float


def owners(count: int, districts: list[District], days: Days) -> list[Owner]:
    organisations = []
    for number in range(count):
        name_zh, name_en = names.enterprise(number)
        branch = f"第{number // 320 + 1}分公司" if number >= 320 else ""
        organisations.append(
            Organisation(
                kind=Organisation.Kind.ENTERPRISE,
                uscc=with_check_digits(f"91320499MA1{number + 1:05d}"),
                name_zh=f"{name_zh}{branch}",
                name_en=name_en,
                **_particulars(number, districts, f"业{number}"),
                created_at=days.at(-BACK, "09:00"),
            )
        )
    Organisation.objects.bulk_create(organisations, batch_size=BATCH)
    users = _people("enterprise", organisations)
    return [Owner(organisation, user) for organisation, user in zip(organisations, users, strict=True)]


def firms(
    count: int, districts: list[District], items: dict[str, ServiceItem], days: Days, say: Callable[[str], None]
) -> list[Firm]:
    """Listed intermediaries; as many trades as leave each one enough firms to compete."""
    trades = names.TRADES[: max(1, min(len(names.TRADES), count // FEWEST_A_TRADE))]
    listed: list[Firm] = []
    for numbers in _batches(range(count)):
        listed += _listed(numbers, trades, districts, days)
        _records(listed[numbers[0] :], numbers, items, days)
        say(f"{len(listed)} of {count} intermediaries")
    return listed


def _listed(numbers: list[int], trades: tuple[names.Trade, ...], districts: list[District], days: Days) -> list[Firm]:
    organisations = []
    for number in numbers:
        place, pinyin = names.PLACES[number % len(names.PLACES)]
        trade = trades[number % len(trades)]
        branch = number // len(names.PLACES)
        organisations.append(
            Organisation(
                kind=Organisation.Kind.INTERMEDIARY,
                uscc=with_check_digits(f"91320499MA2{number + 1:05d}"),
                name_zh=f"常州{place}{trade.zh}有限公司{f'第{branch}分公司' if branch else ''}",
                name_en=f"Changzhou {pinyin} {trade.en} Co., Ltd.{f' Branch {branch}' if branch else ''}",
                **_particulars(number, districts, f"介{number}"),
                created_at=days.at(-BACK, "09:10"),
            )
        )
    Organisation.objects.bulk_create(organisations, batch_size=BATCH)
    Holder.objects.bulk_create(
        [Holder(organisation=each, name=each.legal_representative, share_percent=60) for each in organisations],
        batch_size=BATCH,
    )
    users = _people("intermediary", organisations, first=numbers[0])
    at = days.at(-BACK + 2, "10:00")
    intermediaries = Intermediary.objects.bulk_create(
        [
            Intermediary(
                organisation=organisation,
                status=Intermediary.Status.LISTED,
                listed_at=at + timedelta(minutes=number % 400),
                intro_zh=f"{organisation.name_zh}，从业十年，服务本市及各区项目。（演示数据，机构为虚构）",
                intro_en=f"{organisation.name_en} serves projects in the city and its districts. (Fictional)",
                commitment_version=CURRENT,
                commitment_agreed_at=at,
                commitment_agreed_by=user,
                created_at=days.at(-BACK, "09:10"),
            )
            for number, organisation, user in zip(numbers, organisations, users, strict=True)
        ],
        batch_size=BATCH,
    )
    return [
        Firm(organisation, intermediary, user, trades[number % len(trades)], _diligence(number))
        for number, organisation, intermediary, user in zip(numbers, organisations, intermediaries, users, strict=True)
    ]


def _records(some: list[Firm], numbers: list[int], items: dict[str, ServiceItem], days: Days) -> None:
    """Offers, qualifications and practitioners of firms just listed."""
    verified_on = days.on(-BACK + 2)
    rows: dict[type[Model], list] = {Offer: [], Qualification: [], Practitioner: []}
    for number, firm in zip(numbers, some, strict=True):
        offered = [items[code] for code in firm.trade.items]
        rows[Offer] += [_offer(firm, item, number) for item in offered]
        kinds = {item.demanded_type.pk for item in offered if item.demanded_type is not None}
        rows[Qualification] += [
            Qualification(
                intermediary=firm.intermediary,
                qualification_type_id=kind,
                level=("甲级", "乙级")[number % 2],
                number=f"苏演{kind:02d}{number:06d}",
                issuer="江苏省行业主管部门（演示）",
                valid_from=date(verified_on.year - 2, 1, 1),
                valid_to=days.on(0) + timedelta(days=20 + number % 1000),
                verified_on=verified_on,
                recorded_at=firm.intermediary.listed_at,
            )
            for kind in sorted(kinds)
        ]
        rows[Practitioner] += [
            Practitioner(
                intermediary=firm.intermediary,
                name=names.person(number + each),
                licence_type=firm.trade.licence,
                licence_no=f"BULK{number:06d}{each}",
                recorded_at=firm.intermediary.listed_at,
            )
            for each in range(2 + number % 3)
        ]
    for model, made in rows.items():
        model._default_manager.bulk_create(made, batch_size=BATCH)


def _offer(firm: Firm, item: ServiceItem, number: int) -> Offer:
    longest = item.standard_days or 60
    priced = (
        {"pricing": Offer.Pricing.PERCENT_OFF, "amount": number * 7 % 29}
        if item.fee_schedule_id is not None
        else {"pricing": Offer.Pricing.FIXED, "amount": 8_000 + number * 137 % 520 * 100}
    )
    return Offer(
        intermediary=firm.intermediary,
        item=item,
        days=max(1, longest - number % max(1, longest // 3)),
        changed_at=firm.intermediary.listed_at,
        **priced,
    )


def _diligence(number: int) -> float:
    return Random(f"firm {number}").triangular(0.35, 1.0, 0.93)  # noqa: S311  a story, not a secret


def _particulars(number: int, districts: list[District], person: str) -> dict:
    # Names of their own: a shared legal representative would make two firms related.
    return {
        "legal_representative": f"{names.person(number)}（{person}）",
        "address": f"{names.STREETS[number % len(names.STREETS)]} {100 + number} 号",
        "district": districts[number % len(districts)],
        "phone": f"0519-8{number:07d}",
    }


def _people(kind: str, organisations: list[Organisation], first: int = 0) -> list[User]:
    """One administrator each; the first of a kind is the demo's account, the others sign in nowhere."""
    unusable = make_password(None)
    users = [
        people.account(kind, names.person(number))
        if number == 0
        else User(email=f"{kind}-{number}@large.example", name=names.person(number), password=unusable)
        for number in range(first, first + len(organisations))
    ]
    User.objects.bulk_create([user for user in users if user.pk is None], batch_size=BATCH)
    Membership.objects.bulk_create(
        [
            Membership(user=user, organisation=organisation, role=Membership.Role.ADMINISTRATOR)
            for user, organisation in zip(users, organisations, strict=True)
        ],
        batch_size=BATCH,
    )
    return users


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(numbers)
    while some := list(islice(waiting, BATCH)):
        yield some
