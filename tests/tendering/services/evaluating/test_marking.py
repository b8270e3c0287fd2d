"""Best proposal from the draw of its evaluators to its ranking."""

import pytest
from django.utils import translation

from marketplace.accounts.models import Notice
from marketplace.core import audit, clock, outbox
from marketplace.core.failures import SavedElsewhere
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.models import Evaluator, Mark, Seat
from marketplace.tendering.selection import Chance
from marketplace.tendering.services import UnableToMark
from tests.factories.accounts import MembershipFactory
from tests.factories.evaluators import EvaluatorFactory, EvaluatorTieFactory
from tests.factories.tendering import bid, bidder_for, member_of, open_bids, proposal_file
from tests.tendering.panels import fill, finish, marked, papers, person, published
from tests.tendering.services.openings.test_opening import file_raw
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def numbers(work_request):
    return [paper.seat.number for paper in papers(work_request)]


def order_of(opening):
    """The pool's numbers in the order of the draw, recomputed from the seed."""
    pool = opening.work_request.announcement["parameters"]["pool"]
    chance = Chance(bytes.fromhex(opening.seed))
    return sorted(pool, key=lambda number: chance.value("evaluator", str(number)))


class TestPublication:
    def test_fixes_the_pool_in_the_announcement(self, frozen_clock):
        work_request = published(evaluators=4)
        EvaluatorFactory()

        assert work_request.announcement["parameters"] == {
            "weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10},
            "evaluators": 3,
            "pool": [1, 2, 3, 4],
        }


class TestDraw:
    def test_seats_the_first_of_the_pool_by_value(self, frozen_clock):
        work_request = marked(evaluators=6)

        opening = work_request.opening
        assert (work_request.status, opening.state) == ("selecting", "drawn")
        assert numbers(work_request) == order_of(opening)[:3]
        assert [seat.number for seat in opening.seats.order_by("place")] == order_of(opening)

    def test_tells_each_of_them_by_notice_and_mail_once(self, frozen_clock, mailoutbox):
        work_request = marked()
        first = papers(work_request)[0]

        frozen_clock.move_to("2026-12-01 10:00")
        outbox.run_due()

        notice = Notice.objects.get(user=person(first), key__contains=":drawn")
        assert notice.url == first.get_absolute_url()
        assert notice.organisation is None
        sent = [mail.to for mail in mailoutbox if mail.subject == f"[明选] {notice.title_zh}"]
        assert sorted(sent) == sorted([person(paper).email] for paper in papers(work_request))

    def test_tells_owner_and_bidders_no_name(self, frozen_clock):
        work_request = marked()

        for organisation in [work_request.owner, *(firm.organisation for firm in work_request.firms)]:
            notice = Notice.objects.get(user=member_of(organisation), key__contains=":marking:")
            assert not any(firm.organisation.name_zh in notice.title + notice.body for firm in work_request.firms)

    def test_leaves_out_who_is_tied_to_a_bidder_and_takes_the_next(self, frozen_clock):
        work_request = published(evaluators=6)
        firms = [bidder_for(work_request) for _ in range(2)]
        for firm in firms:
            bid(work_request, firm)
        EvaluatorTieFactory(evaluator_id=_evaluator(2).pk, organisation=firms[0].organisation)
        MembershipFactory(user=_evaluator(4).user, organisation=firms[1].organisation, left=True)

        opening = open_bids(work_request)

        free = [number for number in order_of(opening) if number not in (2, 4)]
        assert numbers(work_request) == free[:3]
        reached = order_of(opening).index(free[2])
        left_out = [number for number in order_of(opening)[:reached] if number in (2, 4)]
        assert [seat.number for seat in opening.seats.filter(state="left_out", reason="tie")] == left_out

    def test_who_filed_for_a_bidder_never_marks(self, frozen_clock):
        work_request = published(evaluators=3)
        firm = bidder_for(work_request)
        evaluator = _evaluator(1)
        membership = MembershipFactory(user=evaluator.user, organisation=firm.organisation)
        services.seal_and_submit_bid(
            request_id=work_request.pk,
            intermediary=firm,
            actor=evaluator.user,
            price=work_request.price_max,
            days=10,
            proposal=proposal_file(),
        )
        membership.delete()

        opening = open_bids(work_request)

        assert opening.seats.get(evaluator=evaluator).reason == "tie"

    def test_leaves_out_who_has_left_the_pool_since(self, frozen_clock):
        work_request = published(evaluators=4)
        bid(work_request, bidder_for(work_request))
        clerk = MembershipFactory(operator=True).user
        services.retire_evaluator(evaluator_id=_evaluator(3).pk, actor=clerk)

        opening = open_bids(work_request)

        assert numbers(work_request) == [number for number in order_of(opening) if number != 3]

    def test_waits_and_tells_the_regulator_where_too_few_are_left(self, frozen_clock):
        regulator = MembershipFactory(regulator=True).user
        work_request = published(evaluators=3)
        firm = bidder_for(work_request)
        bid(work_request, firm)
        EvaluatorTieFactory(evaluator_id=_evaluator(1).pk, organisation=firm.organisation)

        open_bids(work_request)

        assert len(papers(work_request)) == 2
        finish(work_request, [{}, {}])
        assert (work_request.status, work_request.opening.state) == ("selecting", "drawn")
        assert Notice.objects.filter(user=regulator, key__contains=":marking_stuck:").count() == 1

    def test_too_few_bids_fail_the_request_without_any_marking(self, frozen_clock):
        work_request = published(public_money=True)
        for _ in range(2):
            bid(work_request, bidder_for(work_request))

        opening = open_bids(work_request)

        assert (work_request.status, opening.state) == ("failed", "failed")
        assert not Seat.objects.exists()

    def test_a_bid_without_a_proposal_is_set_aside_with_its_reason(self, frozen_clock):
        work_request = published()
        firm = bidder_for(work_request)
        file_raw(work_request, firm, price="100.00")
        bid(work_request, bidder_for(work_request))

        opening = open_bids(work_request)

        assert opening.opened_bids.get(intermediary=firm).reason == "proposal_missing"
        assert {mark.opened_bid.intermediary for mark in Mark.objects.all()} != {firm}
        assert all(paper.marks.count() == 1 for paper in papers(work_request))


class TestDeclaring:
    def test_no_tie_opens_the_proposals(self, frozen_clock):
        paper = papers(marked())[0]

        services.declare_no_tie(paper_id=paper.pk, actor=person(paper))

        paper.seat.refresh_from_db()
        assert paper.seat.cleared_at == clock.now()

    def test_a_tie_gives_the_place_to_the_next_number(self, frozen_clock):
        work_request = marked()
        order = order_of(work_request.opening)
        paper = papers(work_request)[1]

        services.declare_own_tie(paper_id=paper.pk, reason="曾任该机构顾问", actor=person(paper))

        assert numbers(work_request) == [order[0], order[2], order[3]]
        seat = Seat.objects.get(pk=paper.seat_id)
        assert (seat.state, seat.reason) == ("replaced", "declared_tie")
        line = next(one for one in audit.trail(work_request.audit_matter) if one.action == "evaluator.declared_tie")
        assert line.after == {"evaluator": order[1], "reason": "曾任该机构顾问"}

    def test_a_tie_needs_its_reason(self, frozen_clock):
        paper = papers(marked())[0]

        with nothing_changes(), pytest.raises(UnableToMark):
            services.declare_own_tie(paper_id=paper.pk, reason=" ", actor=person(paper))

    def test_who_gave_the_place_up_marks_no_more(self, frozen_clock):
        paper = papers(marked())[0]
        services.declare_own_tie(paper_id=paper.pk, reason="亲属", actor=person(paper))

        with nothing_changes(), pytest.raises(Refused, match="taken your place"):
            services.save_marks(paper_id=paper.pk, marks={1: (50, "")}, actor=person(paper))


class TestSavingMarks:
    def test_before_declaring_nothing_is_marked(self, frozen_clock):
        paper = papers(marked())[0]

        with nothing_changes(), pytest.raises(Refused, match="Declare first"):
            services.save_marks(paper_id=paper.pk, marks={1: (50, "")}, actor=person(paper))

    def test_of_another_evaluator_are_refused(self, frozen_clock):
        first, second, _third = papers(marked())
        services.declare_no_tie(paper_id=first.pk, actor=person(first))

        with nothing_changes(), pytest.raises(Refused, match="another evaluator's"):
            services.save_marks(paper_id=first.pk, marks={1: (50, "")}, actor=person(second))

    @pytest.mark.parametrize("mark", [-1, 101, "80", 79.5, True])
    def test_outside_0_to_100_are_refused_at_their_field(self, mark, frozen_clock):
        paper = papers(marked())[0]
        services.declare_no_tie(paper_id=paper.pk, actor=person(paper))

        with nothing_changes(), pytest.raises(UnableToMark) as refusal:
            services.save_marks(paper_id=paper.pk, marks={1: (50, ""), 2: (mark, "")}, actor=person(paper))

        assert list(refusal.value.field_errors) == ["mark_2"]

    def test_a_draft_keeps_what_there_is(self, frozen_clock):
        paper = papers(marked())[0]
        services.declare_no_tie(paper_id=paper.pk, actor=person(paper))

        services.save_marks(paper_id=paper.pk, marks={1: (0, " 空洞 "), 2: (None, "待评")}, actor=person(paper))

        assert list(paper.marks.values_list("label", "mark", "remark")) == [
            (1, 0, "空洞"),
            (2, None, "待评"),
            (3, None, ""),
        ]

    def test_a_stale_page_is_refused(self, frozen_clock):
        paper = papers(marked())[0]
        services.declare_no_tie(paper_id=paper.pk, actor=person(paper))
        seen = paper.edited_at
        frozen_clock.advance(minutes=1)
        services.save_marks(paper_id=paper.pk, marks={1: (50, "")}, actor=person(paper), edited_at=seen)

        with nothing_changes(), pytest.raises(SavedElsewhere):
            services.save_marks(paper_id=paper.pk, marks={1: (60, "")}, actor=person(paper), edited_at=seen)


class TestHandingIn:
    def test_names_every_proposal_without_mark_or_reason(self, frozen_clock):
        paper = papers(marked())[0]
        services.declare_no_tie(paper_id=paper.pk, actor=person(paper))
        services.save_marks(paper_id=paper.pk, marks={1: (50, "可行"), 2: (60, "")}, actor=person(paper))

        with nothing_changes(), pytest.raises(UnableToMark) as refusal:
            services.hand_in_marks(paper_id=paper.pk, actor=person(paper))

        assert list(refusal.value.field_errors) == ["remark_2", "mark_3", "remark_3"]

    def test_happens_once(self, frozen_clock):
        paper = papers(marked())[0]
        fill(paper)

        with nothing_changes(), pytest.raises(Refused, match="handed in"):
            services.hand_in_marks(paper_id=paper.pk, actor=person(paper))
        with nothing_changes(), pytest.raises(Refused, match="handed in"):
            services.save_marks(paper_id=paper.pk, marks={1: (1, "")}, actor=person(paper))

    def test_the_trail_tells_no_mark_before_all_are_in(self, frozen_clock):
        work_request = marked()
        before = len(audit.trail(work_request.audit_matter))

        fill(papers(work_request)[0], {firm.uscc: 37 for firm in work_request.firms})

        lines = audit.trail(work_request.audit_matter)[before:]
        assert [line.action for line in lines] == ["evaluator.declared_no_tie", "evaluator.handed_in"]
        assert not any("37" in str(line.after) for line in lines)

    def test_of_all_ranks_the_bids(self, frozen_clock):
        work_request = marked()
        cheap, middle, dear = (firm.uscc for firm in work_request.firms)

        opening = finish(work_request, [{dear: 90}, {dear: 95}, {dear: 100}])

        transcript = opening.transcript
        assert (work_request.status, opening.state) == ("publicity", "ranked")
        assert transcript["marks"] == {cheap: [80] * 3, middle: [80] * 3, dear: [90, 95, 100]}
        # 40 % of 150000 ÷ price × 100, 10 % of 33 ÷ days × 100, 40 % of the marks' mean, 10 % of the score 86.
        assert {step["id"]: step["total"] for step in transcript["working"] if step["step"] == "total"} == {
            cheap: "90.0286",
            middle: "87.8059",
            dear: "91.8941",
        }
        assert transcript["ranking"] == [dear, cheap, middle]
        assert work_request.awards.get().intermediary == work_request.firms[2]

    def test_marks_stand_in_the_working_under_numbers_in_the_order_of_the_draw(self, frozen_clock):
        work_request = marked(bids=1)
        (firm,) = work_request.firms
        drawn = numbers(work_request)

        opening = finish(work_request, [{firm.uscc: 70}, {firm.uscc: 80}, {firm.uscc: 90}])

        working = opening.transcript["working"]
        order = order_of(opening)
        chance = Chance(bytes.fromhex(opening.seed))
        assert working[:5] == [
            {
                "step": "evaluator",
                "place": place,
                "number": number,
                "value": f"{chance.value('evaluator', str(number)):064x}",
                "fate": "marked" if place <= 3 else "reserve",
            }
            for place, number in enumerate(order, start=1)
        ]
        assert working[5] == {
            "step": "marks",
            "id": firm.uscc,
            "round": 1,
            "evaluators": drawn,
            "marks": [70, 80, 90],
            "spread": 20,
        }
        assert opening.transcript["marks"] == {firm.uscc: [70, 80, 90]}

    def test_all_zero_and_all_equal_is_a_tie_decided_by_value(self, frozen_clock):
        work_request = published()
        firms = [bidder_for(work_request) for _ in range(3)]
        for firm in firms:
            bid(work_request, firm)
        open_bids(work_request)
        zero = {firm.uscc: 0 for firm in firms}

        opening = finish(work_request, [zero, zero, zero])

        chance = Chance(bytes.fromhex(opening.seed))
        by_tie = sorted((firm.uscc for firm in firms), key=lambda code: chance.value("tie", code))
        assert opening.transcript["ranking"] == by_tie
        assert {step["total"] for step in opening.transcript["working"] if step["step"] == "total"} == {"58.6000"}

    def test_one_bid_left_after_exclusions_is_marked_and_wins(self, frozen_clock):
        work_request = published()
        file_raw(work_request, bidder_for(work_request), price="100.00")
        firm = bidder_for(work_request)
        bid(work_request, firm)
        open_bids(work_request)

        opening = finish(work_request)

        assert opening.transcript["ranking"] == [firm.uscc]
        assert opening.transcript["marks"] == {firm.uscc: [80, 80, 80]}


class TestSecondRound:
    def test_is_of_what_lies_too_far_apart_alone_and_by_all(self, frozen_clock):
        work_request = marked(bids=2)
        apart, close = (firm.uscc for firm in work_request.firms)
        drawn = numbers(work_request)

        finish(work_request, [{apart: 60, close: 60}, {apart: 70, close: 80}, {apart: 81, close: 80}])

        again = papers(work_request)
        assert [paper.seat.number for paper in again] == drawn
        assert [[row.opened_bid.listed_as for row in paper.marks.all()] for paper in again] == [[apart]] * 3
        assert {row.mark for row in Mark.objects.filter(paper__in=again)} == {None}
        assert work_request.status == "selecting"
        for paper in again:
            assert Notice.objects.filter(user=person(paper), key__endswith=":second_round").count() == 1

    def test_exactly_twenty_points_apart_is_close_enough(self, frozen_clock):
        work_request = marked(bids=1)
        (firm,) = work_request.firms

        finish(work_request, [{firm.uscc: 60}, {firm.uscc: 70}, {firm.uscc: 80}])

        assert work_request.status == "publicity"

    def test_second_marks_count_however_far_apart(self, frozen_clock):
        work_request = marked(bids=2)
        apart, close = (firm.uscc for firm in work_request.firms)

        opening = finish(work_request, [{apart: 0}, {apart: 50}, {apart: 100}], [{apart: 10}, {apart: 90}, {apart: 50}])

        assert opening.transcript["marks"] == {apart: [10, 90, 50], close: [80, 80, 80]}
        rounds = [
            (step["id"], step["round"], step["marks"], step["spread"])
            for step in opening.transcript["working"]
            if step["step"] == "marks"
        ]
        assert sorted(rounds) == sorted(
            [(apart, 1, [0, 50, 100], 100), (apart, 2, [10, 90, 50], 80), (close, 1, [80, 80, 80], 0)]
        )

    def test_a_successor_of_it_marks_all_once_and_the_disputed_as_second(self, frozen_clock):
        work_request = marked(bids=2, evaluators=5)
        apart, close = (firm.uscc for firm in work_request.firms)
        finish(work_request, [{apart: 0}, {apart: 50}, {apart: 100}])
        leaver = papers(work_request)[0]
        services.declare_own_tie(paper_id=leaver.pk, reason="认出了编制单位", actor=person(leaver))
        stays, also, new = papers(work_request)
        order = order_of(work_request.opening)
        assert new.seat.number == order[3]

        fill(stays, {apart: 60})
        fill(also, {apart: 70})
        fill(new, {apart: 65, close: 75})

        work_request.refresh_from_db()
        opening = work_request.opening
        assert opening.transcript["marks"] == {apart: [60, 70, 65], close: [80, 80, 75]}
        assert {
            step["number"]: step["fate"] for step in opening.transcript["working"] if step["step"] == "evaluator"
        } == {order[0]: "declared_tie", order[1]: "marked", order[2]: "marked", order[3]: "marked", order[4]: "reserve"}

    def test_a_successor_far_from_the_others_brings_a_second_round_of_its_own(self, frozen_clock):
        work_request = marked(bids=2)
        apart, close = (firm.uscc for firm in work_request.firms)
        finish(work_request, [{apart: 0}, {apart: 50}, {apart: 100}])
        leaver = papers(work_request)[0]
        services.declare_own_tie(paper_id=leaver.pk, reason="认出了编制单位", actor=person(leaver))

        finish(
            work_request, [{apart: 60}, {apart: 60}, {apart: 60, close: 10}], [{close: 50}, {close: 60}, {close: 70}]
        )

        assert work_request.opening.transcript["marks"] == {apart: [60, 60, 60], close: [50, 60, 70]}


class TestTime:
    def test_ends_after_the_policy_s_working_days(self, frozen_clock):
        work_request = marked()

        # Opened on Monday 30 November at 17:01: three working days end with Thursday.
        assert {paper.due_at for paper in papers(work_request)} == {clock.shanghai("2026-12-04 00:00")}
        assert work_request.opening.waits_until == clock.shanghai("2026-12-04 00:00")

    def test_the_last_day_brings_a_reminder_to_who_has_not_handed_in(self, frozen_clock):
        work_request = marked()
        done, *waiting = papers(work_request)
        frozen_clock.move_to("2026-12-02 10:00")
        fill(done)

        frozen_clock.move_to("2026-12-03 00:00")
        outbox.run_due()

        reminded = Notice.objects.filter(key__contains=":reminder:").values_list("user", flat=True)
        assert set(reminded) == {person(paper).pk for paper in waiting}

    def test_whoever_is_late_is_told_and_replaced_by_the_next(self, frozen_clock):
        work_request = marked()
        order = order_of(work_request.opening)
        late, *others = papers(work_request)
        frozen_clock.move_to("2026-12-02 10:00")
        for paper in others:
            fill(paper)

        frozen_clock.move_to("2026-12-04 00:00")
        with pytest.raises(Refused, match="time for marking is over"):
            services.declare_no_tie(paper_id=late.pk, actor=person(late))
        outbox.run_due()

        late.seat.refresh_from_db()
        assert (late.seat.state, late.seat.reason) == ("replaced", "late")
        assert numbers(work_request) == [order[3]]
        assert papers(work_request)[0].due_at == clock.shanghai("2026-12-09 00:00")
        assert Notice.objects.filter(user=person(late), key__contains=":marking_late:").count() == 1

    def test_before_the_time_is_over_nobody_is_replaced(self, frozen_clock):
        work_request = marked()
        frozen_clock.move_to("2026-12-03 23:59")

        with nothing_changes():
            assert services.replace_late_evaluators(request_id=work_request.pk) == 0

    def test_where_nobody_comes_next_the_late_one_may_still_hand_in(self, frozen_clock):
        regulator = MembershipFactory(regulator=True).user
        work_request = marked(evaluators=3)
        frozen_clock.move_to("2026-12-05 10:00")
        outbox.run_due()

        assert {paper.seat.state for paper in papers(work_request)} == {"seated"}
        assert Notice.objects.filter(user=regulator, key__contains=":marking_stuck:").count() == 1
        finish(work_request)
        assert work_request.status == "publicity"

    def test_stands_still_while_the_request_is_suspended(self, frozen_clock):
        regulator = MembershipFactory(regulator=True).user
        work_request = marked()
        paper = papers(work_request)[0]
        frozen_clock.move_to("2026-12-02 10:00")
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=regulator)

        with nothing_changes(), pytest.raises(Refused, match="suspended"):
            services.declare_no_tie(paper_id=paper.pk, actor=person(paper))
        frozen_clock.move_to("2026-12-14 10:00")
        outbox.run_due()
        assert services.replace_late_evaluators(request_id=work_request.pk) == 0
        services.resume_request(request_id=work_request.pk, reason="核查完毕", actor=regulator)

        # Wednesday and Thursday were left, and run from the Tuesday after.
        assert {paper.due_at for paper in papers(work_request)} == {clock.shanghai("2026-12-17 00:00")}

    def test_voiding_ends_the_marking(self, frozen_clock):
        regulator = MembershipFactory(regulator=True).user
        work_request = marked()
        paper = papers(work_request)[0]

        services.void_request(request_id=work_request.pk, reason="条件有误", actor=regulator)

        assert papers(work_request) == []
        with nothing_changes(), pytest.raises(Refused, match="selection is over"):
            services.save_marks(paper_id=paper.pk, marks={1: (1, "")}, actor=person(paper))

    def test_a_reminder_is_given_once(self, frozen_clock):
        work_request = marked()
        frozen_clock.move_to("2026-12-03 00:00")

        for _ in range(2):
            services.remind_evaluators(request_id=work_request.pk)
            frozen_clock.advance(hours=1)

        assert Notice.objects.filter(key__contains=":reminder:").count() == 3


def _evaluator(number):
    return Evaluator.objects.get(number=number)
