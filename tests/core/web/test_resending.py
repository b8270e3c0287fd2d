"""What was typed comes back where a form arrives after its session's end, or with the token of an earlier one."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.accounts.models import Organisation
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

HERE = {"HTTP_ORIGIN": "http://testserver", "HTTP_REFERER": "http://testserver/workbench/organisation/new/?x=1"}
FORM = {"uscc": "91320411MA1MXXXX5K", "name_zh": '海市 "新材料" <有限公司>', "holders-TOTAL_FORMS": "0"}


@pytest.fixture
def browser():
    """A browser whose forms need a token, as all do outside tests."""
    return Client(enforce_csrf_checks=True)


def token_of(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]


def hidden(page):
    from html import unescape

    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


class TestAfterTheSessionsEnd:
    def test_the_form_waits_in_the_answer(self, client):
        page = client.post("/workbench/organisation/new/", FORM, **HERE)

        assert page.status_code == 403
        assert hidden(page) == FORM
        assert 'action="/workbench/organisation/new/"' in page.content.decode()
        assert "/accounts/login/?next=/session/again/" in page.content.decode()
        assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert not Organisation.objects.exists()

    def test_files_are_asked_for_by_name(self, client):
        upload = SimpleUploadedFile("申请.pdf", b"%PDF")

        page = client.post(
            "/workbench/requests/MX-2026-0001/edit/contact/", {"contact_name": "赵某", "attachment": upload}
        )

        assert "请重新选择文件：申请.pdf" in page.content.decode()
        assert 'type="file" name="attachment"' in page.content.decode()

    def test_a_button_alone_leads_to_signing_in_and_back_to_its_page(self, client):
        answer = client.post("/workbench/notices/read/", **HERE)

        assert answer.url == "/accounts/login/?next=/workbench/organisation/new/%3Fx%3D1"
        assert "再次点击" in client.get(answer.url).content.decode()

    def test_a_page_of_another_site_is_not_led_back_to(self, client):
        answer = client.post("/workbench/notices/read/", HTTP_REFERER="https://elsewhere.example/x")

        assert answer.url == "/accounts/login/?next=/workbench/notices/read/"

    def test_a_script_is_told_in_words(self, client):
        answer = client.post("/workbench/organisation/new/", FORM, HTTP_SEC_FETCH_MODE="cors")

        assert answer.status_code == 401
        assert "登录" in answer.json()["detail"]

    def test_a_password_does_not_come_back(self, client):
        answer = client.post("/accounts/password/change/", {"oldpassword": "s3cret-words"})

        assert answer.status_code == 302
        assert "s3cret-words" not in client.get(answer.url).content.decode()

    def test_on_the_english_page_it_says_so_in_english(self, client):
        page = client.post("/en/workbench/organisation/new/", FORM)

        assert "You were signed out; nothing is lost" in page.content.decode()


class TestWithAnOldToken:
    def sent(self, browser, *, token="old", **headers):
        user = UserFactory(verified=True)
        MembershipFactory(user=user)
        token_page = browser.get("/accounts/login/")
        browser.post(
            "/accounts/login/",
            {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token_of(token_page)},
        )
        old = token_of(token_page) if token == "old" else token
        return browser.post("/workbench/me/", {"name": "新名", "language": "en", "csrfmiddlewaretoken": old}, **headers)

    def test_the_form_comes_back_with_a_new_one_and_goes_through(self, browser):
        page = self.sent(browser, **HERE)

        assert page.status_code == 403
        assert hidden(page) == {"name": "新名", "language": "en"}
        answer = browser.post("/workbench/me/", {**hidden(page), "csrfmiddlewaretoken": token_of(page)})
        assert answer.status_code == 302
        assert page.wsgi_request.user.__class__.objects.get().name == "新名"

    def test_from_another_site_nothing_comes_back(self, browser):
        page = self.sent(browser, HTTP_ORIGIN="https://elsewhere.example")

        assert page.status_code == 403
        assert "新名" not in page.content.decode()
        assert 'href="/workbench/me/"' in page.content.decode()

    def test_from_a_page_that_says_nothing_of_itself_nothing_comes_back(self, browser):
        assert "新名" not in self.sent(browser).content.decode()

    def test_it_says_who_sends_it_now(self, browser):
        page = self.sent(browser, **HERE)

        assert str(page.wsgi_request.organisation) in page.content.decode()

    def test_signing_in_shows_no_password_again(self, browser):
        page = browser.post("/accounts/login/", {"login": "a@b.example", "password": "s3cret-words"}, **HERE)

        assert page.status_code == 403
        assert "s3cret-words" not in page.content.decode()
        assert "重新载入" in page.content.decode()

    def test_a_script_is_told_in_words(self, browser):
        answer = browser.post("/workbench/me/", {"name": "新名"}, HTTP_SEC_FETCH_MODE="same-origin")

        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/json"
