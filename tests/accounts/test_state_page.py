from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.console import sync_console_access
from marketplace.accounts.models import Notice
from marketplace.core import clock, outbox, tasks
from marketplace.core.models import AuditEntry, ClockReading, DueWork
from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db
PAGE = "/console/state/"


@pytest.fixture
def operator(client, frozen_clock):
    person = MembershipFactory(operator=True).user
    sync_console_access(person)
    client.force_login(person)
    return person


@pytest.fixture
def jumped(frozen_clock, monkeypatch):
    """A market whose clock was set ahead by three days."""
    monkeypatch.setattr(clock, "uptime", lambda: 1000.0)
    monkeypatch.setattr(clock, "boot", lambda: "this-start")
    tasks.run_due_work()
    frozen_clock.advance(days=3)
    tasks.run_due_work()


class TestTheClock:
    def test_that_jumped_is_told_to_the_operator_with_the_way_to_the_page(self, operator, jumped):
        notice = Notice.objects.get(user=operator)

        assert notice.url == PAGE
        assert "2026-11-26 10:00" in notice.body
        assert "2026-11-23 10:00" in notice.body

    def test_is_shown_and_confirmed_by_a_button(self, operator, jumped, client):
        client.force_login(operator)
        page = client.get(PAGE).content.decode()
        address = reverse("accounts_console:clock-trust", args=["this-start"])
        assert f'action="{address}"' in page

        answer = client.post(address)

        assert (answer.status_code, answer.url) == (302, PAGE)
        assert ClockReading.objects.get().problem == ""
        assert AuditEntry.objects.get(matter="clock").actor == operator
        assert f'action="{address}"' not in client.get(PAGE).content.decode()

    def test_that_is_right_asks_nothing(self, operator, client):
        assert "/console/state/clock/" not in client.get(PAGE).content.decode()


class TestDueWorkThatFails:
    def test_is_listed_with_its_error_and_tried_again_by_a_button(self, operator, client):
        work = outbox.schedule("accounts.mail_notice", "77", clock.now())
        DueWork.objects.filter(pk=work.pk).update(
            attempts=55, put_aside_at=clock.now(), last_error="SMTPRecipientsRefused: no such mailbox"
        )
        page = client.get(PAGE).content.decode()
        assert "SMTPRecipientsRefused: no such mailbox" in page

        client.post(reverse("accounts_console:work-again", args=[work.pk]))

        work.refresh_from_db()
        assert (work.attempts, work.put_aside_at, work.last_error) == (0, None, "")

    def test_is_not_listed_while_it_is_only_tried_again(self, operator, client):
        work = outbox.schedule("accounts.mail_notice", "77", clock.now() - timedelta(minutes=1))
        DueWork.objects.filter(pk=work.pk).update(attempts=4, last_error="TimeoutError: later")

        assert "TimeoutError" not in client.get(PAGE).content.decode()
