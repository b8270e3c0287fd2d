"""What libraries say to a reader (passwords, sign-in, limits, uploads, fields) is in the reader's language."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext, override
from django_filters.fields import RangeField
from rest_framework import exceptions
from wagtail.images.fields import WagtailImageField

from cms.library_texts import COUNTED, TEXTS
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
#: Two words of English in a row; names of types and units are one.
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


def complaints(ask) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        ask()
    return refused.value.messages


def upload(name="a.gif", content=b"GIF89a", size=None):
    found = SimpleUploadedFile(name, content, content_type="image/gif")
    if size:
        found.size = size
    return found


def of_adapters():
    texts = {**get_adapter().error_messages, **get_factor_adapter().error_messages}
    return [str(text) for text in texts.values()]


def of_refusals():
    return [
        str(each().detail) for each in (exceptions.Throttled, exceptions.NotAuthenticated, exceptions.PermissionDenied)
    ]


WHAT = {
    "a short password": lambda: complaints(lambda: validate_password("1a")),
    "a common password": lambda: complaints(lambda: validate_password("password123")),
    "a password of digits like the name": lambda: complaints(
        lambda: validate_password("person1@example.com", UserFactory.build(email="person1@example.com"))
    ),
    "sign-in and second factors": of_adapters,
    "refusals of the API": of_refusals,
    "a picture that is none": lambda: complaints(lambda: WagtailImageField().clean(upload(content=b"no picture"))),
    "a picture too big": lambda: complaints(lambda: WagtailImageField().clean(upload(size=2**40))),
    "a file without a name": lambda: complaints(lambda: forms.FileField(max_length=3).clean(upload("long.gif"))),
    "an empty file": lambda: complaints(lambda: forms.FileField().clean(upload(content=b""))),
    "a number too large": lambda: complaints(lambda: forms.DecimalField(max_digits=3, max_value=5).clean("1234.5")),
    "an address": lambda: complaints(lambda: forms.URLField(assume_scheme="https").clean("no address")),
    "a range": lambda: complaints(lambda: RangeField().clean(["a", "b"])),
}


@pytest.mark.parametrize("what", WHAT)
def test_says_it_in_chinese(what):
    with override("zh-hans"):
        said = WHAT[what]()

    assert said
    assert [line for line in said if ENGLISH.search(line) or not re.search("[\u4e00-\u9fff]", line)] == []


@pytest.mark.parametrize("what", WHAT)
def test_says_it_in_english(what):
    with override("en"):
        said = WHAT[what]()

    assert [line for line in said if re.search("[\u4e00-\u9fff]", line)] == []


def test_too_many_tries_are_told_in_chinese(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/m/ip"}
    for _ in range(3):
        page = client.post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})

    text = re.sub(r"<[^>]+>", " ", page.content.decode())
    assert not [line for line in text.splitlines() if ENGLISH.search(line)]


class TestTheConsole:
    def test_reads_chinese_where_its_library_leaves_it_out(self):
        with override("zh-hans"):
            left_out = [text for text in TEXTS if gettext(text) == text]
            counted = [str(text % {"count": 2}) for text in COUNTED]

        assert left_out == []
        assert counted == ["被引用 2 次"]
