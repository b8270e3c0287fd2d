from datetime import timedelta

import pytest

from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.models import Opening
from marketplace.tendering.services import UnableToBid, UnableToEnd
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, confirm, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(frozen_clock):
    return WorkRequestFactory(bidders=2)


@pytest.fixture
def regulator(db):
    return MembershipFactory(regulator=True).user


def run(service, work_request, actor, reason="项目取消"):
    getattr(services, f"{service}_request")(request_id=work_request.pk, reason=reason, actor=actor)
    work_request.refresh_from_db()


class TestTerminateRequest:
    def test_ends_it_with_its_reason_and_opens_nothing(self, published, frozen_clock):
        run("terminate", published, member_of(published.owner))
        frozen_clock.move_to("2026-12-01 10:00")
        outbox.run_due()

        published.refresh_from_db()
        assert (published.status, published.end_reason) == ("terminated", "项目取消")
        assert not Opening.objects.exists()

    def test_between_deadline_and_opening_is_possible(self, published, frozen_clock):
        frozen_clock.move_to(published.bids_close_at)
        services.close_bids(request_id=published.pk)

        run("terminate", published, member_of(published.owner))

        assert published.status == "terminated"

    def test_after_the_opening_is_refused(self, published):
        open_bids(published)

        with nothing_changes(), pytest.raises(Refused):
            run("terminate", published, member_of(published.owner))

    def test_without_a_reason_is_refused(self, published):
        with nothing_changes(), pytest.raises(UnableToEnd) as refusal:
            run("terminate", published, member_of(published.owner), reason="  ")

        assert set(refusal.value.field_errors) == {"reason"}

    def test_only_the_owner_terminates(self, published, regulator):
        for actor in (regulator, member_of(published.firms[0].organisation)):
            with nothing_changes(), pytest.raises(Refused):
                run("terminate", published, actor)


class TestVoidRequest:
    @pytest.mark.parametrize("stage", ["published", "publicity", "awarded"])
    def test_ends_it_at_any_stage_before_the_contract(self, published, regulator, stage):
        if stage != "published":
            open_bids(published)
        if stage == "awarded":
            confirm(published)

        run("void", published, regulator, reason="查实串通")

        assert (published.status, published.end_reason) == ("voided", "查实串通")
        assert published.awards.live().count() == 0

    def test_is_for_regulators_only(self, published):
        clerk = MembershipFactory(operator=True).user

        for actor in (clerk, member_of(published.owner)):
            with nothing_changes(), pytest.raises(Refused):
                run("void", published, actor)

    def test_a_regulator_of_the_owner_is_refused(self, published, regulator):
        MembershipFactory(user=regulator, organisation=published.owner)

        with nothing_changes(), pytest.raises(Refused):
            run("void", published, regulator)

    def test_twice_is_refused(self, published, regulator):
        run("void", published, regulator)

        with nothing_changes(), pytest.raises(Refused):
            run("void", published, regulator)


class TestSuspendRequest:
    def test_stops_the_bidding(self, published, regulator):
        firm = bidder_for(published)

        run("suspend", published, regulator, reason="核查中")

        assert not published.takes_bids(clock.now())
        with nothing_changes(), pytest.raises(UnableToBid):
            bid(published, firm)

    def test_nothing_happens_at_the_deadline(self, published, regulator, frozen_clock):
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-15 10:00")
        outbox.run_due()

        published.refresh_from_db()
        assert published.status == "suspended"

    def test_after_the_deadline_no_bids_are_taken_again_however_late_the_job_was(
        self, published, regulator, frozen_clock
    ):
        firm = bidder_for(published)
        frozen_clock.move_to(published.bids_close_at + timedelta(seconds=10))
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-01 10:00")

        run("resume", published, regulator)

        assert (published.status, published.bids_close_at) == ("selecting", clock.shanghai("2026-11-30 17:00"))
        with nothing_changes(), pytest.raises(UnableToBid):
            bid(published, firm)

    def test_bidding_runs_on_for_the_working_days_that_were_left(self, published, regulator, frozen_clock):
        frozen_clock.move_to("2026-11-26 10:00")  # Thursday: it, Friday and Monday are left
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-07 10:00")

        run("resume", published, regulator, reason="核查完毕")

        assert (published.status, published.end_reason) == ("published", "")
        assert published.bids_close_at == published.bids_open_until == clock.shanghai("2026-12-10 17:00")

    def test_after_it_the_job_goes_on_to_the_end(self, published, regulator, frozen_clock):
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-07 10:00")
        run("resume", published, regulator)
        frozen_clock.move_to("2026-12-30 10:00")
        outbox.run_due()
        outbox.run_due()

        published.refresh_from_db()
        assert published.status == "publicity"

    def test_a_suspended_opening_waits(self, published, regulator, frozen_clock):
        frozen_clock.move_to(published.bids_close_at)
        services.close_bids(request_id=published.pk)
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-07 10:00")
        outbox.run_due()
        waited = not Opening.objects.exists()
        run("resume", published, regulator)
        outbox.run_due()

        assert waited
        assert Opening.objects.get().state == "ranked"

    def test_the_publicity_period_keeps_its_days(self, published, regulator, frozen_clock):
        open_bids(published)
        frozen_clock.move_to("2026-12-02 10:00")  # Wednesday: it and Thursday are left
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-08 10:00")
        outbox.run_due()

        run("resume", published, regulator)

        assert published.awards.get().publicity_ends_at == clock.shanghai("2026-12-11 00:00")
        frozen_clock.move_to("2026-12-11 00:00")
        outbox.run_due()
        published.refresh_from_db()
        assert published.status == "awarded"

    def test_the_regulators_time_for_an_objection_stands_still_too(self, published, regulator, frozen_clock):
        open_bids(published)
        frozen_clock.move_to("2026-12-02 10:00")
        award = published.awards.get()
        loser = next(firm for firm in published.firms if firm != award.intermediary)
        services.submit_objection(
            award_id=award.pk,
            intermediary=loser,
            ground="procedure",
            statement="…",
            actor=member_of(loser.organisation),
        )
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-14 10:00")
        outbox.run_due()
        run("resume", published, regulator)

        objection = award.objections.get()
        assert objection.first_regulator is None
        assert objection.due_at == clock.shanghai("2026-12-23 00:00")  # six days were left: Wednesday to Wednesday

    def test_an_objection_that_fell_due_meanwhile_is_looked_after(self, frozen_clock, regulator):
        work_request = WorkRequestFactory(bidders=3, opened=True)
        frozen_clock.move_to("2026-12-02 10:00")
        award = work_request.awards.get()
        losers = [firm for firm in work_request.firms if firm != award.intermediary]
        for firm in losers:
            services.submit_objection(
                award_id=award.pk, intermediary=firm, ground="other", statement="…", actor=member_of(firm.organisation)
            )
            if firm == losers[0]:
                services.decide_objections(award_id=award.pk, upheld=False, reasons="不成立", actor=regulator)
        run("suspend", work_request, regulator)
        frozen_clock.move_to("2026-12-14 10:00")
        outbox.run_due()
        second = MembershipFactory(regulator=True).organisation
        run("resume", work_request, regulator)
        outbox.run_due()

        assert award.objections.get(objector=losers[1]).regulator == second

    def test_the_time_to_sign_keeps_its_days(self, published, regulator, frozen_clock):
        open_bids(published)
        award = confirm(published)  # sign by 12-17, 24:00
        frozen_clock.move_to("2026-12-17 10:00")
        run("suspend", published, regulator)
        frozen_clock.move_to("2026-12-21 10:00")

        run("resume", published, regulator)

        award.refresh_from_db()
        assert (published.status, award.sign_by) == ("awarded", clock.shanghai("2026-12-23 00:00"))

    def test_suspending_and_resuming_stand_in_the_trail(self, published, regulator):
        run("suspend", published, regulator)
        run("resume", published, regulator)

        actions = [line.action for line in audit.trail(published.audit_matter)]
        assert actions[-2:] == ["request.suspended", "request.resumed"]

    def test_what_runs_cannot_be_resumed(self, published, regulator):
        with nothing_changes(), pytest.raises(Refused):
            run("resume", published, regulator)

    def test_a_draft_cannot_be_suspended(self, frozen_clock, regulator):
        draft = WorkRequestFactory()

        with nothing_changes(), pytest.raises(Refused):
            run("suspend", draft, regulator)

    def test_without_a_reason_is_refused(self, published, regulator):
        with nothing_changes(), pytest.raises(UnableToEnd):
            run("suspend", published, regulator, reason="")
