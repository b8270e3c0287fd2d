import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/requests/MX%00/", "/services/%00/", "/api/v1/service-items/%00/", "/en/requests/%00/"]
)
def test_a_nul_character_in_the_path_is_not_found_before_a_query_asks_for_it(
    client, path, django_assert_max_num_queries
):
    with django_assert_max_num_queries(0):
        assert client.get(path).status_code == 404
