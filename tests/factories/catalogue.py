import json
from datetime import date
from functools import cache

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from marketplace.catalogue.models import (
    ApprovalMatter,
    ApprovalStage,
    Category,
    FeeSchedule,
    LegalBasis,
    Pricing,
    QualificationType,
    Regulation,
    ServiceItem,
)
from tests.factories.accounts import OrganisationFactory


@cache
def published_definitions():
    """The fee schedules of the data file, by code."""
    source = json.loads((settings.FIXTURES / "fee_schedules.json").read_text("utf-8"))
    return {definition["code"]: definition for definition in source["schedules"]}


class RegulationFactory(DjangoModelFactory):
    """A document that was looked up and is in force; `repealed` and `expired` end it."""

    class Meta:
        model = Regulation
        django_get_or_create = ("document_no",)

    class Params:
        repealed = factory.Trait(
            repealed_on=date(2016, 1, 1),
            repealed_by=factory.LazyFunction(
                lambda: RegulationFactory(document_no="国家发展改革委令第31号", effective_on=date(2016, 1, 1))
            ),
        )
        expired = factory.Trait(recorded_status=Regulation.Recorded.EXPIRED)

    document_no = factory.Sequence(lambda n: f"发改价格〔2015〕{1000 + n}号")
    title_zh = "关于专业服务价格的通知"
    title_en = "Notice on the Prices of Professional Services"
    issuer = "国家发展改革委"
    issued_on = date(2015, 2, 11)
    effective_on = date(2015, 3, 1)
    level = Regulation.Level.NORMATIVE_DOCUMENT
    topic = "收费标准"
    checked = "lookup"


class FeeScheduleFactory(DjangoModelFactory):
    """The published EIA schedule, a reference price; `in_force` makes it a government-guided standard."""

    class Meta:
        model = FeeSchedule
        django_get_or_create = ("code",)

    class Params:
        in_force = factory.Trait(
            status=FeeSchedule.Status.IN_FORCE, pricing=Pricing.GOVERNMENT_GUIDED, effective_to=None
        )
        supervision = factory.Trait(code="CN-FGJG-2007-670", base_name_zh="计费额", base_name_en="Fee base")
        bidding = factory.Trait(code="CN-JJG-2002-1980", base_name_zh="中标金额", base_name_en="Awarded amount")
        design = factory.Trait(code="CN-JJG-2002-10", base_name_zh="计费额", base_name_en="Fee base")

    code = "CN-JJG-2002-125"
    definition = factory.LazyAttribute(lambda schedule: published_definitions()[schedule.code])
    title_zh = factory.LazyAttribute(lambda schedule: schedule.definition["title"])
    title_en = factory.LazyAttribute(lambda schedule: schedule.definition["title_en"])
    document_no = factory.LazyAttribute(lambda schedule: schedule.definition["document_no"])
    issuer = factory.LazyAttribute(lambda schedule: schedule.definition["issuer"])
    regulation = factory.LazyAttribute(
        lambda schedule: RegulationFactory(document_no=schedule.document_no, repealed=True)
    )
    effective_from = date(2002, 1, 31)
    effective_to = date(2015, 12, 31)
    status = FeeSchedule.Status.REPEALED
    base_name_zh = "估算投资额"
    base_name_en = "Estimated investment"


class ApprovalMatterFactory(DjangoModelFactory):
    class Meta:
        model = ApprovalMatter
        django_get_or_create = ("name_zh",)

    name_zh = "建设项目环境影响评价文件审批"
    name_en = "Approval of environmental impact documents"


class QualificationTypeFactory(DjangoModelFactory):
    class Meta:
        model = QualificationType
        django_get_or_create = ("name_zh",)

    name_zh = "环境影响评价信用平台登记"
    name_en = "Registration on the EIA credit platform"


class ServiceItemFactory(DjangoModelFactory):
    """
    A service that the applicant pays, with the EIA standard.

    Traits: `without_standard`, `paid_by_authority`, `voluntary`, `merged`, `supervision`, `unqualified`, `closed`.
    """

    class Meta:
        model = ServiceItem

    class Params:
        without_standard = factory.Trait(fee_schedule=None, fee_variant="")
        paid_by_authority = factory.Trait(paid_by=ServiceItem.PaidBy.AUTHORITY, status=ServiceItem.Status.AUTHORITY)
        voluntary = factory.Trait(status=ServiceItem.Status.VOLUNTARY, tie=ServiceItem.Tie.NONE)
        merged = factory.Trait(
            status=ServiceItem.Status.MERGED,
            merged_into=factory.SubFactory("tests.factories.catalogue.ServiceItemFactory"),
        )
        unqualified = factory.Trait(qualification_type=None)
        closed = factory.Trait(is_open=False)
        supervision = factory.Trait(
            tender_class=ServiceItem.TenderClass.SUPERVISION,
            fee_schedule=factory.SubFactory(FeeScheduleFactory, supervision=True),
            fee_variant="",
            standard_days=None,
        )

    code = factory.Sequence(lambda n: f"HB-{n + 100:03d}")
    category = Category.ENVIRONMENT
    name_zh = factory.Sequence(lambda n: f"环境影响报告书编制{n}")
    name_en = factory.Sequence(lambda n: f"Environmental impact report {n}")
    matter = factory.SubFactory(ApprovalMatterFactory)
    approval_stage = ApprovalStage.DESIGN
    authority = factory.SubFactory(OrganisationFactory, authority=True)
    qualification_type = factory.SubFactory(QualificationTypeFactory)
    fee_schedule = factory.SubFactory(FeeScheduleFactory)
    fee_variant = "report"
    paid_by = ServiceItem.PaidBy.APPLICANT
    deliverable_zh = "环境影响报告书"
    deliverable_en = "Environmental impact report"
    standard_days = 40


class LegalBasisFactory(DjangoModelFactory):
    class Meta:
        model = LegalBasis

    item = factory.SubFactory(ServiceItemFactory)
    regulation = factory.SubFactory(RegulationFactory)
    says_zh = "实行市场调节价"
    says_en = "Makes the price market-regulated"
