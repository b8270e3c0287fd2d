"""What cannot be undone is asked for once, in the act's own words, without script."""

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.contracting.models import Deliverable
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, owner_of
from tests.factories.tendering import WorkRequestFactory, member_of
from tests.pressing import press
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

REASON = {"reason": "经核查。"}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def staff(**trait):
    person = MembershipFactory(**trait).user
    sync_console_access(person)
    return person


def accepting():
    contract = ContractFactory(delivered=True)
    address = reverse("contracting:deliverable-answer", args=[contract.number, Deliverable.objects.get().pk])
    return owner_of(contract), address, {}


def ending():
    work_request = WorkRequestFactory(published=True)
    return member_of(work_request.owner), reverse("tendering:terminate", args=[work_request.number]), REASON


def publishing():
    work_request = WorkRequestFactory(under_review=True)
    address = reverse("tendering_console:review-publish", args=[work_request.number])
    return staff(operator=True), address, {"reasons": ""}


def suspending():
    address = reverse("tendering_console:suspend", args=[WorkRequestFactory(published=True).number])
    return staff(regulator=True), address, REASON


def voiding():
    address = reverse("tendering_console:void", args=[WorkRequestFactory(published=True).number])
    return staff(regulator=True), address, REASON


def terminating():
    address = reverse("contracting_console:terminate", args=[ContractFactory(signed=True).number])
    return staff(regulator=True), address, REASON


#: Each act, and what its question says; the console speaks Chinese.
ACTS = [
    (accepting, "Accept this work", "It cannot be taken back."),
    (ending, "End the request", "The request ends here for good"),
    (publishing, "发布", "不能撤回"),
    (suspending, "暂停需求", "各项时限停止计算"),
    (voiding, "作废需求", "此操作不能撤销"),
    (terminating, "终止合同", "不能恢复"),
]


@pytest.mark.parametrize(("begin", "act", "words"), ACTS, ids=[begin.__name__ for begin, *_more in ACTS])
def test_the_first_press_asks_and_the_second_does_it(frozen_clock, client, begin, act, words):
    person, address, data = begin()
    client.force_login(person)

    with nothing_changes():
        asked = client.post(address, data)

    page = asked.content.decode()
    assert asked.status_code == 200
    assert str(asked.context["act"]) == act
    assert words in page
    assert f'name="asked" value="{asked.context["asked"]}"' in page
    assert press(client, address, data).status_code == 302


def test_lifting_a_suspension_is_not_asked_for(frozen_clock, client):
    work_request = WorkRequestFactory(published=True)
    client.force_login(staff(regulator=True))
    press(client, reverse("tendering_console:suspend", args=[work_request.number]), REASON)

    answer = client.post(reverse("tendering_console:resume", args=[work_request.number]), REASON)

    assert answer.status_code == 302
