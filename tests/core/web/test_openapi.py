import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths(client):
    return json.loads(client.get("/api/v1/schema/?format=json").content)["paths"]


class TestTheDescription:
    def test_names_what_any_operation_may_refuse_as_a_problem(self, paths):
        operations = [operation for each in paths.values() for operation in each.values()]

        for operation in operations:
            refusals = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
            assert {"400", "401", "403", "406", "414", "429", "431", "503"} <= refusals.keys()
            assert all([*answer["content"]] == ["application/problem+json"] for answer in refusals.values())
        assert len(operations) > 15

    def test_names_what_a_filing_may_meet_beside(self, paths):
        filing = paths["/api/v1/work-requests/{number}/bids/"]["post"]["responses"]

        assert {"404", "409", "413", "415"} <= filing.keys()
        assert filing["409"]["description"].startswith("Too late, not eligible")

    def test_says_which_pages_a_list_has(self, paths):
        given = {each["name"]: each["schema"] for each in paths["/api/v1/awards/"]["get"]["parameters"]}

        assert given["page_size"] == {"type": "integer", "minimum": 1, "maximum": 100}
        assert given["page"] == {"type": "integer", "minimum": 1}


class TestAListOfTheApi:
    @pytest.mark.parametrize(
        "query", ["stauts=open", "page_size=0", "page_size=101", "page_size=ten", "page_size=1&page_size=2", "page=-1"]
    )
    def test_filter_or_page_that_it_does_not_have_is_refused(self, client, query):
        answer = client.get(f"/api/v1/work-requests/?{query}")

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [query.partition("=")[0]]

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            ("work-requests", "item"),
            ("awards", "price_max"),
            ("regulations", "q"),
            ("awards", "sort"),
            ("fee-schedules", "page"),
            ("fee-schedules", "page_size"),
        ],
    )
    def test_filter_given_twice_is_refused_for_none_would_say_which_counts(self, client, kind, name):
        answer = client.get(f"/api/v1/{kind}/?{name}=1&{name}=2")

        assert answer.status_code == 400
        assert answer.json()["errors"] == {name: ["这一项请只填一次。"]}

    def test_filter_of_several_values_is_given_several_times(self, client):
        assert client.get("/api/v1/service-items/?status=active&status=voluntary").status_code == 200

    @pytest.mark.parametrize("query", ["page_size=100", "page=1", "price_max_min=1&price_max_max=2", "format=json", ""])
    def test_filter_that_it_has_is_taken(self, client, query):
        assert client.get(f"/api/v1/work-requests/?{query}").status_code == 200


def test_an_order_asked_for_with_nothing_is_described_as_it_is_taken(client):
    description = client.get("/api/v1/schema/?format=json").json()["paths"]["/api/v1/service-items/"]["get"]

    [sort] = [each for each in description["parameters"] if each["name"] == "sort"]
    assert sort["schema"]["items"]["enum"] == ["", "catalogue", "days", "name"]
    assert client.get("/api/v1/service-items/?sort=,").status_code == 200
