from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.accounts.models import Notice
from marketplace.core import audit, outbox
from marketplace.registry import services
from marketplace.registry.models import Intermediary, Suspension
from marketplace.registry.services import UnableToSuspend
from tests.factories.accounts import MembershipFactory
from tests.factories.registry import IntermediaryFactory, SuspensionFactory
from tests.registry import filings

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(frozen_clock):
    return IntermediaryFactory()


def propose(firm, actor=None):
    return services.propose_suspension(
        intermediary_id=firm.pk, reason="检查发现人员与登记不符", actor=actor or filings.regulator()
    )


def decide(suspension, actor=None, suspend=True):
    return services.decide_suspension(
        suspension_id=suspension.pk, suspend=suspend, reason="情况属实", actor=actor or filings.regulator()
    )


class TestSuspension:
    def test_takes_effect_the_next_day_whatever_the_job_has_done(self, firm, frozen_clock):
        person = MembershipFactory(organisation=firm.organisation, user__language="en").user

        suspension = decide(propose(firm))

        assert suspension.effective_on == date(2026, 11, 24)
        frozen_clock.move_to("2026-11-23 23:59")
        assert list(Intermediary.objects.listed()) == [firm]
        frozen_clock.move_to("2026-11-24 00:00")
        assert list(Intermediary.objects.listed()) == []
        assert Intermediary.objects.get().status == "listed"
        outbox.run_due()
        assert Intermediary.objects.get().status == "suspended"
        assert Notice.objects.get(user=person).title_en == "The firm is suspended from 24 Nov 2026"
        assert [line.action for line in audit.trail(firm.audit_matter)] == ["propose suspension", "decide suspension"]

    def test_who_proposed_does_not_decide(self, firm):
        officer = filings.regulator()
        suspension = propose(firm, officer)

        with pytest.raises(PermissionDenied, match="proposed"):
            decide(suspension, officer)

        assert Suspension.objects.get().state == "proposed"

    def test_a_member_of_the_firm_neither_proposes_nor_decides(self, firm):
        suspension = propose(firm)
        officer = filings.regulator()
        MembershipFactory(user=officer, organisation=firm.organisation, reader=True)

        with pytest.raises(PermissionDenied):
            decide(suspension, officer)
        with pytest.raises(PermissionDenied):
            propose(firm, officer)

        assert Suspension.objects.get().state == "proposed"

    def test_dismissed_changes_nothing(self, firm, frozen_clock):
        decide(propose(firm), suspend=False)
        frozen_clock.advance(days=2)
        outbox.run_due()

        assert Suspension.objects.get().state == "dismissed"
        assert Intermediary.objects.get().status == "listed"

    def test_is_decided_once(self, firm):
        suspension = decide(propose(firm))

        with pytest.raises(UnableToSuspend, match="decided already"):
            decide(suspension, suspend=False)

        assert Suspension.objects.get().state == "decided"

    def test_two_open_ones_at_once_are_refused(self, firm):
        propose(firm)

        with pytest.raises(UnableToSuspend, match="open already"):
            propose(firm)

        assert Suspension.objects.count() == 1

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 2001])
    def test_a_reason_is_needed(self, firm, reason):
        with pytest.raises(UnableToSuspend):
            services.propose_suspension(intermediary_id=firm.pk, reason=reason, actor=filings.regulator())

        assert not Suspension.objects.exists()


class TestLiftSuspension:
    def test_ends_it_the_next_day(self, firm, frozen_clock):
        suspension = decide(propose(firm))
        frozen_clock.move_to("2026-12-01 10:00")
        outbox.run_due()

        services.lift_suspension(suspension_id=suspension.pk, reason="整改完成", actor=filings.regulator())

        assert list(Intermediary.objects.listed()) == []
        frozen_clock.move_to("2026-12-02 00:00")
        assert list(Intermediary.objects.listed()) == [firm]
        outbox.run_due()
        assert Intermediary.objects.get().status == "listed"
        assert Suspension.objects.get().state == "lifted"

    def test_before_the_decision_there_is_nothing_to_lift(self, firm):
        suspension = propose(firm)

        with pytest.raises(UnableToSuspend, match="not in force"):
            services.lift_suspension(suspension_id=suspension.pk, reason="整改完成", actor=filings.regulator())

        assert Suspension.objects.get().state == "proposed"


def test_the_day_of_a_suspension_may_be_settled_twice_and_late(firm, frozen_clock):
    suspension = SuspensionFactory(intermediary=firm, decided=True)

    for _ in range(2):
        services.settle_suspension(suspension_id=suspension.pk)

    assert Intermediary.objects.get().status == "suspended"
