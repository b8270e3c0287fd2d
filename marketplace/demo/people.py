"""The people of the demo world and the bodies that they act for."""

from functools import lru_cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from marketplace.accounts.models import District, Membership, Organisation, User
from marketplace.accounts.services import (
    Particulars,
    add_member,
    create_organisation,
    create_person,
    create_public_body,
)

from . import names

PASSWORD = "demo-Market-2026"  # noqa: S105  printed for everybody who runs the demo
#: Who can be signed in as, by the part of the e-mail address before @demo.example.
ACCOUNTS = (
    ("enterprise", "项目业主 enterprise"),
    ("intermediary", "中介机构 intermediary"),
    ("intermediary2", "中介机构 intermediary"),
    ("regulator", "主管部门 regulator"),
    ("regulator2", "主管部门 regulator"),
    ("operator", "运营管理机构 operator"),
    ("operator2", "运营管理机构 operator"),
    ("evaluator", "评审专家 evaluator"),
)


@lru_cache(maxsize=1)
def _password_hash() -> str:
    # One hash for all: making it takes a quarter of a second, by design.
    return make_password(PASSWORD)


def account(name: str, person: str) -> User:
    """A person who can sign in with the demo's password."""
    email = f"{name}@demo.example"
    user = create_person(email=email, name=person, password=None)
    user.password = _password_hash()
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def enterprise(number: int, districts: list[District]) -> tuple[Organisation, User]:
    """The nth enterprise with a person who acts for it; the first one is the demo's account."""
    user = account("enterprise" if number == 0 else f"enterprise{number + 1}", names.person(number))
    name_zh, name_en = names.enterprise(number)
    particulars = Particulars(
        uscc=names.uscc(number + 1, kind="enterprise"),
        name_zh=name_zh,
        name_en=name_en,
        legal_representative=names.person(number + 11),
        address=f"{names.STREETS[number % len(names.STREETS)]} {100 + number} 号",
        district=districts[number % len(districts)],
        phone=f"0519-8{number:07d}",
    )
    return create_organisation(actor=user, kind=Organisation.Kind.ENTERPRISE, particulars=particulars), user


def staff() -> dict[str, User]:
    """Regulators of several authorities, and the operator's two clerks, as one approves what the other asks for."""
    operator = create_public_body(
        kind=Organisation.Kind.OPERATOR,
        name_zh="常州市网上中介超市运营中心",
        name_en="Changzhou Intermediary Market Centre",
    )
    people = {"operator": account("operator", "陆某")}
    add_member(organisation=operator, user=people["operator"], role=Membership.Role.ADMINISTRATOR)
    for key, authority in (
        ("regulator", "生态环境局"),
        ("regulator2", "住房和城乡建设局"),
        ("regulator3", "发展和改革委员会"),
        ("regulator4", "自然资源和规划局"),
    ):
        people[key] = account(key, names.person(len(people) + 20))
        body = Organisation.objects.authorities().get(name_zh__endswith=authority)
        add_member(organisation=body, user=people[key], role=Membership.Role.ADMINISTRATOR)
    people["operator2"] = account("operator2", "沈某")
    add_member(organisation=operator, user=people["operator2"], role=Membership.Role.HANDLER)
    return people
