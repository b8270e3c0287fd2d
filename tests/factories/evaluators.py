import factory
from factory.django import DjangoModelFactory

from marketplace.core import clock, numbers
from marketplace.tendering.models import Evaluator, EvaluatorTie
from tests.factories.accounts import OrganisationFactory, UserFactory


class EvaluatorFactory(DjangoModelFactory):
    """A person of the pool, competent for what `ServiceItemFactory` makes; `left=True` has left it."""

    class Meta:
        model = Evaluator

    class Params:
        left = factory.Trait(left_at=factory.LazyFunction(clock.now))

    number = factory.LazyFunction(lambda: numbers.next_in("evaluators"))
    user = factory.SubFactory(UserFactory)
    fields = factory.LazyFunction(lambda: ["environment"])
    employer = "退休"
    admitted_at = factory.LazyFunction(clock.now)


class EvaluatorTieFactory(DjangoModelFactory):
    class Meta:
        model = EvaluatorTie

    evaluator = factory.SubFactory(EvaluatorFactory)
    organisation = factory.SubFactory(OrganisationFactory, intermediary=True)
    ground = "work"
