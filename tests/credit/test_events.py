from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from credit.models import ConductEvent, CurrentStanding, EventStep
from credit.permissions import can_decide_event
from credit.services import UnableToDecide, UnableToPropose, decide_event, propose_event, standing_of
from marketplace.accounts.models import Notice
from marketplace.core import audit
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.credit import ConductEventFactory, CreditRuleFactory, EventStepFactory

pytestmark = pytest.mark.usefixtures("rating_model", "frozen_clock")

TODAY = date(2026, 11, 23)


@pytest.fixture
def subject():
    return OrganisationFactory(intermediary=True)


@pytest.fixture
def regulator():
    return MembershipFactory(regulator=True).user


@pytest.fixture
def colleague():
    return MembershipFactory(regulator=True).user


def propose(subject, actor, **fields):
    return propose_event(
        **{
            "subject": subject,
            "rule": CreditRuleFactory(),
            "happened_on": TODAY - timedelta(days=5),
            "facts": "成果应于 11 月 18 日提交，实际于 11 月 20 日提交。",
            "evidence": "平台时限记录",
            "actor": actor,
            **fields,
        }
    )


class TestProposeEvent:
    def test_keeps_what_the_rule_said_and_neither_shows_nor_counts(self, subject, regulator):
        event = propose(subject, regulator)

        assert (event.number, event.state, event.points, event.validity_months) == (
            "XY-2026-0001",
            EventStep.Kind.PROPOSED,
            3,
            12,
        )
        assert not ConductEvent.objects.public().exists()
        assert standing_of(subject).score == Decimal("86.00")

    def test_is_for_regulators(self, subject):
        with pytest.raises(Refused, match="Only a regulator"):
            propose(subject, MembershipFactory(operator=True).user)

        assert not ConductEvent.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
            ({"facts": "  "}, "facts"),
            ({"evidence": ""}, "evidence"),
        ],
    )
    def test_bad_input_is_named_by_its_field(self, subject, regulator, fields, field):
        with pytest.raises(UnableToPropose) as refused:
            propose(subject, regulator, **fields)

        assert list(refused.value.field_errors) == [field]
        assert not ConductEvent.objects.exists()

    def test_only_intermediaries_have_credit_events(self, regulator):
        with pytest.raises(UnableToPropose) as refused:
            propose(OrganisationFactory(), regulator)

        assert list(refused.value.field_errors) == ["subject"]


class TestDecideEvent:
    def test_takes_effect_the_next_calendar_day(self, subject, regulator, colleague, frozen_clock):
        event = propose(subject, regulator)

        step = decide_event(event=event, effective=True, reason="记录清楚", actor=colleague)

        assert step.effective_on == TODAY + timedelta(days=1)
        assert standing_of(subject).score == Decimal("86.00")
        frozen_clock.advance(days=1)
        assert standing_of(subject).score == Decimal("85.10")

    def test_the_proposer_never_decides(self, subject, regulator):
        event = propose(subject, regulator)

        with pytest.raises(Refused, match="another person"):
            decide_event(event=event, effective=True, reason="记录清楚", actor=regulator)

        assert ConductEvent.objects.get().state == EventStep.Kind.PROPOSED

    def test_the_database_refuses_the_proposer_too(self, regulator):
        event = ConductEventFactory(proposed_by=regulator)

        with pytest.raises(IntegrityError, match="event_proposer_never_decides"), transaction.atomic():
            EventStepFactory(event=event, decided=True, actor=regulator, effective_on=TODAY)

    def test_an_operator_is_refused(self, subject, regulator):
        event = propose(subject, regulator)

        with pytest.raises(Refused, match="Only a regulator"):
            decide_event(event=event, effective=True, reason="x", actor=MembershipFactory(operator=True).user)

    def test_is_decided_once(self, subject, regulator, colleague):
        event = propose(subject, regulator)
        decide_event(event=event, effective=False, reason="证据不足", actor=colleague)

        with pytest.raises(Refused, match="decided already"):
            decide_event(event=event, effective=True, reason="再议", actor=colleague)

        assert ConductEvent.objects.get().state == EventStep.Kind.DISMISSED

    def test_the_database_takes_one_decision_only(self):
        event = ConductEventFactory.decided()

        with pytest.raises(IntegrityError), transaction.atomic():
            EventStepFactory(event=event, dismissed=True, position=3)

    def test_needs_a_reason(self, subject, regulator, colleague):
        event = propose(subject, regulator)

        with pytest.raises(UnableToDecide) as refused:
            decide_event(event=event, effective=True, reason=" ", actor=colleague)

        assert list(refused.value.field_errors) == ["reason"]
        assert ConductEvent.objects.get().state == EventStep.Kind.PROPOSED

    def test_a_dismissed_event_never_counts(self, subject, regulator, colleague, frozen_clock):
        event = propose(subject, regulator)

        decide_event(event=event, effective=False, reason="证据不足", actor=colleague)

        frozen_clock.advance(days=2)
        assert standing_of(subject).score == Decimal("86.00")
        assert not ConductEvent.objects.public().exists()

    def test_tells_the_intermediary_and_leaves_a_trail(self, subject, regulator, colleague):
        member = MembershipFactory(organisation=subject).user
        event = propose(subject, regulator)

        decide_event(event=event, effective=True, reason="记录清楚", actor=colleague)

        assert Notice.objects.get(user=member).url.endswith(f"/intermediaries/{subject.uscc}/credit/")
        actions = [line.action for line in audit.trail(f"credit-event:{event.number}")]
        assert actions == ["event.proposed", "event.effective"]

    def test_a_serious_one_restricts_from_the_next_day(self, subject, regulator, colleague, frozen_clock):
        event = propose(subject, regulator, rule=CreditRuleFactory(serious=True))
        decide_event(event=event, effective=True, reason="有处罚决定书", actor=colleague)

        frozen_clock.advance(days=1)

        standing = standing_of(subject)
        assert (standing.score, standing.grade, standing.restricted) == (Decimal("80.00"), "D", True)
        assert CurrentStanding.objects.get(organisation=subject).restricted_until is None


class TestSituation:
    def test_follows_the_day(self):
        event = ConductEventFactory.decided(effective_on=date(2026, 3, 16))

        days = [date(2026, 3, 15), date(2026, 3, 16), date(2027, 3, 15), date(2027, 3, 16)]

        assert [event.situation_on(day) for day in days] == ["upcoming", "in_force", "in_force", "expired"]

    def test_a_revoked_event_ends_the_day_before(self):
        event = ConductEventFactory.decided(effective_on=date(2026, 3, 16))
        EventStepFactory(event=event, ended=True, effective_on=date(2026, 6, 1))

        assert event.last_day == date(2026, 5, 31)
        assert event.situation_on(date(2026, 6, 1)) == "revoked"


class TestCanDecideEvent:
    def test_says_why_not(self, regulator):
        event = ConductEventFactory(proposed_by=regulator)

        assert can_decide_event(regulator, event).reason == "You proposed this event, so another person decides it."
        assert not can_decide_event(UserFactory(), event)
