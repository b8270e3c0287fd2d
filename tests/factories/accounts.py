from datetime import timedelta
from decimal import Decimal

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from marketplace.accounts.models import District, Holder, Invitation, Membership, Notice, Organisation, User
from marketplace.core import clock
from marketplace.core.typed.identifiers import with_check_digits

PASSWORD = "demo-Market-2026"


class UserFactory(DjangoModelFactory):
    """A person; `verified=True` gives the confirmed e-mail address that signing in by the form needs."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"周某{n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if create and extracted:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = District
        django_get_or_create = ("code",)

    code = "320411"
    name_zh = "新北区"
    name_en = "Xinbei District"


class OrganisationFactory(DjangoModelFactory):
    """An enterprise; traits `intermediary`, `authority` and `operator` make the other kinds."""

    class Meta:
        model = Organisation

    class Params:
        enterprise = factory.Trait(kind=Organisation.Kind.ENTERPRISE)
        intermediary = factory.Trait(
            kind=Organisation.Kind.INTERMEDIARY, name_zh=factory.Sequence(lambda n: f"常州乌有环保咨询有限公司{n}")
        )
        authority = factory.Trait(
            kind=Organisation.Kind.AUTHORITY, name_zh=factory.Sequence(lambda n: f"常州市生态环境局{n}")
        )
        operator = factory.Trait(
            kind=Organisation.Kind.OPERATOR, name_zh=factory.Sequence(lambda n: f"常州市政务服务中心{n}")
        )

    kind = Organisation.Kind.ENTERPRISE
    uscc = factory.Sequence(lambda n: with_check_digits(f"91320400MA{n:06d}"))
    name_zh = factory.Sequence(lambda n: f"常州海市新材料有限公司{n}")
    legal_representative = factory.Sequence(lambda n: f"李某{n}")
    address = "常州市新北区太湖东路 1 号"
    district = factory.SubFactory(DistrictFactory)


class HolderFactory(DjangoModelFactory):
    class Meta:
        model = Holder

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"王某{n}")
    share_percent = Decimal("51.00")


class MembershipFactory(DjangoModelFactory):
    """An administrator of an enterprise; traits for the other roles, and `left` for one who is in no more."""

    class Meta:
        model = Membership

    class Params:
        administrator = factory.Trait(role=Membership.Role.ADMINISTRATOR)
        handler = factory.Trait(role=Membership.Role.HANDLER)
        reader = factory.Trait(role=Membership.Role.READER)
        left = factory.Trait(is_active=False)
        regulator = factory.Trait(organisation=factory.SubFactory(OrganisationFactory, authority=True))
        operator = factory.Trait(organisation=factory.SubFactory(OrganisationFactory, operator=True))

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Membership.Role.ADMINISTRATOR


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    class Params:
        expired = factory.Trait(expires_at=factory.LazyFunction(lambda: clock.now() - timedelta(minutes=1)))

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Membership.Role.HANDLER
    invited_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    class Params:
        read = factory.Trait(read_at=factory.LazyFunction(clock.now))

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    key = factory.Sequence(lambda n: f"notice:{n}")
    title_zh = factory.Sequence(lambda n: f"MX-2026-{n:04d} 收到一条提问")
    body_zh = "请在 1 个工作日内答复。"
    url = "/workbench/"
