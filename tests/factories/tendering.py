from datetime import datetime, timedelta
from decimal import Decimal

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from factory.django import DjangoModelFactory

from marketplace.accounts.models import Organisation
from marketplace.core import calendar, clock
from marketplace.core.models import StoredFile
from marketplace.tendering import services
from marketplace.tendering.models import (
    Attachment,
    Exclusion,
    Objection,
    Question,
    RequestItem,
    WorkRequest,
)
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.services.requests import publishing
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.credit import CreditModelFactory
from tests.factories.registry import IntermediaryFactory, QualificationFactory


def five_pm(working_days: int) -> datetime:
    """17:00 Asia/Shanghai some working days after today."""
    day = calendar.working_day_after(clock.today(), working_days)
    return clock.shanghai(f"{day} 17:00")


def member_of(organisation: Organisation):
    """A person who acts for the organisation."""
    membership = organisation.memberships.filter(is_active=True).first()
    return membership.user if membership else MembershipFactory(organisation=organisation).user


def bidder_for(work_request: WorkRequest, **organisation):
    """A listed intermediary that holds what the request's items need, with a person who acts for it."""
    CreditModelFactory()
    firm = IntermediaryFactory(organisation=OrganisationFactory(intermediary=True, **organisation))
    for kind in {item.qualification_type for item in work_request.items.all()} - {None}:
        QualificationFactory(intermediary=firm, qualification_type=kind)
    member_of(firm.organisation)
    return firm


def proposal_file(words: str = "方案"):
    """A proposal as a firm uploads it, under a name that tells who wrote it."""
    return SimpleUploadedFile("乌有环保方案.pdf", f"%PDF-1.7 {words}".encode(), content_type="application/pdf")


def bid(work_request: WorkRequest, firm, price=None, days=None, actor=None, **more):
    """File a bid as the firm; where the price is free it is 90 % of the limit unless given."""
    if not work_request.fixes_price and price is None:
        price = (work_request.price_max or Decimal(100_000)) * Decimal("0.9")
    if work_request.asks_for_proposal:
        more.setdefault("proposal", proposal_file())
    return services.seal_and_submit_bid(
        request_id=work_request.pk,
        intermediary=firm,
        actor=actor or member_of(firm.organisation),
        price=price,
        days=days or work_request.service_days,
        **more,
    )


def open_bids(work_request: WorkRequest):
    """Run the deadline and the opening at their times; the clock comes back."""
    work_request.refresh_from_db()
    with clock.at(max(work_request.bids_open_until, clock.now())):
        services.close_bids(request_id=work_request.pk)
    work_request.refresh_from_db()
    with clock.at(max(work_request.opens_at, clock.now())):
        opening = services.open_request(request_id=work_request.pk)
    work_request.refresh_from_db()
    return opening


def confirm(work_request: WorkRequest):
    """Let the publicity period of the live award pass, and give its notice; the clock comes back."""
    award = work_request.awards.live().get()
    with clock.at(max(award.publicity_ends_at, clock.now())):
        services.confirm_award(award_id=award.pk)
    work_request.refresh_from_db()
    award.refresh_from_db()
    return award


def publish(work_request: WorkRequest) -> None:
    """Announce a draft without its checks, in the transaction that the custodians need."""
    with transaction.atomic():
        publishing._publish(work_request, TenderingPolicy.current(), clock.now(), work_request.created_by)


class WorkRequestFactory(DjangoModelFactory):
    """
    A complete draft of a random draw over social money, closing 5 working days from now.

    `best_proposal=True` needs evaluators, made before it is published: their numbers are announced with it.
    `published=True` announces it; `bidders=n` files n bids, at descending prices where the price is free;
    `opened=True` runs deadline and opening; `awarded=True` also lets the publicity period pass.
    """

    class Meta:
        model = WorkRequest
        skip_postgeneration_save = True

    class Params:
        lowest_price = factory.Trait(method="lowest_price")
        direct = factory.Trait(method="direct", bids_close_at=None)
        benchmark_price = factory.Trait(method="benchmark_price")
        credit_preferred = factory.Trait(method="credit_preferred", parameters={"long": 4, "short": 2})
        best_proposal = factory.Trait(
            method="best_proposal",
            parameters={"weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10}, "evaluators": 3},
        )
        public_money = factory.Trait(
            fund_fiscal=Decimal(60),
            fund_social=Decimal(40),
            project_name="市民中心改造",
            project_code="2609-320411-89-01-000001",
        )
        under_review = factory.Trait(status="under_review", submitted_at=factory.LazyFunction(clock.now))
        returned = factory.Trait(status="returned", return_reason="价格依据不足")

    number = factory.Sequence(lambda n: f"MX-2025-{n:04d}")
    owner = factory.SubFactory(OrganisationFactory)
    created_by = factory.LazyAttribute(lambda request: member_of(request.owner))
    title = "年产 2 万吨电子级环氧树脂项目环境影响报告书编制"
    content = "现状监测、工程分析、报告书编制，配合技术评估。"
    price_max = Decimal("180000.00")
    service_days = 35
    bids_close_at = factory.LazyFunction(lambda: five_pm(5))
    contact_name = "周某"
    contact_phone = "0519-80000000"

    @factory.post_generation
    def items(self, create, extracted, **kwargs):
        for item in extracted if extracted is not None else [ServiceItemFactory()]:
            RequestItemFactory(work_request=self, item=item)

    @factory.post_generation
    def published(self, create, extracted, **kwargs):
        if extracted:
            publish(self)

    @factory.post_generation
    def bidders(self, create, extracted, **kwargs):
        self.firms = []
        for number in range(extracted or 0):
            if self.status == "draft":
                publish(self)
            firm = bidder_for(self)
            price = None if self.fixes_price else self.price_max - 1000 * (number + 1)
            bid(self, firm, price=price)
            self.firms.append(firm)

    @factory.post_generation
    def opened(self, create, extracted, **kwargs):
        if extracted:
            open_bids(self)

    @factory.post_generation
    def awarded(self, create, extracted, **kwargs):
        if extracted:
            if self.status in ("published", "selecting"):
                open_bids(self)
            confirm(self)


class RequestItemFactory(DjangoModelFactory):
    class Meta:
        model = RequestItem

    work_request = factory.SubFactory(WorkRequestFactory, items=())
    item = factory.SubFactory(ServiceItemFactory)


class ExclusionFactory(DjangoModelFactory):
    class Meta:
        model = Exclusion

    work_request = factory.SubFactory(WorkRequestFactory)
    organisation = factory.SubFactory(OrganisationFactory, intermediary=True)
    ground = "dispute"
    explanation = "上一合同的验收争议尚未了结"


class StoredFileFactory(DjangoModelFactory):
    class Meta:
        model = StoredFile

    file = factory.django.FileField(filename="attachment.pdf", data=b"%PDF-1.7 test")
    name = "可行性研究报告（摘要）.pdf"
    size = 13
    sha256 = "a" * 64
    content_type = "application/pdf"
    created_at = factory.LazyFunction(clock.now)


class AttachmentFactory(DjangoModelFactory):
    class Meta:
        model = Attachment

    work_request = factory.SubFactory(WorkRequestFactory)
    file = factory.SubFactory(StoredFileFactory)


class QuestionFactory(DjangoModelFactory):
    """Waiting for the owner; `answered=True` has its answer. Asked behind the services: it moves no deadline."""

    class Meta:
        model = Question

    class Params:
        answered = factory.Trait(
            answer="由编制单位按导则布设。",
            answered_at=factory.LazyFunction(clock.now),
            answered_by=factory.SubFactory(UserFactory),
        )

    work_request = factory.SubFactory(WorkRequestFactory, published=True)
    number = factory.Sequence(lambda n: n + 1)
    asker = factory.SubFactory(IntermediaryFactory)
    asked_by = factory.SubFactory(UserFactory)
    asked_at = factory.LazyFunction(clock.now)
    due_at = factory.LazyFunction(lambda: calendar.end_of_working_day(clock.today(), 1))
    text = "现状监测的采样点位由业主提供还是由编制单位布设？"


class ObjectionFactory(DjangoModelFactory):
    """A row only; the service stops the clock."""

    class Meta:
        model = Objection

    objector = factory.SubFactory(IntermediaryFactory)
    submitted_by = factory.SubFactory(UserFactory)
    submitted_at = factory.LazyFunction(clock.now)
    ground = "eligibility"
    statement = "中选机构的资质已在报名截止前到期。"
    due_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
