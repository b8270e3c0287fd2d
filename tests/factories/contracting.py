import uuid
from datetime import timedelta
from decimal import Decimal

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory

from marketplace.accounts.models import User
from marketplace.contracting import services
from marketplace.contracting.models import Contract, ContractRating, Deliverable, Milestone, Payment
from marketplace.core import clock
from tests.factories.tendering import WorkRequestFactory, member_of

#: What a contract goes through; a trait names how far.
STAGES = ("drafting", "proposed", "agreed", "signed", "delivered", "completed", "rated")
STARS = {"quality": 5, "timeliness": 4, "attitude": 5, "fees": 4, "compliance": 5}


def owner_of(contract: Contract) -> User:
    """A person who acts for the owner."""
    return member_of(contract.owner)


def intermediary_of(contract: Contract) -> User:
    """A person who acts for the intermediary."""
    return member_of(contract.intermediary)


def pdf(name: str = "报告书.pdf", content: bytes = b"%PDF-1.7 report") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def terms_of(contract: Contract, percents=(30, 70)) -> dict:
    """Terms that the rules allow: milestones a day apart, the last one on the last day of the service."""
    last = contract.service_ends_on
    return {
        "starts_on": contract.service_starts_on,
        "ends_on": last,
        "milestones": [
            services.MilestoneTerms(
                f"第 {number} 期成果", Decimal(percent), last - timedelta(days=len(percents) - number)
            )
            for number, percent in enumerate(percents, 1)
        ],
    }


def sign(contract: Contract, person: User):
    return services.sign_contract(
        contract_id=contract.pk, sha256=Contract.objects.get(pk=contract.pk).current_text.sha256, actor=person
    )


def deliver(milestone: Milestone, *files) -> Deliverable:
    return services.submit_deliverable(
        milestone_id=milestone.pk, files_=files or [pdf()], actor=intermediary_of(milestone.contract)
    )


def advance(contract: Contract, stage: str, **terms) -> Contract:
    """Take a contract that is being drafted through the services up to a stage."""
    owner, intermediary = owner_of(contract), intermediary_of(contract)
    reached = STAGES.index(stage)
    if reached >= 1:
        services.propose_terms(contract_id=contract.pk, actor=owner, **terms_of(contract), **terms)
    if reached >= 2:
        contract = Contract.objects.get(pk=contract.pk)
        services.agree_terms(contract_id=contract.pk, sha256=contract.current_text.sha256, actor=intermediary)
    if reached >= 3:
        sign(contract, intermediary)
        sign(contract, owner)
    for milestone in contract.milestones.all()[: 1 if reached == 4 else None] if reached >= 4 else ():
        deliverable = deliver(milestone)
        if reached >= 5:
            services.accept_deliverable(deliverable_id=deliverable.pk, actor=owner)
    if reached >= 6:
        services.rate_contract(contract_id=contract.pk, stars=STARS, comment="按时交付，质量好。", actor=owner)
    return Contract.objects.get(pk=contract.pk)


class ContractFactory(DjangoModelFactory):
    """
    A contract being drafted, its award notice some days ago; traits take it on through the services.

    `proposed`, `agreed`, `signed`, `delivered` (the first milestone of two), `completed`, `rated`.
    """

    class Meta:
        model = Contract

    class Params:
        proposed = factory.Trait(stage="proposed")
        agreed = factory.Trait(stage="agreed")
        signed = factory.Trait(stage="signed")
        delivered = factory.Trait(stage="delivered")
        completed = factory.Trait(stage="completed")
        rated = factory.Trait(stage="rated")

    stage = "drafting"

    @classmethod
    def _create(cls, model_class, stage, award=None, **request):
        if award is None:
            # The bids, their opening and the publicity period lie behind, so that the notice is some days old.
            with clock.at(clock.now() - timedelta(days=14)):
                award = WorkRequestFactory(bidders=2, awarded=True, **request).awards.live().get()
        return advance(services.prepare_contract(award_id=award.pk), stage)


class PaymentFactory(DjangoModelFactory):
    """A payment that the owner has recorded today; a row only."""

    class Meta:
        model = Payment

    contract = factory.SubFactory(ContractFactory, signed=True)
    token = factory.LazyFunction(uuid.uuid4)
    amount = Decimal("10000.00")
    paid_on = factory.LazyFunction(clock.today)
    recorded_party = "owner"
    recorded_by = factory.LazyAttribute(lambda payment: owner_of(payment.contract))
    recorded_at = factory.LazyFunction(clock.now)


class ContractRatingFactory(DjangoModelFactory):
    """A rating of today; a row only, which credit has not heard of."""

    class Meta:
        model = ContractRating

    contract = factory.SubFactory(ContractFactory, completed=True)
    quality = 5
    timeliness = 4
    attitude = 5
    fees = 4
    compliance = 5
    rated_by = factory.LazyAttribute(lambda rating: owner_of(rating.contract))
    rated_at = factory.LazyFunction(clock.now)
    change_due_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=3))
