from datetime import timedelta
from decimal import Decimal

import pytest

from credit.models import Engagement, ProcessStep
from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.models import Award
from marketplace.tendering.services import UnableToAward, UnableToProceed, UnableToRepost
from tests.factories.accounts import MembershipFactory
from tests.factories.registry import SuspensionFactory
from tests.factories.tendering import (
    AttachmentFactory,
    ExclusionFactory,
    WorkRequestFactory,
    confirm,
    member_of,
    open_bids,
)
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    """In publicity: opened on Monday 2026-11-30 at 17:01, publicity until Thursday 24:00."""
    return WorkRequestFactory(lowest_price=True, bidders=3, opened=True)


@pytest.fixture
def award(work_request):
    return work_request.awards.get()


class TestConfirmAward:
    def test_waits_for_the_end_of_the_publicity_period(self, award, frozen_clock):
        frozen_clock.move_to(award.publicity_ends_at - timedelta(seconds=1))

        with nothing_changes():
            services.confirm_award(award_id=award.pk)

    def test_is_done_by_the_sweep(self, work_request, award, frozen_clock):
        frozen_clock.move_to(award.publicity_ends_at)

        outbox.run_due()

        award.refresh_from_db()
        work_request.refresh_from_db()
        assert (award.state, work_request.status, work_request.awarded_at) == ("confirmed", "awarded", clock.now())

    def test_gives_ten_working_days_to_sign(self, award, frozen_clock):
        frozen_clock.move_to(award.publicity_ends_at)  # 24:00 of Thursday 12-03

        services.confirm_award(award_id=award.pk)

        award.refresh_from_db()
        assert award.sign_by == clock.shanghai("2026-12-18 00:00")

    def test_gives_the_shorter_time_that_the_owner_announced(self, frozen_clock):
        work_request = WorkRequestFactory(signing_days=2, bidders=1, opened=True)

        award = confirm(work_request)

        assert award.sign_by == clock.shanghai("2026-12-08 00:00")

    def test_stands_for_the_contract_until_that_is_signed(self, work_request, award):
        confirm(work_request)

        engagement = Engagement.objects.get()
        assert (engagement.number, engagement.subject) == (award.number, award.intermediary.organisation)

    def test_tells_owner_and_winner(self, work_request, award):
        confirm(work_request)

        for organisation in (work_request.owner, award.intermediary.organisation):
            assert member_of(organisation).notices.filter(key__contains=":awarded:1:").count() == 1

    def test_twice_changes_nothing(self, work_request, award, frozen_clock):
        confirm(work_request)
        frozen_clock.move_to(award.publicity_ends_at)

        with nothing_changes():
            services.confirm_award(award_id=award.pk)

    def test_a_winner_who_has_lost_a_condition_since_gives_the_turn_to_the_next(
        self, work_request, award, frozen_clock
    ):
        SuspensionFactory(intermediary=award.intermediary, decided=True)
        frozen_clock.move_to(award.publicity_ends_at)

        services.confirm_award(award_id=award.pk)

        award.refresh_from_db()
        following = work_request.awards.live().get()
        assert (award.state, following.state, following.rank) == ("passed_on", "publicity", 2)
        assert not ProcessStep.objects.exists()


class TestPassAwardOn:
    def test_gives_the_next_in_rank_a_publicity_period_of_its_own(self, work_request, award, frozen_clock):
        confirm(work_request)
        frozen_clock.move_to("2026-12-21 10:00")

        following = services.pass_award_on(award_id=award.pk, reason="未按时签订合同")

        award.refresh_from_db()
        work_request.refresh_from_db()
        assert (award.state, award.end_reason) == ("passed_on", "未按时签订合同")
        assert (following.rank, following.publicity_ends_at) == (2, clock.shanghai("2026-12-25 00:00"))
        assert (work_request.status, work_request.awarded_at) == ("publicity", None)

    def test_nothing_is_computed_again(self, work_request, award):
        before = work_request.opening.transcript

        services.pass_award_on(award_id=award.pk, reason="退出")

        work_request.opening.refresh_from_db()
        assert work_request.opening.transcript == before

    def test_a_confirmed_award_counts_as_a_withdrawal_that_day(self, work_request, award, frozen_clock):
        confirm(work_request)
        frozen_clock.move_to("2026-12-21 10:00")

        services.pass_award_on(award_id=award.pk, reason="未按时签订合同")

        step = ProcessStep.objects.get()
        assert (step.kind, step.kept, step.own_fault) == ("no_withdrawal", False, True)
        assert (step.contract_no, str(step.contract_on), str(step.due_on)) == (award.number, "2026-12-03", "2026-12-21")

    def test_a_ranking_used_up_fails_the_request(self, work_request, frozen_clock):
        for _ in range(3):
            award = work_request.awards.live().get()
            last = services.pass_award_on(award_id=award.pk, reason="退出")

        work_request.refresh_from_db()
        assert last is None
        assert (work_request.status, work_request.end_reason) == ("failed", "ranking_used_up")
        assert work_request.awards.live().count() == 0

    def test_twice_is_refused(self, award):
        services.pass_award_on(award_id=award.pk, reason="退出")

        with nothing_changes(), pytest.raises(UnableToAward):
            services.pass_award_on(award_id=award.pk, reason="退出")

    def test_without_a_reason_is_refused(self, award):
        with nothing_changes(), pytest.raises(UnableToAward) as refusal:
            services.pass_award_on(award_id=award.pk, reason=" ")

        assert set(refusal.value.field_errors) == {"reason"}

    def test_after_the_contract_is_signed_is_refused(self, work_request, award):
        confirm(work_request)
        services.mark_contracted(award_id=award.pk, actor=None)

        with nothing_changes(), pytest.raises(UnableToAward):
            services.pass_award_on(award_id=award.pk, reason="退出")


class TestProgress:
    def test_follows_the_contract_to_its_end(self, work_request, award):
        confirm(work_request)
        seen = []
        for step in (services.mark_contracted, services.mark_in_service, services.mark_completed):
            seen.append(step(award_id=award.pk, actor=None).status)

        work_request.refresh_from_db()
        assert seen == ["contracted", "in_service", "completed"]
        assert work_request.ended_at == clock.now()
        assert audit.verify(work_request.audit_matter) is None

    @pytest.mark.parametrize("step", ["mark_contracted", "mark_in_service", "mark_completed"])
    def test_before_the_notice_is_refused(self, award, step):
        with nothing_changes(), pytest.raises(UnableToProceed):
            getattr(services, step)(award_id=award.pk, actor=None)

    def test_out_of_turn_is_refused(self, work_request, award):
        confirm(work_request)

        with nothing_changes(), pytest.raises(UnableToProceed):
            services.mark_in_service(award_id=award.pk, actor=None)

    def test_an_owner_who_did_not_sign_is_noted_once(self, work_request, award):
        confirm(work_request)
        services.note_owner_unsigned(award_id=award.pk, on=clock.today())

        with nothing_changes():
            services.note_owner_unsigned(award_id=award.pk, on=clock.today() + timedelta(days=9))

        assert Award.objects.get(pk=award.pk).owner_unsigned_on == clock.today()


class TestRepostRequest:
    @pytest.fixture
    def failed(self, frozen_clock):
        work_request = WorkRequestFactory(public_money=True, public_project=False, published=True)
        AttachmentFactory(work_request=work_request)
        ExclusionFactory(work_request=work_request)
        work_request.request_items.update(base=Decimal("3.6"), standard_fee=Decimal("182400.00"))
        open_bids(work_request)
        return work_request

    def test_copies_everything_but_the_deadline(self, failed):
        again = services.repost_request(request_id=failed.pk, actor=member_of(failed.owner))

        assert (again.status, again.bids_close_at, again.announcement) == ("draft", None, None)
        assert (again.title, again.price_max, again.fund_fiscal) == (failed.title, failed.price_max, failed.fund_fiscal)
        assert again.request_items.get().standard_fee == Decimal("182400.00")
        assert again.attachments.get().file == failed.attachments.get().file
        assert again.exclusions.get().organisation == failed.exclusions.get().organisation
        assert failed.request_items.count() == failed.attachments.count() == failed.exclusions.count() == 1

    def test_counts_the_failures(self, failed):
        again = services.repost_request(request_id=failed.pk, actor=member_of(failed.owner))

        assert (again.reposted_from, again.failures_before) == (failed, 1)

    def test_pressed_twice_is_refused_the_second_time(self, failed):
        again = services.repost_request(request_id=failed.pk, actor=member_of(failed.owner))

        with nothing_changes(), pytest.raises(UnableToRepost, match=again.number):
            services.repost_request(request_id=failed.pk, actor=member_of(failed.owner))

    def test_a_live_request_cannot_be_posted_again(self, work_request):
        with nothing_changes(), pytest.raises(Refused):
            services.repost_request(request_id=work_request.pk, actor=member_of(work_request.owner))

    def test_a_stranger_cannot_post_it_again(self, failed):
        stranger = MembershipFactory().user

        with nothing_changes(), pytest.raises(Refused):
            services.repost_request(request_id=failed.pk, actor=stranger)
