import pytest

from tests.factories.catalogue import RegulationFactory, ServiceItemFactory
from tests.factories.cms import regulation_page

pytestmark = pytest.mark.django_db
URL = "/api/v1/regulations/"


@pytest.fixture
def regulation():
    regulation = RegulationFactory(
        document_no="国家发展改革委令第36号", title_zh="信用修复管理办法", level="departmental rule"
    )
    ServiceItemFactory(without_standard=True).bases.create(regulation=regulation)
    regulation_page(regulation)
    return regulation


class TestList:
    def test_says_what_the_page_says(self, client, regulation):
        [row] = client.get(URL).json()["results"]

        assert row["document_no"] == "国家发展改革委令第36号"
        assert row["status"] == "effective"
        assert row["services"] == 1
        assert row["effective_on"] == "2015-03-01"
        assert row["url"].startswith("/regulations/")

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"status": "effective"}, 1),
            ({"status": "repealed"}, 0),
            ({"q": "修复"}, 1),
            ({"level": "departmental rule"}, 1),
        ],
    )
    def test_takes_the_filters_of_the_page(self, client, regulation, query, count):
        assert client.get(URL, query).json()["count"] == count

    def test_a_draft_is_not_there(self, client, regulation):
        draft = regulation_page(live=False).regulation

        assert client.get(URL).json()["count"] == 1
        assert client.get(f"{URL}{draft.document_no}/").status_code == 404

    def test_an_unknown_choice_is_a_problem(self, client, regulation):
        response = client.get(URL, {"status": "nonsense"})

        assert response.status_code == 400
        assert response["Content-Type"].startswith("application/problem+json")

    def test_the_number_of_queries_does_not_grow(self, client, regulation, django_assert_max_num_queries):
        for _ in range(15):
            regulation_page()

        with django_assert_max_num_queries(8):
            assert len(client.get(URL).json()["results"]) == 16


class TestDetail:
    def test_by_document_number(self, client, regulation):
        assert client.get(f"{URL}国家发展改革委令第36号/").json()["title_zh"] == "信用修复管理办法"
