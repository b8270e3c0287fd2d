"""Two writes at once about one intermediary's credit; SQLite ignores row locks, so PostgreSQL shows it."""

import os

import pytest

from credit.models import ConductEvent, CurrentStanding, Review
from credit.services import decide_event, record_review, record_step, standing_of
from marketplace.core import audit, clock
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.credit import ConductEventFactory, CreditModelFactory
from tests.services.racing import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("frozen_clock"),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on credit need PostgreSQL: set DATABASE_URL",
    ),
]

FIVE = dict.fromkeys(("quality", "timeliness", "attitude", "fees", "compliance"), 5)


def rate(subject, client, contract_no):
    return lambda: record_review(
        subject=subject, client=client, contract_no=contract_no, rated_at=clock.now(), stars=FIVE
    )


class TestTwoWritesAtOnce:
    def test_the_current_standing_counts_both(self):
        CreditModelFactory()
        subject, client = OrganisationFactory(intermediary=True), OrganisationFactory()
        step = {
            "subject": subject,
            "client": client,
            "contract_no": "HT-2",
            "contract_on": clock.today(),
            "kind": "signing",
            "due_on": clock.today(),
            "kept": True,
        }

        done, refusals = at_once(
            rate(subject, client, "HT-1"), rate(subject, client, "HT-2"), lambda: record_step(**step)
        )

        assert (len(done), refusals) == (3, [])
        assert CurrentStanding.objects.get().score == standing_of(subject).score
        assert audit.verify(f"credit:{subject.uscc}") is None

    def test_one_contract_is_rated_once(self):
        CreditModelFactory()
        subject, client = OrganisationFactory(intermediary=True), OrganisationFactory()

        done, refusals = at_once(rate(subject, client, "HT-1"), rate(subject, client, "HT-1"))

        assert (len(done), len(refusals)) == (1, 1)
        assert Review.objects.count() == 1

    def test_one_event_gets_one_decision(self):
        event = ConductEventFactory()
        deciders = [MembershipFactory(regulator=True).user for _ in range(2)]

        done, refusals = at_once(
            lambda: decide_event(event=event, effective=True, reason="记录清楚", actor=deciders[0]),
            lambda: decide_event(event=event, effective=False, reason="证据不足", actor=deciders[1]),
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert ConductEvent.objects.get().steps.count() == 2
