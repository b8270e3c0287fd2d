import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock
from marketplace.core.additions import duties
from marketplace.core.permissions import Refused
from marketplace.tendering.models import OriginRequest
from marketplace.tendering.sealing.origins import Origin
from marketplace.tendering.services.openings import showing_origins
from marketplace.tendering.services.openings.showing_origins import (
    UnableToShowOrigins,
    ask_for_origins,
    decide_origins,
    show_origins,
)
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids

pytestmark = pytest.mark.django_db

PURPOSE = "两家报价相同，核查是否同一地址。"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def work_request(frozen_clock):
    """Opened, with one filing whose origin is known."""
    work_request = WorkRequestFactory(published=True)
    work_request.firm = bidder_for(work_request)
    bid(work_request, work_request.firm, address="192.0.2.7", device="Firefox")
    open_bids(work_request)
    return work_request


@pytest.fixture
def regulator():
    return MembershipFactory(regulator=True).user


@pytest.fixture
def other():
    return MembershipFactory(regulator=True).user


def ask(work_request, actor, purpose=PURPOSE):
    return ask_for_origins(request_id=work_request.pk, purpose=purpose, actor=actor)


def decide(work_request, actor, *, is_granted=True, reason="线索具体。"):
    return decide_origins(request_id=work_request.pk, is_granted=is_granted, reason=reason, actor=actor)


def show(work_request, actor):
    return show_origins(request_id=work_request.pk, actor=actor)


def lines(work_request):
    return [(line.action, line.actor) for line in audit.trail(showing_origins.matter_of(work_request))]


class TestTheTwo:
    def test_one_states_the_purpose_another_grants_it_and_both_may_look(self, work_request, regulator, other):
        ask(work_request, regulator)
        decide(work_request, other)

        (mine,), (theirs,) = show(work_request, regulator), show(work_request, other)

        assert (mine.firm, mine.origin) == (work_request.firm, Origin("192.0.2.7", "Firefox"))
        assert theirs == mine

    def test_every_step_and_look_is_a_line_of_a_trail_of_its_own(self, work_request, regulator, other):
        before = len(audit.trail(work_request.audit_matter))

        ask(work_request, regulator)
        decide(work_request, other)
        show(work_request, regulator)
        show(work_request, regulator)

        assert lines(work_request) == [
            ("origins.asked_for", regulator),
            ("origins.granted", other),
            ("origins.shown", regulator),
            ("origins.shown", regulator),
        ]
        assert audit.trail(showing_origins.matter_of(work_request))[2].after == {"purposes": [PURPOSE]}
        assert "192.0.2.7" not in str([line.after for line in audit.trail(showing_origins.matter_of(work_request))])
        assert len(audit.trail(work_request.audit_matter)) == before

    def test_nobody_decides_their_own_purpose(self, work_request, regulator):
        ask(work_request, regulator)

        with pytest.raises(Refused, match="another regulator decides"):
            decide(work_request, regulator)

        assert OriginRequest.objects.get().is_granted is None
        assert lines(work_request) == [("origins.asked_for", regulator)]

    def test_the_database_knows_it_too(self, work_request, regulator):
        asked = ask(work_request, regulator)

        with pytest.raises(IntegrityError), transaction.atomic():
            OriginRequest.objects.filter(pk=asked.pk).update(
                is_granted=True, reason="自己批准", decided_by=regulator, decided_at=clock.now()
            )

    def test_a_third_regulator_does_not_look(self, work_request, regulator, other):
        ask(work_request, regulator)
        decide(work_request, other)

        with pytest.raises(Refused, match="for the two"):
            show(work_request, MembershipFactory(regulator=True).user)

        assert ("origins.shown", regulator) not in lines(work_request)

    def test_the_time_to_look_ends(self, work_request, regulator, other, frozen_clock):
        ask(work_request, regulator)
        granted = decide(work_request, other)
        frozen_clock.move_to(granted.open_until.isoformat())

        with pytest.raises(Refused, match="a few days"):
            show(work_request, regulator)

    @pytest.mark.parametrize("is_granted", [None, False])
    def test_nothing_opens_before_it_is_granted_or_after_it_was_refused(
        self, work_request, regulator, other, is_granted
    ):
        ask(work_request, regulator)
        if is_granted is False:
            decide(work_request, other, is_granted=False)

        for person in (regulator, other):
            with pytest.raises(Refused):
                show(work_request, person)

    def test_a_purpose_and_a_reason_are_given(self, work_request, regulator, other):
        with pytest.raises(UnableToShowOrigins):
            ask(work_request, regulator, purpose=" ")
        ask(work_request, regulator)
        with pytest.raises(UnableToShowOrigins):
            decide(work_request, other, reason=" ")

        assert OriginRequest.objects.get().is_granted is None

    def test_one_at_a_time_waits(self, work_request, regulator, other):
        ask(work_request, regulator)

        with pytest.raises(Refused, match="waiting"):
            ask(work_request, other)

    def test_another_key_shows_nothing_and_leaves_no_look(self, work_request, regulator, other, settings, tmp_path):
        ask(work_request, regulator)
        decide(work_request, other)
        settings.DATA = tmp_path / "elsewhere"

        with pytest.raises(UnableToShowOrigins, match="key file"):
            show(work_request, regulator)

        assert ("origins.shown", regulator) not in lines(work_request)


class TestWhoMayAsk:
    def test_regulators_alone_who_act_for_no_party(self, work_request, regulator):
        people = [
            MembershipFactory(operator=True).user,
            member_of(work_request.owner),
            member_of(work_request.firm.organisation),
            MembershipFactory(organisation=work_request.owner, user=MembershipFactory(regulator=True).user).user,
        ]

        for person in people:
            with pytest.raises(Refused):
                ask(work_request, person)
        assert not OriginRequest.objects.exists()

    def test_nobody_before_the_opening(self, frozen_clock, regulator):
        with pytest.raises(Refused, match="not ended yet"):
            ask(WorkRequestFactory(published=True), regulator)


def titles(user):
    return [str(duty.title) for duty in duties.duties_of(user, user.memberships.get().organisation)]


class TestDuty:
    def test_it_waits_for_the_other_and_not_for_who_asked(self, work_request, regulator, other):
        asked = ask(work_request, regulator)

        assert "Decide whether to open where filings came from" in titles(other)
        assert "Decide whether to open where filings came from" not in titles(regulator)
        assert asked.decide_by > asked.asked_at


class TestPages:
    def client_of(self, client, user):
        sync_console_access(user)
        client.force_login(user)
        return client

    def page(self, name, work_request):
        return reverse(f"tendering_console:{name}", args=[work_request.number])

    def test_two_regulators_walk_through_it(self, client, work_request, regulator, other):
        place = self.page("origins", work_request)
        first = self.client_of(client, regulator)
        assert first.post(f"{place}ask/", {"purpose": PURPOSE}).status_code == 302
        assert "192.0.2.7" not in first.get(place).content.decode()
        assert first.get(f"{place}grant/").context["form"] is None

        second = self.client_of(client, other)
        assert PURPOSE in second.get(f"{place}grant/").content.decode()
        assert second.post(f"{place}grant/", {"reason": ""}).status_code == 422
        assert second.post(f"{place}grant/", {"reason": "线索具体。"}).status_code == 302

        shown = self.client_of(client, regulator).post(f"{place}show/")
        html = shown.content.decode()
        assert "192.0.2.7" in html
        assert "Firefox" in html
        assert "no-store" in shown["Cache-Control"]
        again = client.get(place).content.decode()
        assert "查看记录" in again
        assert "192.0.2.7" not in again

    def test_a_refusal_is_said_with_its_reason(self, client, work_request, regulator, other):
        place = self.page("origins", work_request)
        ask(work_request, regulator)

        self.client_of(client, other).post(f"{place}refuse/", {"reason": "与审查无关。"})

        html = client.get(place).content.decode()
        assert "不同意。" in html
        assert "与审查无关。" in html
        assert client.post(f"{place}show/").status_code == 302

    def test_the_page_of_signals_leads_there(self, client, work_request, regulator):
        page = self.client_of(client, regulator).get(self.page("signals", work_request))

        assert self.page("origins", work_request) in page.content.decode()
