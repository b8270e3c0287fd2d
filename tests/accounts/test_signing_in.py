import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core.clock import SHANGHAI
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SIGNUP = "/accounts/signup/"


def code_in(message):
    return re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", message.body, re.MULTILINE).group(1)


def signed_in(client):
    return "_auth_user_id" in client.session


def sign_in(client, user):
    """Signed in, and confirmed once more, as what concerns the account's safety asks for."""
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


class TestSignUp:
    FORM = {"name": "周某", "email": "zhou@example.com", "password1": PASSWORD, "password2": PASSWORD}

    def test_confirms_the_address_by_a_code_and_leads_to_the_workbench(self, client):
        response = client.post(SIGNUP, self.FORM)
        assert response.url == reverse("account_email_verification_sent")
        assert not signed_in(client)

        response = client.post(response.url, {"code": code_in(mail.outbox[0])})

        assert response.url == reverse("accounts:workbench")
        user = User.objects.get()
        assert (user.name, user.email, user.language) == ("周某", "zhou@example.com", "zh-hans")
        assert EmailAddress.objects.get().verified
        assert signed_in(client)

    def test_on_the_english_page_gives_english_mail(self, client):
        client.post("/en" + SIGNUP, self.FORM)

        assert User.objects.get().language == "en"
        assert "enter this code" in mail.outbox[0].body

    def test_a_wrong_code_confirms_nothing(self, client):
        response = client.post(SIGNUP, self.FORM)

        page = client.post(response.url, {"code": "WRONG1"})

        assert "验证码不对" in page.content.decode()
        assert not EmailAddress.objects.get().verified
        assert not signed_in(client)

    def test_a_known_address_is_not_given_away(self, client):
        UserFactory(email="zhou@example.com", verified=True)

        response = client.post(SIGNUP, self.FORM)

        assert response.url == reverse("account_email_verification_sent")
        assert User.objects.count() == 1
        assert "已有账号" in mail.outbox[0].body

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("email", "zhou"),
            ("password2", "Another-one-2026"),
            ("password1", "12345678901"),
            ("password1", "short"),
            ("name", "周" * 101),
        ],
    )
    def test_bad_input_is_shown_at_its_field(self, client, field, value):
        page = client.post(SIGNUP, {**self.FORM, field: value})

        assert page.status_code == 200
        assert "field-error" in page.content.decode()
        assert not User.objects.exists()


class TestSignIn:
    def test_leads_to_the_workbench(self, client):
        user = UserFactory(verified=True)

        response = client.post(LOGIN, {"login": user.email.upper(), "password": PASSWORD})

        assert response.url == reverse("accounts:workbench")

    def test_a_wrong_password_says_so_without_telling_whether_the_account_exists(self, client):
        user = UserFactory(verified=True)

        known = client.post(LOGIN, {"login": user.email, "password": "wrong"}).content.decode()
        unknown = client.post(LOGIN, {"login": "nobody@example.com", "password": "wrong"}).content.decode()

        assert "电子邮箱与密码不符" in known
        assert "电子邮箱与密码不符" in unknown
        assert not signed_in(client)

    def test_a_closed_account_stays_out(self, client):
        user = UserFactory(verified=True, is_active=False)

        client.post(LOGIN, {"login": user.email, "password": PASSWORD})

        assert not signed_in(client)

    def test_is_throttled_at_its_address_even_for_the_right_password(self, client):
        user = UserFactory(verified=True)
        for _ in range(5):
            client.post(LOGIN, {"login": user.email, "password": "wrong"})

        page = client.post(LOGIN, {"login": user.email, "password": PASSWORD})

        assert "失败次数过多" in page.content.decode()
        assert not signed_in(client)

    def test_a_stranger_who_guesses_does_not_lock_the_owner_out(self, client):
        user = UserFactory(verified=True)
        for number in range(40):
            Client(REMOTE_ADDR=f"198.51.100.{number % 8}").post(LOGIN, {"login": user.email, "password": "wrong"})

        client.post(LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")

        assert signed_in(client)

    def test_a_stranger_who_asks_for_codes_does_not_keep_the_owner_from_one(self, client):
        user = UserFactory(verified=True)
        for _ in range(12):
            Client(REMOTE_ADDR="198.51.100.1").post(reverse("account_reset_password"), {"email": user.email})
        mail.outbox.clear()

        client.post(reverse("account_reset_password"), {"email": user.email}, REMOTE_ADDR="203.0.113.7")

        assert [message.to for message in mail.outbox] == [[user.email]]

    def test_a_stranger_who_signs_up_with_an_address_does_not_keep_its_owner_from_confirming_it(self, client):
        form = {"name": "周某", "email": "zhou@example.com", "password1": PASSWORD, "password2": PASSWORD}
        Client(REMOTE_ADDR="198.51.100.1").post(SIGNUP, form)
        mail.outbox.clear()

        answer = client.post(SIGNUP, form, REMOTE_ADDR="203.0.113.7")

        assert answer.status_code == 302
        assert [message.to for message in mail.outbox] == [["zhou@example.com"]]

    def test_its_minute_is_written_nowhere(self, client):
        user = UserFactory(verified=True)
        secret = generate_totp_secret()
        TOTP.activate(user, secret)

        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"
        client.post(reverse("mfa_authenticate"), {"code": code})

        user.refresh_from_db()
        noted = [user.last_login, Authenticator.objects.get(type="totp").last_used_at]
        assert signed_in(client)
        assert [f"{at.astimezone(SHANGHAI):%H:%M:%S.%f}" for at in noted] == ["00:00:00.000000"] * 2

    def test_too_many_requests_get_our_page(self, client):
        for _ in range(30):
            client.post(LOGIN, {"login": "nobody@example.com", "password": "wrong"})

        page = client.post(LOGIN, {"login": "nobody@example.com", "password": "wrong"})

        assert page.status_code == 429
        assert "操作过于频繁" in page.content.decode()

    def test_a_second_factor_is_asked_for(self, client):
        user = UserFactory(verified=True)
        secret = generate_totp_secret()
        TOTP.activate(user, secret)

        response = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        assert response.url == reverse("mfa_authenticate")
        assert not signed_in(client)

        client.post(response.url, {"code": "000000"})
        assert not signed_in(client)

        code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"
        client.post(response.url, {"code": code})
        assert signed_in(client)

    def test_a_recovery_code_works_once(self, client):
        user = UserFactory(verified=True)
        TOTP.activate(user, generate_totp_secret())
        code = RecoveryCodes.activate(user).get_unused_codes()[0]

        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client)
        client.logout()

        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert not signed_in(client)


class TestPassword:
    def test_is_reset_with_a_mailed_code(self, client):
        user = UserFactory(verified=True)

        response = client.post(reverse("account_reset_password"), {"email": user.email})
        response = client.post(response.url, {"code": code_in(mail.outbox[0])})
        client.post(response.url, {"password1": "New-password-2026", "password2": "New-password-2026"})

        assert User.objects.get().check_password("New-password-2026")

    def test_an_unknown_address_gets_a_mail_and_the_same_page(self, client):
        response = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})

        assert response.url == reverse("account_confirm_password_reset_code")
        assert "没有账号使用这个邮箱" in mail.outbox[0].body

    def test_is_changed_with_the_present_one(self, client):
        user = UserFactory(verified=True)
        client.force_login(user)
        form = {"password1": "New-password-2026", "password2": "New-password-2026"}

        client.post(reverse("account_change_password"), {**form, "oldpassword": "wrong"})
        assert User.objects.get().check_password(PASSWORD)

        client.post(reverse("account_change_password"), {**form, "oldpassword": PASSWORD})
        assert User.objects.get().check_password("New-password-2026")
        assert [message.to for message in mail.outbox] == [[user.email]]


class TestAddress:
    def test_changes_once_the_new_one_is_confirmed(self, client):
        user = UserFactory(verified=True)
        sign_in(client, user)

        client.post(reverse("account_email"), {"email": "new@example.com", "action_add": ""})
        assert User.objects.get().email == user.email

        message = next(message for message in mail.outbox if message.to == ["new@example.com"])
        client.post(reverse("account_email_verification_sent"), {"code": code_in(message)})
        assert User.objects.get().email == "new@example.com"


PAGES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "accounts:profile",
]


class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_carry_our_design_and_nothing_that_the_policy_forbids(self, client, name, prefix):
        user = MembershipFactory(user__verified=True).user
        if name not in ("account_login", "account_signup", "account_reset_password"):
            sign_in(client, user)
        if name in ("mfa_generate_recovery_codes", "mfa_reauthenticate"):
            TOTP.activate(user, generate_totp_secret())

        page = client.get(prefix + reverse(name))

        html = page.content.decode()
        assert page.status_code == 200
        assert html.count("<h1") == 1
        assert "site-footer" in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
        assert "unsafe-inline" not in page["Content-Security-Policy"]

    def test_recovery_codes_are_shown_and_downloaded(self, client):
        user = UserFactory(verified=True)
        sign_in(client, user)
        TOTP.activate(user, generate_totp_secret())

        page = client.post(reverse("mfa_generate_recovery_codes"), follow=True)

        codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
        assert all(code in page.content.decode() for code in codes)
        assert codes[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()


class TestProfile:
    def test_language_is_that_of_mail_and_console(self, client):
        user = UserFactory()
        client.force_login(user)

        client.post(reverse("accounts:profile"), {"name": "周某某", "language": "en"})

        user.refresh_from_db()
        assert (user.name, user.language) == ("周某某", "en")
        assert user.wagtail_userprofile.preferred_language == "en"

    @pytest.mark.parametrize("form", [{"name": "", "language": "en"}, {"name": "周某", "language": "fr"}])
    def test_bad_input_changes_nothing(self, client, form):
        user = UserFactory(name="吴某")
        client.force_login(user)

        page = client.post(reverse("accounts:profile"), form)

        user.refresh_from_db()
        assert page.status_code == 422
        assert (user.name, user.language) == ("吴某", "zh-hans")
