from datetime import date, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from marketplace.core import calendar, clock
from marketplace.registry.models import (
    Intermediary,
    Offer,
    Practitioner,
    Qualification,
    Registration,
    RegistrationCheck,
    Suspension,
)
from marketplace.registry.rules import commitments
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory


class IntermediaryFactory(DjangoModelFactory):
    """A listed firm with nothing on record; traits for the other states."""

    class Meta:
        model = Intermediary

    class Params:
        draft = factory.Trait(status="draft", listed_at=None)
        under_review = factory.Trait(status="under_review", listed_at=None)
        returned = factory.Trait(status="returned", listed_at=None)
        suspended = factory.Trait(status="suspended")
        closed = factory.Trait(status="closed", closed_at=factory.LazyFunction(clock.now), closing_reason="转行")

    organisation = factory.SubFactory(OrganisationFactory, intermediary=True)
    status = "listed"
    listed_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=365))
    commitment_version = commitments.CURRENT


class QualificationFactory(DjangoModelFactory):
    """Valid for a year more; `expiring` ends in 10 days, `expired` ended yesterday, `withdrawn` stands no more."""

    class Meta:
        model = Qualification

    class Params:
        expiring = factory.Trait(valid_to=factory.LazyFunction(lambda: clock.today() + timedelta(days=10)))
        expired = factory.Trait(valid_to=factory.LazyFunction(lambda: clock.today() - timedelta(days=1)))
        withdrawn = factory.Trait(withdrawn_at=factory.LazyFunction(clock.now))

    intermediary = factory.SubFactory(IntermediaryFactory)
    qualification_type = factory.SubFactory(QualificationTypeFactory)
    level = "甲级"
    number = factory.Sequence(lambda n: f"苏测资字{n:06d}")
    issuer = "江苏省自然资源厅"
    valid_from = date(2020, 1, 1)
    valid_to = factory.LazyFunction(lambda: clock.today() + timedelta(days=365))
    verified_on = date(2025, 11, 23)
    recorded_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=365))


class PractitionerFactory(DjangoModelFactory):
    class Meta:
        model = Practitioner

    class Params:
        withdrawn = factory.Trait(withdrawn_at=factory.LazyFunction(clock.now))

    intermediary = factory.SubFactory(IntermediaryFactory)
    name = factory.Sequence(lambda n: f"林某{n}")
    licence_type = "环境影响评价工程师"
    licence_no = factory.Sequence(lambda n: f"BH{n:06d}")
    recorded_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=365))


class OfferFactory(DjangoModelFactory):
    """14 % off the standard in 5 working days; `fixed` and `per_unit` name CNY."""

    class Meta:
        model = Offer

    class Params:
        fixed = factory.Trait(pricing="fixed", amount=Decimal("156864.00"))
        per_unit = factory.Trait(pricing="per_unit", amount=Decimal("1.36"), unit="m²")

    intermediary = factory.SubFactory(IntermediaryFactory)
    item = factory.SubFactory(ServiceItemFactory)
    pricing = "percent_off"
    amount = Decimal("14.00")
    days = 5


class RegistrationFactory(DjangoModelFactory):
    """An empty draft of a first registration; `change` of a listed firm, `filed` with its clock, `passed`."""

    class Meta:
        model = Registration

    class Params:
        change = factory.Trait(kind="change", intermediary=factory.SubFactory(IntermediaryFactory))
        filed = factory.Trait(
            state="filed",
            round=1,
            filed_by=factory.SelfAttribute("created_by"),
            filed_at=factory.LazyFunction(clock.now),
            due_at=factory.LazyFunction(lambda: calendar.end_of_working_day(clock.today(), 2)),
        )
        decided = factory.Trait(
            filed=True, decided_by=factory.SubFactory(UserFactory), decided_at=factory.LazyFunction(clock.now)
        )
        passed = factory.Trait(decided=True, state="passed")
        returned = factory.Trait(decided=True, state="returned")

    number = factory.Sequence(lambda n: f"RZ-2025-{n:04d}")
    intermediary = factory.SubFactory(IntermediaryFactory, draft=True)
    kind = "initial"
    created_by = factory.SubFactory(UserFactory)


class RegistrationCheckFactory(DjangoModelFactory):
    """An item in order; `returned` with its reason."""

    class Meta:
        model = RegistrationCheck

    class Params:
        returned = factory.Trait(verdict="return", reason="执照上的名称不同")

    registration = factory.SubFactory(RegistrationFactory, filed=True)
    round = 1
    item = "particulars"
    verdict = "pass"
    checked_by = factory.SubFactory(UserFactory)


class SuspensionFactory(DjangoModelFactory):
    """Proposed; `decided` is in force from today, `lifted` ends today."""

    class Meta:
        model = Suspension

    class Params:
        decided = factory.Trait(
            state="decided",
            decided_by=factory.SubFactory(UserFactory),
            decided_at=factory.LazyFunction(lambda: clock.now() - timedelta(days=1)),
            decision_reason="情况属实",
            effective_on=factory.LazyFunction(clock.today),
        )
        lifted = factory.Trait(
            decided=True,
            state="lifted",
            lifted_by=factory.SubFactory(UserFactory),
            lifted_at=factory.LazyFunction(clock.now),
            lifted_on=factory.LazyFunction(clock.today),
        )

    intermediary = factory.SubFactory(IntermediaryFactory)
    reason = "检查发现人员与登记不符"
    proposed_by = factory.SubFactory(UserFactory)
    proposed_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=2))
