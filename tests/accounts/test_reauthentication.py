"""Who finds a window open does not take the account over: what keeps it safe asks for the password once more."""

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse

from marketplace.accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ADD_ADDRESS = {"email": "new@example.com", "action_add": ""}


@pytest.fixture
def user(client):
    """Somebody with factors, signed in this morning."""
    user = UserFactory(verified=True)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "钥匙", "credential": {}})
    client.force_login(user)
    return user


def key_of(user):
    return Authenticator.objects.get(user=user, type="webauthn").pk


def state_of(user):
    """What of an account a thief would change."""
    user.refresh_from_db()
    return (
        user.email,
        user.password,
        sorted(EmailAddress.objects.values_list("email", "verified", "primary")),
        sorted((each.pk, each.type, str(each.data)) for each in Authenticator.objects.all()),
        len(mail.outbox),
    )


@pytest.mark.parametrize(
    ("route", "values"),
    [
        ("account_email", ADD_ADDRESS),
        ("mfa_deactivate_totp", {}),
        ("mfa_generate_recovery_codes", {}),
        ("mfa_add_webauthn", {"name": "another"}),
        ("mfa_remove_webauthn", {}),
        ("mfa_edit_webauthn", {"name": "another"}),
    ],
)
def test_a_change_leads_to_the_password_and_changes_nothing(client, user, route, values):
    before = state_of(user)
    arguments = [key_of(user)] if route in ("mfa_remove_webauthn", "mfa_edit_webauthn") else []

    answer = client.post(reverse(route, args=arguments), values)

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))
    assert state_of(user) == before


@pytest.mark.parametrize("route", ["mfa_view_recovery_codes", "mfa_download_recovery_codes"])
def test_secrets_are_not_shown_either(client, user, route):
    answer = client.get(reverse(route))

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))


def test_a_first_factor_is_not_set_up_either(client):
    client.force_login(UserFactory(verified=True))

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer.url.partition("?")[0] == reverse("account_reauthenticate")


def test_a_new_password_needs_the_present_one(client, user):
    before = state_of(user)
    form = {"password1": "New-password-2026", "password2": "New-password-2026"}

    client.post(reverse("account_change_password"), {**form, "oldpassword": "wrong"})

    assert state_of(user) == before


def test_a_first_password_needs_the_key_that_the_person_signs_in_with(client, user):
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    before = state_of(user)

    answer = client.post(
        reverse("account_set_password"), {"password1": "New-password-2026", "password2": "New-password-2026"}
    )

    assert answer.url.partition("?")[0] == reverse("mfa_reauthenticate")
    assert state_of(user) == before


def test_what_was_asked_is_done_after_the_password_without_typing_it_again(client, user):
    asked = client.post(reverse("account_email"), ADD_ADDRESS)

    client.post(asked.url, {"password": PASSWORD, "next": reverse("account_email")})

    assert ["new@example.com"] in [message.to for message in mail.outbox]
    assert User.objects.get().email == user.email


def test_the_password_counts_for_five_minutes(client, user):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = time.time() - 301
    session.save()

    answer = client.post(reverse("mfa_deactivate_totp"))

    assert answer.url.partition("?")[0] == reverse("account_reauthenticate")
    assert Authenticator.objects.filter(type="totp").exists()
