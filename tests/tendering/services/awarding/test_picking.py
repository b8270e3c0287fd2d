"""Credit-preferred selection: the lists, the owner's pick, and the rule where none comes in time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from marketplace.tendering import duties, services
from marketplace.tendering.models import Opening
from marketplace.tendering.services import UnableToPick
from tests.factories.accounts import MembershipFactory
from tests.factories.credit import ConductEventFactory, ReviewFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.pressing import press
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

REASON = "承担过同类化工项目的环评，项目组人员稳定。"


@pytest.fixture
def work_request(frozen_clock):
    """Five sign-ups of different scores, opened on Monday 2026-11-30 at 17:01: a long list of 4, a short list of 2."""
    work_request = WorkRequestFactory(credit_preferred=True, published=True)
    work_request.firms = []
    for stars in (5, 4, 3, 2, 1):
        firm = bidder_for(work_request)
        ReviewFactory(
            subject=firm.organisation,
            quality=stars,
            timeliness=stars,
            attitude=stars,
            fees=stars,
            compliance=stars,
            rated_at=clock.now() - timedelta(days=30),
        )
        bid(work_request, firm, days=30 - stars)
        work_request.firms.append(firm)
    return work_request


@pytest.fixture
def drawn(work_request, frozen_clock):
    frozen_clock.move_to("2026-11-30 17:01")
    return open_bids(work_request)


def listed(opening):
    return [opening.opened_bids.get(listed_as=one).intermediary for one in opening.short_list]


def pick(work_request, firm, actor=None, reason=REASON):
    opening = services.pick_from_short_list(
        request_id=work_request.pk, uscc=firm.uscc, reason=reason, actor=actor or member_of(work_request.owner)
    )
    work_request.refresh_from_db()
    return opening


class TestDraw:
    def test_price_is_null_and_the_score_that_of_the_day_before_the_deadline(self, drawn):
        assert {row["price"] for row in drawn.frozen["candidates"]} == {None}
        # (5 × 80 + 20 × stars × w) ÷ (5 + w) with w = 0.5^(36/365); conduct 100; fulfilment 80.
        assert sorted(row["score"] for row in drawn.frozen["candidates"]) == [
            "81.28", "82.85", "84.43", "86.00", "87.57",
        ]  # fmt: skip

    def test_waits_for_the_owner_until_the_end_of_the_second_working_day(self, drawn, work_request):
        assert (drawn.state, work_request.status, len(drawn.short_list)) == ("drawn", "selecting", 2)
        assert drawn.waits_until == clock.shanghai("2026-12-03 00:00")  # 24:00 of Wednesday
        assert not work_request.awards.exists()

    def test_the_lowest_score_is_not_on_the_long_list(self, drawn, work_request):
        assert work_request.firms[-1].uscc not in drawn.short_list

    def test_one_firm_on_the_short_list_leaves_nothing_to_pick(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, parameters={"long": 2, "short": 1}, bidders=3)

        opening = open_bids(work_request)

        assert (opening.state, opening.transcript["decided_by"]) == ("ranked", {"by": "rule"})

    def test_lists_longer_than_the_bids_are_cut_to_them(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, parameters={"long": 9, "short": 8}, bidders=3)

        assert sorted(open_bids(work_request).short_list) == sorted(firm.uscc for firm in work_request.firms)

    def test_one_bid_is_too_few(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, bidders=1)

        opening = open_bids(work_request)

        assert (opening.state, work_request.status, opening.short_list) == ("failed", "failed", [])

    def test_grade_c_is_set_aside_and_does_not_count(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, bidders=2)
        for number in range(2):
            ConductEventFactory.decided(
                subject=work_request.firms[0].organisation,
                rule__points=6,
                number=f"XY-2026-9{number:03d}",
                effective_on=clock.today() - timedelta(days=1),
            )

        opening = open_bids(work_request)

        assert opening.transcript["set_aside"] == [{"id": work_request.firms[0].uscc, "reason": "grade"}]
        assert opening.state == "failed"

    def test_owner_and_bidders_are_told(self, drawn, work_request):
        owner, bidder = member_of(work_request.owner), member_of(work_request.firms[0].organisation)

        assert owner.notices.filter(key__contains=":pick:").count() == 1
        assert bidder.notices.filter(key__contains=":short_list:").count() == 1


class TestPick:
    def test_the_picked_firm_wins_and_the_drawn_order_follows(self, drawn, work_request):
        first, second = listed(drawn)

        opening = pick(work_request, second)

        record = opening.transcript
        assert record["winner"] == second.uscc
        assert record["ranking"][1] == first.uscc
        assert record["reserves"] == record["ranking"][1:3]
        assert record["decided_by"] == {"by": "owner", "reason": REASON}
        assert record["seed"] == drawn.seed
        award = work_request.awards.get()
        assert (award.intermediary, award.price, work_request.status) == (second, Decimal("180000.00"), "publicity")

    def test_publicity_begins_with_the_pick(self, drawn, work_request, frozen_clock):
        frozen_clock.move_to("2026-12-02 23:59")

        pick(work_request, listed(drawn)[0])

        assert work_request.awards.get().publicity_ends_at == clock.shanghai("2026-12-08 00:00")

    def test_the_trail_says_who_picked_whom_and_why(self, drawn, work_request):
        firm = listed(drawn)[1]

        pick(work_request, firm)

        (line,) = [line for line in audit.trail(work_request.audit_matter) if line.action == "opening.picked"]
        assert line.after == {"uscc": firm.uscc, "reason": REASON}
        assert line.actor_id == member_of(work_request.owner).pk

    def test_the_same_pick_sent_twice_is_one(self, drawn, work_request):
        firm = listed(drawn)[1]
        pick(work_request, firm)

        with nothing_changes():
            pick(work_request, firm)

    def test_another_pick_afterwards_is_refused(self, drawn, work_request):
        first, second = listed(drawn)
        pick(work_request, second)

        with nothing_changes(), pytest.raises(Refused):
            pick(work_request, first)

    def test_nobody_else_may_pick(self, drawn, work_request):
        firm = listed(drawn)[0]
        others = [
            member_of(firm.organisation),
            MembershipFactory(organisation=work_request.owner, reader=True).user,
            MembershipFactory(regulator=True).user,
            MembershipFactory(operator=True).user,
        ]

        for actor in others:
            with nothing_changes(), pytest.raises(Refused):
                pick(work_request, firm, actor)

    @pytest.mark.parametrize("reason", ["", "  \n", "长" * 2001])
    def test_a_pick_without_a_reason_of_readable_length_is_refused(self, drawn, work_request, reason):
        with nothing_changes(), pytest.raises(UnableToPick) as refusal:
            pick(work_request, listed(drawn)[0], reason=reason)

        assert set(refusal.value.field_errors) == {"reason"}

    def test_a_firm_off_the_short_list_is_refused(self, drawn, work_request):
        other = next(firm for firm in work_request.firms if firm.uscc not in drawn.short_list)

        for firm in (other, bidder_for(work_request)):
            with nothing_changes(), pytest.raises(UnableToPick) as refusal:
                pick(work_request, firm)
            assert set(refusal.value.field_errors) == {"firm"}

    def test_a_pick_at_the_last_instant_counts_and_one_at_the_end_does_not(self, drawn, work_request, frozen_clock):
        frozen_clock.move_to("2026-12-03 00:00")
        with nothing_changes(), pytest.raises(Refused):
            pick(work_request, listed(drawn)[1])

        frozen_clock.move_to("2026-12-02 23:59:59")
        assert pick(work_request, listed(drawn)[1]).state == "ranked"


class TestNoPick:
    def test_the_first_drawn_wins_when_the_time_is_over(self, drawn, work_request, frozen_clock):
        frozen_clock.move_to("2026-12-03 00:00")

        outbox.run_due()

        record = Opening.objects.get().transcript
        assert record["winner"] == drawn.short_list[0]
        assert record["decided_by"] == {"by": "rule"}
        assert work_request.awards.get().intermediary == listed(drawn)[0]

    def test_a_suspended_request_keeps_the_owners_days(self, drawn, work_request, frozen_clock):
        regulator = MembershipFactory(regulator=True).user
        frozen_clock.move_to("2026-12-02 10:00")
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=regulator)
        with nothing_changes(), pytest.raises(Refused):
            pick(work_request, listed(drawn)[0])
        frozen_clock.move_to("2026-12-07 10:00")
        outbox.run_due()
        services.resume_request(request_id=work_request.pk, reason="核查完毕", actor=regulator)
        outbox.run_due()

        opening = Opening.objects.get()
        assert (opening.state, opening.waits_until) == ("drawn", clock.shanghai("2026-12-09 00:00"))
        assert pick(work_request, listed(drawn)[1]).state == "ranked"

    def test_the_next_in_the_drawn_order_takes_over_when_the_pick_drops_out(self, drawn, work_request):
        pick(work_request, listed(drawn)[1])
        award = work_request.awards.get()

        following = services.pass_award_on(award_id=award.pk, reason="放弃中选")

        assert following.intermediary == listed(drawn)[0]

    def test_a_used_up_ranking_fails(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, parameters={"long": 2, "short": 1}, bidders=3)
        open_bids(work_request)
        ranked = work_request.opening.opened_bids.ranked().count()
        for _ in range(ranked):
            services.pass_award_on(award_id=work_request.awards.live().get().pk, reason="放弃中选")

        work_request.refresh_from_db()
        # Who is not on the long list is not in the ranking.
        assert (ranked, work_request.status, work_request.end_reason) == (2, "failed", "ranking_used_up")


class TestPages:
    @pytest.fixture(autouse=True)
    def _chinese(self):
        with translation.override("zh-hans"):
            yield

    def page(self, work_request):
        return f"/workbench/requests/{work_request.number}/pick/"

    def test_the_owner_sees_the_short_list_with_standing_price_and_days(self, drawn, work_request, client):
        client.force_login(member_of(work_request.owner))

        content = client.get(self.page(work_request)).content.decode()

        for firm in listed(drawn):
            assert firm.name in content
            assert f"{drawn.opened_bids.get(intermediary=firm).score:.2f}" in content
        assert content.count("¥180,000.00") == 2

    def test_sending_it_picks_and_leads_to_the_result(self, drawn, work_request, client):
        client.force_login(member_of(work_request.owner))
        firm = listed(drawn)[1]

        answer = press(client, self.page(work_request), {"firm": firm.uscc, "reason": REASON})

        assert answer.url == f"/awards/{work_request.number}/"
        content = client.get(answer.url).content.decode()
        assert REASON in content
        assert firm.name in content

    def test_sending_it_twice_leads_to_the_result_again(self, drawn, work_request, client):
        client.force_login(member_of(work_request.owner))
        sent = {"firm": listed(drawn)[1].uscc, "reason": REASON}
        press(client, self.page(work_request), sent)

        assert client.post(self.page(work_request), sent).status_code == 302

    def test_a_stale_page_is_refused_with_the_reason(self, drawn, work_request, client):
        pick(work_request, listed(drawn)[1])
        client.force_login(member_of(work_request.owner))

        answer = client.post(f"/en{self.page(work_request)}", {"firm": listed(drawn)[0].uscc, "reason": "改选另一家。"})

        assert answer.status_code == 403
        assert "the selection is decided" in answer.content.decode()

    def test_without_a_choice_the_page_says_what_is_missing(self, drawn, work_request, client):
        client.force_login(member_of(work_request.owner))

        answer = client.post(f"/en{self.page(work_request)}", {"reason": REASON})

        assert answer.status_code == 422
        assert "Choose a firm." in answer.content.decode()

    def test_everybody_sees_lists_and_draw_while_the_owner_picks(self, drawn, work_request, client):
        content = client.get(f"/en/awards/{work_request.number}/").content.decode()

        assert "The owner has not picked yet" in content
        assert drawn.seed[:8] in content

    def test_it_is_a_duty_of_the_owner_alone(self, drawn, work_request):
        owner = member_of(work_request.owner)
        firm = work_request.firms[0]

        (duty,) = duties.request_duties(owner, work_request.owner)

        assert (duty.url, duty.due_at) == (self.page(work_request), drawn.waits_until)
        assert list(duties.request_duties(member_of(firm.organisation), firm.organisation)) == []
