from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from credit.models import (
    Completion,
    ConductEvent,
    CreditModel,
    CreditRule,
    CurrentStanding,
    Engagement,
    EventEvidence,
    EventStep,
    ProcessStep,
    Review,
    ReviewChange,
)
from credit.rating import Grade
from marketplace.core import clock
from tests.credit.histories import MODEL
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory


class CreditModelFactory(DjangoModelFactory):
    class Meta:
        model = CreditModel
        django_get_or_create = ("version",)

    version = MODEL.version
    definition = MODEL.definition
    effective_on = date(2016, 1, 1)


class CreditRuleFactory(DjangoModelFactory):
    """D09, 3 points for 12 months; the trait `serious` gives D05 with 20, `bonus` gives B04."""

    class Meta:
        model = CreditRule
        django_get_or_create = ("code",)

    class Params:
        serious = factory.Trait(
            code="D05", points=20, severity="serious", validity_months=36, name_zh="与他人串通报价或围标"
        )
        bonus = factory.Trait(
            code="B04",
            direction="bonus",
            points=2,
            category="honour",
            name_zh="主动缩短服务时限百分之三十以上且质量合格",
        )

    code = "D09"
    category = "contract"
    direction = "deduct"
    points = 3
    severity = "ordinary"
    validity_months = 12
    name_zh = "未按时提交服务成果"
    name_en = "Deliverable late without an agreed extension"
    evidence_zh = "平台时限记录"
    evidence_en = "The market's record of the time limit"


class _OfTwoParties(DjangoModelFactory):
    class Meta:
        abstract = True

    subject = factory.SubFactory(OrganisationFactory, intermediary=True)
    client = factory.SubFactory(OrganisationFactory)


class ReviewFactory(_OfTwoParties):
    """Five stars throughout, rated and recorded now."""

    class Meta:
        model = Review

    contract_no = factory.Sequence(lambda n: f"HT-2026-{n:04d}")
    rated_at = factory.LazyFunction(clock.now)
    quality = timeliness = attitude = fees = compliance = 5


class ReviewChangeFactory(DjangoModelFactory):
    class Meta:
        model = ReviewChange

    review = factory.SubFactory(ReviewFactory)
    quality = timeliness = attitude = fees = compliance = 4


class EngagementFactory(_OfTwoParties):
    class Meta:
        model = Engagement

    number = factory.Sequence(lambda n: f"HT-2026-{n:04d}")
    dated_on = factory.LazyFunction(clock.today)


class ProcessStepFactory(_OfTwoParties):
    """A delivery kept in time, due today; traits `late` and `excused`."""

    class Meta:
        model = ProcessStep

    class Params:
        late = factory.Trait(kept=False)
        excused = factory.Trait(kept=False, own_fault=False)

    contract_no = factory.Sequence(lambda n: f"HT-2026-{n:04d}")
    contract_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=30))
    kind = ProcessStep.Kind.DELIVERY
    due_on = factory.LazyFunction(clock.today)
    kept = True


class CompletionFactory(_OfTwoParties):
    class Meta:
        model = Completion

    contract_no = factory.Sequence(lambda n: f"HT-2026-{n:04d}")
    completed_on = factory.LazyFunction(clock.today)


class ConductEventFactory(DjangoModelFactory):
    """A proposed event; `ConductEventFactory.decided(effective_on=…)` gives one in force."""

    class Meta:
        model = ConductEvent
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"XY-2026-{n:04d}")
    subject = factory.SubFactory(OrganisationFactory, intermediary=True)
    rule = factory.SubFactory(CreditRuleFactory)
    model = factory.SubFactory(CreditModelFactory)
    direction = factory.SelfAttribute("rule.direction")
    points = factory.SelfAttribute("rule.points")
    validity_months = factory.SelfAttribute("rule.validity_months")
    severity = factory.SelfAttribute("rule.severity")
    happened_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=5))
    facts = "成果应于 11 月 18 日提交，实际于 11 月 20 日提交。"
    evidence = "平台时限记录"
    proposed_by = factory.LazyFunction(lambda: MembershipFactory(regulator=True).user)

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        EventStepFactory(event=self, actor=self.proposed_by)

    @classmethod
    def decided(cls, *, effective_on=None, **fields):
        """An event in force from today, or from another day."""
        event = cls(**fields)
        EventStepFactory(event=event, decided=True, effective_on=effective_on or clock.today())
        return event


class EventStepFactory(DjangoModelFactory):
    """The proposal; the trait `decided` gives the decision by another person, `ended` a revocation."""

    class Meta:
        model = EventStep

    class Params:
        decided = factory.Trait(kind=EventStep.Kind.EFFECTIVE, position=2, actor=factory.SubFactory(UserFactory))
        dismissed = factory.Trait(kind=EventStep.Kind.DISMISSED, position=2, actor=factory.SubFactory(UserFactory))
        ended = factory.Trait(kind=EventStep.Kind.REVOKED, position=3, actor=factory.SubFactory(UserFactory))

    event = factory.SubFactory(ConductEventFactory)
    position = 1
    kind = EventStep.Kind.PROPOSED
    actor = factory.SelfAttribute("event.proposed_by")
    proposer = factory.SelfAttribute("event.proposed_by")
    reason = "记录清楚，机构无异议。"


class EventEvidenceFactory(DjangoModelFactory):
    class Meta:
        model = EventEvidence

    event = factory.SubFactory(ConductEventFactory)


class CurrentStandingFactory(DjangoModelFactory):
    """A settled A with 86.00; traits `red_list`, `warned` and `restricted`."""

    class Meta:
        model = CurrentStanding
        django_get_or_create = ("organisation",)

    class Params:
        red_list = factory.Trait(grade="AAA", score="96.10")
        warned = factory.Trait(grade="C", warned_until=factory.LazyFunction(lambda: clock.today() + timedelta(90)))
        restricted = factory.Trait(
            grade="D",
            score="62.00",
            restricted_from=factory.LazyFunction(clock.today),
            restricted_until=factory.LazyFunction(lambda: clock.today() + timedelta(days=180)),
        )

    organisation = factory.SubFactory(OrganisationFactory, intermediary=True)
    model = factory.SubFactory(CreditModelFactory)
    as_of = factory.LazyFunction(clock.today)
    score = "86.00"
    grade = "A"
    grade_rank = factory.LazyAttribute(lambda standing: Grade(standing.grade).rank)
    provisional = False
