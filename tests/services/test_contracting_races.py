"""Two people pressing at once on a contract end in one outcome; SQLite ignores row locks, so PostgreSQL shows it."""

import os
import threading
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from credit.models import Completion, ProcessStep
from marketplace.contracting import services
from marketplace.contracting.models import Contract, Deliverable, Payment, Signature
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, deliver, intermediary_of, owner_of
from tests.factories.tendering import WorkRequestFactory

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on contracts need PostgreSQL: set DATABASE_URL",
    ),
]


def at_once(*operations):
    """Run all in threads that start together; returns how many went through, and the failures."""
    start = threading.Barrier(len(operations))
    failures, done = [], []

    def run(operation):
        start.wait()
        try:
            done.append(operation())
        except DomainError as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return len(done), failures


class TestAtOnce:
    def test_two_acceptances_of_the_last_deliverable_complete_the_contract_once(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        first = Deliverable.objects.get()
        services.accept_deliverable(deliverable_id=first.pk, actor=owner_of(contract))
        last = deliver(contract.milestones.last())
        people = [owner_of(contract), MembershipFactory(organisation=contract.owner).user]

        done, failures = at_once(
            *(
                lambda person=person: services.accept_deliverable(deliverable_id=last.pk, actor=person)
                for person in people
            )
        )

        assert (done, [type(each).__name__ for each in failures]) == (1, ["UnableToAnswer"])
        assert Contract.objects.get().state == "completed"
        assert Completion.objects.count() == 1
        assert ProcessStep.objects.filter(kind="acceptance", sequence=2).count() == 1
        assert audit.verify(contract.audit_matter) is None

    def test_acceptance_and_return_end_in_one_of_the_two(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        pk, owner = Deliverable.objects.get().pk, owner_of(contract)

        done, failures = at_once(
            lambda: services.accept_deliverable(deliverable_id=pk, actor=owner),
            lambda: services.return_deliverable(deliverable_id=pk, reasons="缺附图。", actor=owner),
        )

        deliverable = Deliverable.objects.get()
        assert (done, len(failures)) == (1, 1)
        assert (deliverable.outcome, deliverable.milestone.state) in {
            ("accepted", "accepted"),
            ("returned", "returned"),
        }

    def test_owner_and_regulator_answering_a_late_deliverable_end_in_one_answer(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        owner, regulator = owner_of(contract), MembershipFactory(regulator=True).user
        clock.move(deliverable.answer_due_at)

        done, failures = at_once(
            lambda: services.return_deliverable(deliverable_id=deliverable.pk, reasons="缺附图。", actor=owner),
            lambda: services.decide_deliverable(
                deliverable_id=deliverable.pk, accepted=True, reasons="齐备。", actor=regulator
            ),
        )

        assert (done, len(failures)) == (1, 1)

    def test_both_sides_signing_at_once_begin_the_service(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sha256 = contract.current_text.sha256
        people = [owner_of(contract), intermediary_of(contract)]

        done, failures = at_once(
            *(
                lambda person=person: services.sign_contract(contract_id=contract.pk, sha256=sha256, actor=person)
                for person in people
            )
        )

        assert (done, failures) == (2, [])
        assert Signature.objects.count() == 2
        assert Contract.objects.get().state == "in_service"

    def test_two_preparations_draft_one_contract(self, frozen_clock):
        with clock.at("2026-11-09 10:00"):
            award_id = WorkRequestFactory(bidders=1, awarded=True).awards.get().pk

        done, failures = at_once(*(lambda: services.prepare_contract(award_id=award_id) for _ in range(2)))

        assert (done, failures) == (2, [])
        assert Contract.objects.count() == 1

    def test_one_form_sent_twice_records_one_payment(self, frozen_clock):
        contract = ContractFactory(signed=True)
        owner, token = owner_of(contract), uuid.uuid4()

        done, failures = at_once(
            *(
                lambda: services.record_payment(
                    contract_id=contract.pk,
                    amount=Decimal("54000.00"),
                    paid_on=date(2026, 11, 23),
                    token=token,
                    actor=owner,
                )
                for _ in range(2)
            )
        )

        assert (done, failures) == (2, [])
        assert Payment.objects.count() == 1

    def test_two_ratings_leave_one(self, frozen_clock):
        contract = ContractFactory(completed=True)
        owner = owner_of(contract)
        stars = dict.fromkeys(("quality", "timeliness", "attitude", "fees", "compliance"), 5)

        done, failures = at_once(
            *(lambda: services.rate_contract(contract_id=contract.pk, stars=stars, actor=owner) for _ in range(2))
        )

        assert (done, [type(each).__name__ for each in failures]) == (1, ["UnableToRate"])
