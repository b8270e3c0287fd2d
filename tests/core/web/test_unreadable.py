"""What nobody can read is answered in the reader's language, or as problem details: never a 500, never bare English."""

import json

import pytest
from django.test import Client

from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db

BOUNDARY = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "path", ["/requests/MX%00/", "/services/%00/", "/api/v1/service-items/%00/", "/en/requests/%00/"]
)
def test_a_nul_character_in_the_path_is_not_found_before_a_query_asks_for_it(
    client, path, django_assert_max_num_queries
):
    with django_assert_max_num_queries(0):
        assert client.get(path).status_code == 404


#: A request, and the status and the Chinese and English words of its answer.
GET = {
    "a query in GBK": ("/services/?q=%BB%B7%C6%C0", {}, 400, "无法读取", "cannot be read"),
    "a query with NUL": ("/services/?q=%00", {}, 400, "无法读取", "cannot be read"),
    "an address without end": ("/services/?q=" + "x" * 9000, {}, 414, "地址太长", "address is too long"),
    "a path without end": ("/services/" + "x" * 9000 + "/", {}, 414, "地址太长", "address is too long"),
    "cookies without end": ("/services/", {"HTTP_COOKIE": "a=" + "x" * 17_000}, 431, "太多", "too much along"),
    "another host": ("/services/", {"HTTP_HOST": "a b"}, 400, "无法读取", "cannot be read"),
    "fields without end": ("/services/?" + "a&" * 1001, {}, 400, "字段太多", "too many fields"),
}
POST = {
    "a body too large": (FORM, b"a=" + b"x" * 3_000_000, 413, "太大", "too large"),
    "files too large": (BOUNDARY, b"x" * 26_000_000, 413, "太大", "too large"),
    "fields without end": (FORM, b"a=1&" * 1001, 400, "字段太多", "too many fields"),
    "a form in GBK": (FORM + "; charset=gbk", "login=周".encode("gbk"), 400, "无法读取", "cannot be read"),
    "a field with NUL": (FORM, b"login=%00&password=x", 400, "无法读取", "cannot be read"),
    "parts without a boundary": ("multipart/form-data", b"x", 400, "无法读取", "cannot be read"),
}


def strictly(**kwargs):
    """A browser whose form is checked, so that its body is read as on the real site."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False, **kwargs)


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.ALLOWED_HOSTS = ["testserver"]


class TestPages:
    @pytest.mark.parametrize("case", GET)
    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_an_address_is_answered_in_the_readers_language(self, case, prefix):
        path, headers, status, chinese, english = GET[case]

        answer = strictly().get(prefix + path, **headers)

        assert answer.status_code == status
        assert (english if prefix else chinese) in answer.content.decode()

    @pytest.mark.parametrize("case", POST)
    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_a_form_is_answered_in_the_readers_language(self, client, case, prefix):
        kind, body, status, chinese, english = POST[case]

        answer = client.generic("POST", f"{prefix}/accounts/login/", body, kind)

        assert answer.status_code == status
        assert (english if prefix else chinese) in answer.content.decode()

    @pytest.mark.parametrize(
        "cookie",
        [
            b"sessionid=\xff\xfe",
            b"sessionid=" + "周".encode(),
            b"django_language=\xff; csrftoken=\xff",
            b"messages=\xff",
        ],
    )
    def test_a_cookie_of_other_bytes_is_none(self, cookie):
        assert strictly().get("/services/", HTTP_COOKIE=cookie.decode("latin-1")).status_code == 200

    def test_a_path_in_gbk_is_not_found(self):
        answer = strictly().get("/services/%BB%B7/")

        assert answer.status_code == 404
        assert "没有这个页面" in answer.content.decode()


class TestTheApi:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/api/v1/service-items/?q=%BB%B7", 400),
            ("/api/v1/service-items/?q=%00", 400),
            ("/api/v1/service-items/?q=" + "x" * 9000, 414),
            ("/api/v1/nowhere/", 404),
        ],
    )
    @pytest.mark.parametrize(("language", "title"), [("zh-hans", True), ("en", False)])
    def test_an_address_gets_problem_details(self, client, path, status, language, title):
        answer = client.get(path, headers={"accept-language": language})

        problem = json.loads(answer.content)
        assert (answer.status_code, answer["Content-Type"], problem["status"]) == (
            status,
            "application/problem+json",
            status,
        )
        assert any(ord(letter) > 0x4E00 for letter in problem["title"]) is title

    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            ("application/json", b'{"item": ', 400),
            ("application/json", b'{"item": "\xff"}', 400),
            ("application/json", b"x" * 3_000_000, 413),
            ("application/json; charset=nonsense", b"{}", 400),
            ("text/plain", b"x", 415),
        ],
    )
    def test_a_body_gets_problem_details(self, client, kind, body, status):
        client.force_login(MembershipFactory().user)
        answer = client.generic("POST", "/api/v1/fee-calculations/", body, kind)

        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
