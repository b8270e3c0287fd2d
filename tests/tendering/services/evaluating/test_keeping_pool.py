"""The evaluators' pool: who is in it, and whose numbers a request may announce."""

import pytest
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.facts.evaluators import announced_pool, tied_to
from marketplace.tendering.models import Evaluator
from marketplace.tendering.services import UnableToKeepPool
from tests.factories.accounts import HolderFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.evaluators import EvaluatorFactory, EvaluatorTieFactory
from tests.factories.tendering import WorkRequestFactory
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def clerk(frozen_clock):
    return MembershipFactory(operator=True, user__language="en").user


class TestAdmitEvaluator:
    def test_gives_the_next_number_and_writes_the_trail(self, clerk):
        first = services.admit_evaluator(
            user=UserFactory(), fields=["water", "environment"], employer=" 退休 ", actor=clerk
        )
        second = services.admit_evaluator(user=UserFactory(), fields=["water"], employer="河海大学", actor=clerk)

        assert (first.number, second.number) == (1, 2)
        assert first.fields == ["environment", "water"]
        assert first.employer == "退休"
        line = audit.trail("evaluator:1")[-1]
        assert (line.action, line.actor) == ("evaluator.admitted", clerk)
        assert line.after == {
            "user": first.user_id,
            "fields": ["environment", "water"],
            "employer": "退休",
            "employer_code": "",
        }

    @pytest.mark.parametrize("trait", ["regulator", "intermediary"])
    def test_is_the_operators_alone(self, trait, clerk):
        other = (
            MembershipFactory(regulator=True)
            if trait == "regulator"
            else MembershipFactory(organisation=OrganisationFactory(intermediary=True))
        )
        person = UserFactory()

        with nothing_changes(), pytest.raises(Refused):
            services.admit_evaluator(user=person, fields=["water"], employer="退休", actor=other.user)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"fields": [], "employer": "退休"}, "fields"),
            ({"fields": ["magic"], "employer": "退休"}, "fields"),
            ({"fields": ["water"], "employer": " "}, "employer"),
        ],
    )
    def test_asks_for_competence_and_employer(self, values, field, clerk):
        person = UserFactory()

        with nothing_changes(), pytest.raises(UnableToKeepPool) as refusal:
            services.admit_evaluator(user=person, actor=clerk, **values)

        assert list(refusal.value.field_errors) == [field]

    def test_nobody_twice(self, clerk):
        evaluator = EvaluatorFactory(left=True)

        with nothing_changes(), pytest.raises(UnableToKeepPool, match="in the pool already"):
            services.admit_evaluator(user=evaluator.user, fields=["water"], employer="退休", actor=clerk)

    def test_who_manages_the_pool_is_not_in_it(self, clerk):
        with nothing_changes(), pytest.raises(UnableToKeepPool, match="manages the pool"):
            services.admit_evaluator(user=clerk, fields=["water"], employer="退休", actor=clerk)


class TestKeepingIt:
    def test_a_change_stands_in_the_trail_with_what_was(self, clerk):
        evaluator = EvaluatorFactory(employer="退休")

        services.change_evaluator(evaluator_id=evaluator.pk, fields=["water"], employer="河海大学", actor=clerk)

        line = audit.trail(evaluator.audit_matter)[-1]
        assert line.before == {"fields": ["environment"], "employer": "退休", "employer_code": ""}
        assert line.after == {"fields": ["water"], "employer": "河海大学", "employer_code": ""}

    def test_a_change_of_nothing_leaves_no_line(self, clerk):
        evaluator = EvaluatorFactory(employer="退休")

        services.change_evaluator(evaluator_id=evaluator.pk, fields=["environment"], employer="退休", actor=clerk)

        assert audit.trail(evaluator.audit_matter) == []

    def test_a_tie_is_declared_once_and_ends_on_the_record(self, clerk):
        tie = EvaluatorTieFactory()
        arguments = {"evaluator_id": tie.evaluator_id, "organisation": tie.organisation, "ground": "work"}

        with nothing_changes(), pytest.raises(UnableToKeepPool, match="stands already"):
            services.declare_evaluator_tie(**arguments, actor=clerk)
        services.end_evaluator_tie(evaluator_id=tie.evaluator_id, tie_id=tie.pk, actor=clerk)
        services.declare_evaluator_tie(**arguments, actor=clerk)

        ties = tie.evaluator.ties.order_by("pk")
        assert [one.ended_at is None for one in ties] == [False, True]

    def test_a_tie_that_has_ended_does_not_end_again(self, clerk):
        tie = EvaluatorTieFactory()
        services.end_evaluator_tie(evaluator_id=tie.evaluator_id, tie_id=tie.pk, actor=clerk)

        with nothing_changes(), pytest.raises(UnableToKeepPool, match="ended already"):
            services.end_evaluator_tie(evaluator_id=tie.evaluator_id, tie_id=tie.pk, actor=clerk)

    def test_who_leaves_comes_back_under_the_same_number(self, clerk):
        evaluator = EvaluatorFactory()

        services.retire_evaluator(evaluator_id=evaluator.pk, actor=clerk)
        assert list(Evaluator.objects.active()) == []
        services.readmit_evaluator(evaluator_id=evaluator.pk, actor=clerk)

        assert [one.number for one in Evaluator.objects.active()] == [evaluator.number]
        assert [line.action for line in audit.trail(evaluator.audit_matter)] == [
            "evaluator.left",
            "evaluator.readmitted",
        ]


class TestAnnouncedPool:
    def test_holds_all_who_are_competent_and_nobody_else(self, frozen_clock):
        work_request = WorkRequestFactory()
        one, other = EvaluatorFactory(), EvaluatorFactory(fields=["water", "environment"])
        EvaluatorFactory(fields=["water"])
        EvaluatorFactory(left=True)
        EvaluatorFactory(user__is_active=False)

        assert announced_pool(work_request) == [one.number, other.number]

    def test_leaves_out_who_is_tied_to_the_owner(self, frozen_clock):
        work_request = WorkRequestFactory()
        free = EvaluatorFactory()
        EvaluatorTieFactory(organisation=work_request.owner)
        EvaluatorFactory(employer_code=work_request.owner.uscc)
        MembershipFactory(organisation=work_request.owner, user=EvaluatorFactory().user, reader=True)
        MembershipFactory(organisation=work_request.owner, user=EvaluatorFactory().user, left=True)

        assert announced_pool(work_request) == [free.number]

    def test_a_tie_that_has_ended_no_longer_counts(self, frozen_clock):
        work_request = WorkRequestFactory()
        tie = EvaluatorTieFactory(organisation=work_request.owner, ended_at=clock.now())

        assert announced_pool(work_request) == [tie.evaluator.number]


class TestTiedTo:
    def test_reaches_a_firm_that_is_related_to_the_one_declared(self, frozen_clock):
        bidder, sister, stranger = (OrganisationFactory(intermediary=True) for _ in range(3))
        for firm in (bidder, sister):
            HolderFactory(organisation=firm, name="姑射控股", code="")
        tied, free = EvaluatorTieFactory(organisation=sister), EvaluatorTieFactory(organisation=stranger)

        assert tied_to([tied.evaluator, free.evaluator], [bidder]) == {tied.evaluator_id}


class TestConsole:
    @pytest.fixture
    def console(self, client, clerk):
        sync_console_access(clerk)
        client.force_login(clerk)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    def test_admits_by_the_address_of_an_account(self, console):
        person = UserFactory()

        response = console.post(
            "/console/evaluators/admit/",
            {"email": person.email.upper(), "fields_of_competence": ["water"], "employer": "退休"},
        )

        assert response.url == "/console/evaluators/1/"
        assert Evaluator.objects.get().user == person

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"email": "nobody@example.com"}, "email"),
            ({"fields_of_competence": []}, "fields_of_competence"),
            ({"fields_of_competence": ["magic"]}, "fields_of_competence"),
            ({"employer": ""}, "employer"),
            ({"employer_code": "91320411MA00000000"}, "employer_code"),
        ],
    )
    def test_says_at_the_field_what_is_wrong(self, values, field, console):
        data = {"email": UserFactory().email, "fields_of_competence": ["water"], "employer": "退休"} | values

        response = console.post("/console/evaluators/admit/", data)

        assert list(response.context["form"].errors) == [field]
        assert not Evaluator.objects.exists()

    def test_shows_person_ties_and_trail(self, console, clerk):
        tie = EvaluatorTieFactory(evaluator__user__name="沈某")
        services.end_evaluator_tie(evaluator_id=tie.evaluator_id, tie_id=tie.pk, actor=clerk)

        page = console.get(f"/console/evaluators/{tie.evaluator.number}/").content.decode()

        for words in ("沈某", tie.organisation.name_zh, "2026-11-23", clerk.name):
            assert words in page

    def test_a_wrong_tie_is_refused_at_its_field(self, console):
        evaluator = EvaluatorFactory()
        unknown = OrganisationFactory.build(intermediary=True).uscc

        response = console.post(f"/console/evaluators/{evaluator.number}/ties/", {"uscc": unknown, "ground": "work"})

        assert response.status_code == 422
        assert list(response.context["tie_form"].errors) == ["uscc"]
        assert not evaluator.ties.exists()

    def test_ties_and_leaving_by_the_pages_buttons(self, console):
        evaluator, firm = EvaluatorFactory(), OrganisationFactory(intermediary=True)
        page = f"/console/evaluators/{evaluator.number}/"

        console.post(f"{page}ties/", {"uscc": firm.uscc, "ground": "family"})
        tie = evaluator.ties.get()
        console.post(f"{page}ties/{tie.pk}/end/")
        console.post(f"{page}retire/")

        tie.refresh_from_db()
        evaluator.refresh_from_db()
        assert (tie.organisation, tie.ground, tie.ended_at is None) == (firm, "family", False)
        assert not evaluator.is_active
        console.post(f"{page}readmit/")
        evaluator.refresh_from_db()
        assert evaluator.is_active

    def test_the_list_takes_the_same_number_of_queries_for_more_people(self, console, django_assert_max_num_queries):
        for _ in range(3):
            EvaluatorTieFactory()
        console.get("/console/evaluators/")
        with django_assert_max_num_queries(60) as first:
            console.get("/console/evaluators/")
        for _ in range(10):
            EvaluatorTieFactory()

        with django_assert_max_num_queries(60) as second:
            console.get("/console/evaluators/")

        assert len(second) == len(first)
