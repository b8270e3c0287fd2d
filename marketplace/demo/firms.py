"""The intermediaries of the demo world: each registers through the market's own services and is checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.accounts.models import District, User
from marketplace.catalogue.models import ServiceItem
from marketplace.core import clock
from marketplace.registry import services
from marketplace.registry.models import Intermediary, Registration
from marketplace.registry.rules import filing

from . import names, people
from .stage import Act

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"
COUNT = 60
#: Those who are not on the list, by number: what becomes of their registration.
UNLISTED = {54: "draft", 55: "filed", 56: "filed", 57: "filed", 58: "returned", 59: "returned"}
CLOSED, SUSPENDED, EXPIRING = 51, 52, (9, 22)
#: Cheap, late and careless: their scores fall.
CARELESS = (2, 5, 14)


@dataclass
class Firm:
    """A firm of the story: who acts for it, and how good and how dear it is."""

    number: int
    trade: names.Trade
    user: User
    diligence: float
    discount: float
    intermediary: Intermediary

    def offers(self, code: str) -> bool:
        return code in self.trade.items


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def registrations(
    firms: list[Firm], regulator: User, districts: list[District], items: dict[str, ServiceItem], starts: Iterator
) -> Iterator[Act]:
    for number in range(COUNT):
        yield _register(firms, number, regulator, districts, items, next(starts))


def _register(
    firms: list[Firm], number: int, regulator: User, districts: list[District], items: dict[str, ServiceItem], start
) -> Act:
    chance = Random(f"firm {number}")  # noqa: S311  a story, not a secret
    yield start
    name_zh, name_en, trade = names.intermediary(number)
    account = {0: "intermediary2", 1: "intermediary"}.get(number, f"firm{number + 1}")
    user = people.account(account, names.person(number + 3))
    code = names.uscc(number + 1, kind="intermediary")
    registration = services.register_firm(uscc=code, name_zh=name_zh, actor=user)
    for step, data in _steps(number, name_zh, name_en, trade, districts, items, chance).items():
        services.save_step(registration_id=registration.pk, step=step, data=data, actor=user)
    for document, title in (("licence", "营业执照.pdf"), ("authorisation", "授权委托书.pdf")):
        services.attach_document(registration_id=registration.pk, document=document, upload=pdf(title), actor=user)
    fate = UNLISTED.get(number, "listed")
    if fate == "draft":
        return
    services.file_registration(registration_id=registration.pk, actor=user)
    if fate == "filed":
        return
    yield clock.now() + timedelta(hours=5)
    registration = Registration.objects.get(pk=registration.pk)
    findings = dict.fromkeys(filing.items_to_check(registration.payload), "")
    if fate == "returned":
        findings["documents"] = "授权委托书未加盖公章，请重新上传。"
    services.check_items(registration_id=registration.pk, findings=findings, actor=regulator)
    if fate == "returned":
        services.return_registration(registration_id=registration.pk, actor=regulator)
        return
    services.pass_registration(registration_id=registration.pk, actor=regulator)
    firms.append(
        Firm(
            number=number,
            trade=trade,
            user=user,
            diligence=1.0 if number == 0 else 0.4 if number in CARELESS else chance.uniform(0.72, 0.98),
            discount=0.24 if number in (0, *CARELESS) else chance.uniform(0.02, 0.14),
            intermediary=Intermediary.objects.select_related("organisation").get(organisation__uscc=code),
        )
    )


def _steps(
    number: int,
    name_zh: str,
    name_en: str,
    trade: names.Trade,
    districts: list[District],
    items: dict[str, ServiceItem],
    chance: Random,
) -> dict[str, dict]:
    today = clock.today()
    offered = [items[code] for code in trade.items]
    types = {item.demanded_type for item in offered if item.demanded_type}
    last = today + timedelta(days=420 if number in EXPIRING else 1100 + number)
    return {
        "particulars": {
            "name_zh": name_zh,
            "name_en": name_en,
            "legal_representative": names.person(number + 5),
            "district": districts[number % len(districts)].code,
            "address": f"{names.STREETS[number % len(names.STREETS)]} {200 + number} 号",
            "phone": f"0519-86{number:06d}",
            "intro_zh": f"{name_zh}从事{'、'.join(item.name_zh for item in offered[:3])}等服务。（演示数据，机构为虚构）",
            "intro_en": f"{name_en} offers services such as {', '.join(item.name_en for item in offered[:3])}. (Fictional)",
        },
        "holders": {"rows": [{"name": f"{names.person(number + 5)}{number}号", "share_percent": "60"}]},
        "documents": {"authorised_person": names.person(number + 3)},
        "qualifications": {
            "rows": [
                {
                    "qualification_type": str(kind.pk),
                    "level": ("甲级", "乙级")[number % 2],
                    "number": f"苏演{kind.pk:02d}{number:05d}",
                    "issuer": "江苏省行业主管部门（演示）",
                    "valid_from": date(today.year - 2, 1, 1).isoformat(),
                    "valid_to": last.isoformat(),
                }
                for kind in sorted(types, key=lambda kind: kind.pk)
            ]
        },
        "practitioners": {
            "rows": [
                {
                    "name": names.person(number + each),
                    "licence_type": trade.licence,
                    "licence_no": f"DEMO{number:03d}{each:02d}",
                }
                for each in range(2 + number % 5)
            ]
        },
        "offers": {"rows": [_offer(item, chance) for item in offered]},
        "commitment": {"agreed": True},
    }


def _offer(item: ServiceItem, chance: Random) -> dict[str, str]:
    standard = item.standard_days or 60
    days = str(max(3, round(standard * chance.uniform(0.6, 1))))
    if item.fee_schedule_id is not None:
        return {"item": item.code, "pricing": "percent_off", "amount": f"{chance.randint(0, 28)}", "days": days}
    amount = round(chance.uniform(8_000, 60_000) / 100) * 100
    return {"item": item.code, "pricing": "fixed", "amount": f"{amount}.00", "days": days}
