import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from credit.due_work import KIND, schedule_next_refresh
from credit.eligibility import credit_facts, is_restricted
from credit.models import CreditModel, CreditRule, CurrentStanding
from credit.rating import Grade
from credit.services import ModelVersionChanged, load_credit_model, refresh_standings, standing_of
from marketplace.core import outbox
from marketplace.core.models import DueWork
from tests.credit.histories import MODEL
from tests.factories.accounts import OrganisationFactory
from tests.factories.credit import (
    CompletionFactory,
    ConductEventFactory,
    CreditRuleFactory,
    EngagementFactory,
    ProcessStepFactory,
    ReviewChangeFactory,
    ReviewFactory,
)

TODAY = date(2026, 11, 23)


def with_history(**fields):
    subject = OrganisationFactory(intermediary=True, **fields)
    review = ReviewFactory(subject=subject, contract_no=f"HT-{subject.pk}")
    ReviewChangeFactory(review=review)
    ProcessStepFactory(subject=subject, client=review.client)
    EngagementFactory(subject=subject, client=review.client)
    CompletionFactory(subject=subject, client=review.client)
    ConductEventFactory.decided(subject=subject)
    return subject


@pytest.mark.usefixtures("rating_model", "frozen_clock")
class TestStandings:
    def test_take_the_same_few_queries_however_many(self, django_assert_num_queries):
        ids = [with_history().pk for _ in range(4)]

        with django_assert_num_queries(11):
            refresh_standings(ids)

        assert CurrentStanding.objects.count() == 4

    def test_name_the_model_version_of_their_day(self, rating_model):
        subject = OrganisationFactory(intermediary=True)
        definition = MODEL.definition | {"version": "UCR-2026.2"}
        CreditModel.objects.create(version="UCR-2026.2", definition=definition, effective_on=TODAY)

        versions = [standing_of(subject, day).model.version for day in (date(2026, 11, 22), TODAY)]

        assert versions == ["UCR-2026.1", "UCR-2026.2"]

    def test_what_is_recorded_later_does_not_touch_an_earlier_day(self, frozen_clock):
        subject = OrganisationFactory(intermediary=True)
        frozen_clock.advance(days=3)
        ProcessStepFactory(subject=subject, late=True, due_on=TODAY)

        assert standing_of(subject, TODAY).score == Decimal("86.00")
        assert standing_of(subject).score == Decimal("83.33")


@pytest.mark.usefixtures("rating_model", "frozen_clock")
class TestDailyRefresh:
    def test_refreshes_all_and_schedules_the_next_day(self, frozen_clock):
        subject = OrganisationFactory(intermediary=True)
        schedule_next_refresh()
        ConductEventFactory.decided(subject=subject, effective_on=date(2026, 11, 24))
        frozen_clock.move_to("2026-11-24 00:00")

        outbox.run_due()

        current = CurrentStanding.objects.get(organisation=subject)
        assert (current.as_of, current.score) == (date(2026, 11, 24), Decimal("85.10"))
        assert DueWork.objects.get(kind=KIND, done_at=None).key == "2026-11-25"

    def test_goes_on_in_batches(self, frozen_clock, monkeypatch):
        monkeypatch.setattr("credit.due_work.BATCH", 2)
        firms = [OrganisationFactory(intermediary=True) for _ in range(5)]
        schedule_next_refresh()
        frozen_clock.move_to("2026-11-24 00:00")

        outbox.run_due()

        assert CurrentStanding.objects.filter(as_of=date(2026, 11, 24)).count() == len(firms)

    def test_scheduling_again_changes_nothing(self):
        for _ in range(2):
            schedule_next_refresh()

        assert DueWork.objects.filter(kind=KIND).count() == 1


@pytest.mark.usefixtures("rating_model", "frozen_clock")
class TestEligibility:
    def test_a_restricted_firm_cannot_bid(self):
        subject = OrganisationFactory(intermediary=True)
        ConductEventFactory.decided(subject=subject, rule=CreditRuleFactory(serious=True))

        facts = credit_facts(subject, TODAY)

        assert (facts.may_bid, facts.restricted_until) == (False, date(2027, 5, 22))
        assert is_restricted(subject, TODAY)
        assert not is_restricted(subject, date(2026, 11, 22))

    def test_a_grade_reaches_what_is_asked(self):
        facts = credit_facts(OrganisationFactory(intermediary=True), TODAY)

        assert facts.grade is Grade.A
        assert [facts.reaches(grade) for grade in ("AA", "A", "B")] == [False, True, True]


@pytest.mark.django_db
class TestLoadCreditModel:
    def test_again_changes_nothing(self):
        for _ in range(2):
            call_command("load_credit_model", stdout=StringIO())

        assert (CreditModel.objects.count(), CreditRule.objects.count()) == (1, 25)
        assert CreditRule.objects.get(code="D05").signed_points == -20

    def test_refuses_a_published_version_with_another_content(self, tmp_path, settings):
        load_credit_model()
        for name in ("credit_rules.csv", "credit_model.json"):
            (tmp_path / name).write_text((settings.FIXTURES / name).read_text())
        definition = json.loads((tmp_path / "credit_model.json").read_text())
        (tmp_path / "credit_model.json").write_text(json.dumps(definition | {"about": "changed"}))

        with pytest.raises(ModelVersionChanged):
            load_credit_model(folder=tmp_path)

        assert CreditModel.objects.get().definition["about"] != "changed"


@pytest.mark.usefixtures("rating_model", "frozen_clock")
class TestExplainStanding:
    def explain(self, *arguments):
        out = StringIO()
        call_command("explain_standing", *arguments, stdout=out)
        return out.getvalue()

    def test_opens_the_score_to_the_last_digit(self):
        subject = with_history()

        document = json.loads(self.explain(subject.uscc))

        assert list(document)[:7] == ["uscc", "as_of", "model", "score", "grade", "provisional", "components"]
        assert [component["code"] for component in document["components"]] == ["reviews", "conduct", "fulfilment"]
        with localcontext(prec=60):
            total = Decimal(0)
            for component in document["components"]:
                rows = [(Decimal(row["weight"]), Decimal(row["value"])) for row in component["rows"]]
                value = Decimal(component["value"])
                total += Decimal(component["weight"]) * value
                if component["code"] != "conduct":
                    mean = sum(weight * points for weight, points in rows) / sum(weight for weight, _ in rows)
                    assert abs(mean - value) < Decimal("1e-20")
            assert str(total.quantize(Decimal("0.01"), ROUND_HALF_UP)) == document["score"]

    def test_shows_the_prior_and_each_row_by_its_identifier(self):
        subject = with_history()

        document = json.loads(self.explain(subject.uscc))

        reviews, conduct, _ = (component["rows"] for component in document["components"])
        assert reviews[0] == {"what": "prior", "on": None, "weight": "5", "value": "80"}
        assert reviews[1] == {"what": f"HT-{subject.pk}", "on": "2026-11-23", "weight": "1", "value": "100"}
        assert conduct[1]["what"].endswith(" D09")
        assert conduct[1]["value"] == "-3"

    def test_answers_for_another_day(self):
        subject = with_history()

        document = json.loads(self.explain(subject.uscc, "--as-of", "2026-11-22"))

        assert (document["as_of"], document["score"]) == ("2026-11-22", "86.00")

    def test_without_a_code_lists_all_a_line_each(self):
        codes = sorted(OrganisationFactory(intermediary=True).uscc for _ in range(3))
        OrganisationFactory()

        lines = self.explain().splitlines()

        assert [json.loads(line)["uscc"] for line in lines] == codes

    def test_takes_a_code_however_it_is_written(self):
        subject = OrganisationFactory(intermediary=True)

        assert json.loads(self.explain(subject.uscc.lower()))["uscc"] == subject.uscc

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("91320499MA1A2B3C65",), "not a unified social credit code"),
            (("9132040000000000X1",), "code"),
            (("--as-of", "2026-11-24"), "future"),
            (("--as-of", "yesterday"), "as-of"),
        ],
    )
    def test_bad_input_is_refused_with_its_reason(self, arguments, message):
        with pytest.raises(CommandError, match=message):
            self.explain(*arguments)


@pytest.mark.usefixtures("rating_model", "frozen_clock")
class TestStandingApi:
    def test_gives_the_same_document_as_the_command(self, client):
        subject = with_history()
        out = StringIO()
        call_command("explain_standing", subject.uscc, stdout=out)

        answer = client.get(f"/api/v1/intermediaries/{subject.uscc}/standing/")

        assert answer.json() == json.loads(out.getvalue())

    def test_takes_a_day(self, client):
        subject = with_history()

        answer = client.get(f"/api/v1/intermediaries/{subject.uscc}/standing/", {"on": "2026-11-22"})

        assert answer.json()["score"] == "86.00"

    @pytest.mark.parametrize("on", ["2026-11-24", "2026-02-30", "x"])
    def test_an_impossible_day_is_a_problem_document(self, client, on):
        subject = OrganisationFactory(intermediary=True)

        answer = client.get(f"/api/v1/intermediaries/{subject.uscc}/standing/", {"on": on})

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert list(answer.json()["errors"]) == ["on"]

    def test_an_enterprise_has_no_standing(self, client):
        assert client.get(f"/api/v1/intermediaries/{OrganisationFactory().uscc}/standing/").status_code == 404

    def test_the_model_and_its_rules_are_open(self, client):
        load_credit_model()

        document = client.get("/api/v1/credit-model/").json()

        assert document["model"]["version"] == "UCR-2026.1"
        assert len(document["rules"]) == 25
