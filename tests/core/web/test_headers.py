import pytest

from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

PRIVATE = "private, no-store"


@pytest.fixture
def member(client):
    client.force_login(MembershipFactory().user)
    return client


class TestPrivatePages:
    @pytest.mark.parametrize(
        "path",
        ["/workbench/", "/workbench/me/", "/accounts/email/", "/services/", "/api/v1/service-items/", "/nowhere/"],
    )
    def test_of_somebody_signed_in_are_kept_by_no_cache(self, member, path):
        assert member.get(path).headers["Cache-Control"] == PRIVATE

    def test_signing_in_is_kept_by_no_cache(self, client):
        user = UserFactory(verified=True)

        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})

        assert answer.headers["Cache-Control"] == PRIVATE

    def test_receipts_are_kept_by_no_cache_whoever_looks(self, client):
        assert "no-store" in client.get("/receipts/").headers["Cache-Control"]

    def test_a_visitors_page_may_be_kept(self, client):
        assert "no-store" not in client.get("/services/").headers.get("Cache-Control", "")


class TestEveryPage:
    @pytest.mark.parametrize("path", ["/services/", "/nowhere/", "/api/v1/service-items/", "/console/", "/healthz"])
    def test_says_what_the_browser_may_do_with_it(self, client, path):
        headers = client.get(path).headers

        assert "camera=()" in headers["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
