"""What a best-proposal request announces: weights, number of evaluators, pool."""

import pytest
from django.utils import translation

from marketplace.tendering import services
from marketplace.tendering.facts import drafts
from marketplace.tendering.forms.method import SelectionForm
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.services import UnableToEdit
from tests.factories.accounts import MembershipFactory
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import WorkRequestFactory
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

WEIGHTS = {"price": 40, "time": 10, "proposal": 40, "credit": 10}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def draft(frozen_clock):
    EvaluatorFactory.create_batch(4)
    return WorkRequestFactory()


def save(draft, weights=WEIGHTS, evaluators=3):
    return services.save_draft(
        request_id=draft.pk,
        values={"method": "best_proposal", "parameters": {"weights": weights, "evaluators": evaluators}},
        actor=draft.created_by,
    )


class TestSaving:
    def test_keeps_what_is_announced_later(self, draft):
        saved = save(draft)

        assert saved.parameters == {"weights": WEIGHTS, "evaluators": 3}

    def test_the_pool_is_never_the_owner_s_to_name(self, draft):
        form = SelectionForm(
            {
                **{f"weight_{aspect}": weight for aspect, weight in WEIGHTS.items()},
                "method": "best_proposal",
                "evaluators": 3,
                "pool": "1",
                "signing_days": 10,
                "edited_at": draft.edited_at.isoformat(),
            },
            instance=draft,
        )

        assert form.is_valid(), form.errors
        assert form.values["parameters"] == {"weights": WEIGHTS, "evaluators": 3}

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"price": 41}, "weight_price", "The four weights add to 101; they must add to 100."),
            ({"price": 39}, "weight_price", "The four weights add to 99; they must add to 100."),
            ({"time": None}, "weight_time", "Give a whole percentage between 0 and 100."),
            ({"time": -10, "price": 60}, "weight_time", "Give a whole percentage between 0 and 100."),
            ({"credit": 101}, "weight_credit", "Give a whole percentage between 0 and 100."),
            ({"credit": "10"}, "weight_credit", "Give a whole percentage between 0 and 100."),
            ({"time": 9.5, "credit": 10.5}, "weight_time", "Give a whole percentage between 0 and 100."),
            ({"proposal": 0, "price": 80}, "weight_proposal", "Where the proposal counts nothing"),
        ],
    )
    def test_weights_that_cannot_be_are_told_at_their_field(self, change, field, message, draft):
        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, weights={**WEIGHTS, **change})

        assert str(refusal.value.field_errors[field]).startswith(message)

    @pytest.mark.parametrize("number", [2, 0, -1, 16, None, "3", 3.0])
    def test_fewer_than_three_evaluators_or_too_many_are_refused(self, number, draft):
        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, evaluators=number)

        assert {name: str(text) for name, text in refusal.value.field_errors.items()} == {
            "evaluators": "Between 3 and 15 evaluators mark."
        }

    def test_more_than_the_pool_holds_are_refused(self, draft):
        EvaluatorFactory(employer_code=draft.owner.uscc)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, evaluators=5)

        assert "The pool holds 4 evaluators" in str(refusal.value.field_errors["evaluators"])

    def test_one_weight_may_be_zero(self, draft):
        assert save(draft, weights={"price": 50, "time": 0, "proposal": 50, "credit": 0}).parameters["weights"] == {
            "price": 50,
            "time": 0,
            "proposal": 50,
            "credit": 0,
        }

    def test_another_method_takes_the_parameters_away(self, draft):
        save(draft)

        saved = services.save_draft(request_id=draft.pk, values={"method": "lowest_price"}, actor=draft.created_by)

        assert saved.parameters == {}


class TestNewVersion:
    def test_fixes_the_pool_anew_and_tells_no_change_of_it(self, frozen_clock):
        EvaluatorFactory.create_batch(3)
        work_request = WorkRequestFactory(best_proposal=True, published=True)
        EvaluatorFactory()
        draft = services.begin_version(request_id=work_request.pk, actor=work_request.created_by)
        services.save_draft(
            request_id=draft.pk,
            values={
                "method": "best_proposal",
                "parameters": {"weights": WEIGHTS | {"price": 30, "credit": 20}, "evaluators": 3},
            },
            actor=work_request.created_by,
        )

        services.submit_version(request_id=draft.pk, actor=work_request.created_by)
        changed = services.publish_version(request_id=draft.pk, actor=MembershipFactory(operator=True).user)

        assert changed.announcement["parameters"]["pool"] == [1, 2, 3, 4]
        changes = changed.versions.get(number=2).changes
        assert [(one["field"], one["before"]["en"], one["after"]["en"]) for one in changes] == [
            (
                "parameters",
                "price 40%, time 10%, proposal 40%, credit 10%; 3 evaluators",
                "price 30%, time 10%, proposal 40%, credit 20%; 3 evaluators",
            )
        ]


class TestPublishing:
    def test_names_what_is_missing_at_its_field(self, draft):
        saved = services.save_draft(request_id=draft.pk, values={"method": "best_proposal"}, actor=draft.created_by)

        problems = drafts.problems_of(saved, TenderingPolicy.current(), at=saved.edited_at)

        assert set(problems) == {"weight_price", "weight_time", "weight_proposal", "weight_credit", "evaluators"}

    def test_is_refused_where_the_pool_has_shrunk_since(self, draft):
        saved = save(draft)
        for evaluator in EvaluatorFactory._meta.model.objects.all()[:2]:
            evaluator.left_at = saved.edited_at
            evaluator.save()

        problems = drafts.problems_of(saved, TenderingPolicy.current(), at=saved.edited_at)

        assert list(problems) == ["evaluators"]
