import pytest

from tests.factories.catalogue import FeeScheduleFactory, LegalBasisFactory, RegulationFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/fee-calculations/"


def ask(client, **question):
    return client.post(URL, question, content_type="application/json", headers={"Accept-Language": "en"})


class TestFeeCalculations:
    def test_a_schedule_answers_with_its_steps(self, client):
        FeeScheduleFactory(bidding=True)

        response = ask(client, code="CN-JJG-2002-1980", base=6000, variant="works")

        assert response.status_code == 200
        answer = response.json()
        assert answer["fee_cny"] == "225500.00"
        assert answer["steps"][0] == {
            "step": "band",
            "name": None,
            "label": "Band 1: above 0 to 100",
            "formula": "100 × 1%",
            "result": "1.00",
            "unit": "万元",
        }

    def test_an_item_answers_with_coefficients_and_parameters(self, client):
        ServiceItemFactory(code="HB-002", fee_variant="form")

        response = ask(
            client,
            code="HB-002",
            base="2",
            coefficients={"industry": "化工", "sensitivity": "sensitive"},
            parameters={"topics": 1},
        )

        assert response.json()["fee_cny"] == "86400.00"

    def test_a_base_a_thousand_times_the_usual_is_answered_with_a_question(self, client):
        ServiceItemFactory(code="HB-001")

        assert "¥300,000,000,000.00" in ask(client, code="HB-001", base="3000").json()["question"]
        assert "question" not in ask(client, code="HB-001", base="3000万").json()

    @pytest.mark.parametrize(
        ("change", "field", "type_"),
        [
            ({"base": 0}, "base", "fee-not-positive"),
            ({"base": "-3"}, "base", "fee-not-positive"),
            ({"base": "NaN"}, "base", "fee-not-a-number"),
            ({"base": 1e20}, "base", "fee-too-large"),
            ({"base": "3,6"}, "base", "fee-decimal-comma"),
            ({"code": "NOTHING"}, "code", "fee-unknown-code"),
            ({"variant": "works"}, "variant", "fee-unknown-variant"),
            ({"coefficients": {"industry": "煮茶"}}, "industry", "fee-unknown-entry"),
            ({"coefficients": {"colour": "red"}}, "colour", "fee-unknown-coefficient"),
            ({"parameters": {"topics": 1}}, "topics", "fee-not-for-this-variant"),
        ],
    )
    def test_what_the_rules_refuse_comes_as_problem_details_naming_the_field(self, client, change, field, type_):
        ServiceItemFactory(code="HB-001")

        response = ask(client, **({"code": "HB-001", "base": "3.6"} | change))

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["type"] == f"urn:mingxuan:problem:{type_}"
        assert list(response.json()["errors"]) == [field]

    @pytest.mark.parametrize(
        "change",
        [{"base": None}, {"base": [1]}, {"base": True}, {"code": ""}, {"coefficients": "x"}, {"code": "x" * 41}],
    )
    def test_what_is_no_question_comes_as_problem_details_too(self, client, change):
        response = ask(client, **({"code": "HB-001", "base": "3.6"} | change))

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert list(response.json()["errors"]) == list(change)

    def test_what_is_no_json_is_refused(self, client):
        response = client.post(URL, "{", content_type="application/json")

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"

    def test_it_is_not_for_reading(self, client):
        assert client.get(URL).status_code == 405


class TestReading:
    def test_items_are_listed_with_their_legal_basis_in_few_queries(self, client, django_assert_max_num_queries):
        for _ in range(3):
            LegalBasisFactory(item=ServiceItemFactory())

        with django_assert_max_num_queries(6):
            response = client.get("/api/v1/service-items/")

        assert response.json()["count"] == 3
        assert response.json()["results"][0]["legal_basis"][0]["status"] == "effective"

    def test_a_service_says_what_the_law_makes_of_it_and_that_nobody_has_reviewed_it(self, client):
        item = ServiceItemFactory(
            voluntary=True, self_made="yes", self_made_note_zh="可以自己做。", confidence="medium"
        )
        LegalBasisFactory(
            item=item, article="第十二条", role="self_made", checked="memory",
            regulation=RegulationFactory(document_no="主席令第86号", recorded_status="unverified", checked="memory"),
        )  # fmt: skip

        answer = client.get(f"/api/v1/service-items/{item.code}/").json()

        law = ("status", "merged_into", "tie", "self_made", "self_made_note", "confidence", "reviewed_on")
        assert {name: answer[name] for name in law} == {
            "status": "voluntary",
            "merged_into": None,
            "tie": "none",
            "self_made": "yes",
            "self_made_note": "可以自己做。",
            "confidence": "medium",
            "reviewed_on": None,
        }
        assert answer["legal_basis"] == [
            {
                "document_no": "主席令第86号",
                "title": "关于专业服务价格的通知",
                "status": "unverified",
                "document_checked": "memory",
                "article": "第十二条",
                "role": "self_made",
                "says": "实行市场调节价",
                "checked": "memory",
            }
        ]

    def test_what_has_been_abolished_is_not_named_as_needed(self, client):
        item = ServiceItemFactory(qualification_type__name_zh="造价咨询资质", qualification_type__ended_on="2021-06-30")

        assert client.get(f"/api/v1/service-items/{item.code}/").json()["qualification"] is None

    def test_a_merged_service_leads_on(self, client):
        item = ServiceItemFactory(merged=True, merged_into__code="SL-001")

        answer = client.get(f"/api/v1/service-items/{item.code}/").json()

        assert (answer["status"], answer["merged_into"]) == ("merged", "SL-001")

    def test_the_filters_are_those_of_the_page(self, client):
        ServiceItemFactory()
        other = ServiceItemFactory(without_standard=True, paid_by_authority=True)

        response = client.get("/api/v1/service-items/?standard=no&paid_by=authority")

        assert [item["code"] for item in response.json()["results"]] == [other.code]

    def test_a_closed_item_is_not_found(self, client):
        item = ServiceItemFactory(closed=True)

        assert client.get(f"/api/v1/service-items/{item.code}/").status_code == 404

    def test_schedules_carry_their_tables(self, client):
        schedule = FeeScheduleFactory()

        answer = client.get(f"/api/v1/fee-schedules/{schedule.code}/").json()

        assert answer["definition"]["variants"]["report"]["points"][0] == ["0", "5"]
