from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.additions.duties import duties_of, matters_of
from marketplace.tendering import services
from marketplace.tendering.models import Award, Bid, WorkRequest
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import (
    QuestionFactory,
    WorkRequestFactory,
    bidder_for,
    member_of,
    open_bids,
)

pytestmark = pytest.mark.django_db


class TestVisibleTo:
    @pytest.fixture
    def requests(self, frozen_clock):
        return {
            "draft": WorkRequestFactory(),
            "under_review": WorkRequestFactory(under_review=True),
            "returned": WorkRequestFactory(returned=True),
            "published": WorkRequestFactory(published=True),
        }

    def seen_by(self, user, requests):
        visible = set(WorkRequest.objects.visible_to(user))
        return {name for name, work_request in requests.items() if work_request in visible}

    def test_a_visitor_sees_what_is_published(self, requests):
        assert self.seen_by(AnonymousUser(), requests) == {"published"}

    def test_a_stranger_and_a_regulator_see_no_more(self, requests):
        assert self.seen_by(MembershipFactory().user, requests) == {"published"}
        assert self.seen_by(MembershipFactory(regulator=True).user, requests) == {"published"}

    def test_the_operator_also_sees_what_was_handed_in(self, requests):
        assert self.seen_by(MembershipFactory(operator=True).user, requests) == {
            "under_review",
            "returned",
            "published",
        }

    def test_the_owners_people_see_theirs(self, requests):
        reader = MembershipFactory(reader=True, organisation=requests["draft"].owner).user

        assert self.seen_by(reader, requests) == {"draft", "published"}

    def test_one_who_left_the_owner_does_not(self, requests):
        former = MembershipFactory(left=True, organisation=requests["draft"].owner).user

        assert self.seen_by(former, requests) == {"published"}


class TestOpen:
    def test_follows_the_clock_alone(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)

        before = WorkRequest.objects.open().count()
        frozen_clock.move_to(work_request.bids_close_at)

        assert (before, WorkRequest.objects.open().count()) == (1, 0)

    def test_closing_soon_names_the_next_first(self, frozen_clock):
        later = WorkRequestFactory(published=True, bids_close_at=clock.now() + timedelta(days=6))
        sooner = WorkRequestFactory(published=True, bids_close_at=clock.now() + timedelta(days=5))
        WorkRequestFactory(published=True, bids_close_at=clock.now() + timedelta(days=8))

        assert list(WorkRequest.objects.closing_soon()) == [sooner, later]

    def test_awarded_has_its_notice(self, frozen_clock):
        WorkRequestFactory(bidders=1, opened=True)
        awarded = WorkRequestFactory(bidders=1, awarded=True)

        assert list(WorkRequest.objects.awarded()) == [awarded]
        assert WorkRequest.objects.selected().count() == 2


class TestConstraints:
    def test_one_award_lives_a_request(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=2, opened=True)
        award = work_request.awards.get()
        second = work_request.opening.opened_bids.get(rank=2)

        with pytest.raises(IntegrityError), transaction.atomic():
            Award.objects.create(
                work_request=work_request,
                opened_bid=second,
                intermediary=second.intermediary,
                rank=2,
                price=award.price,
                days=award.days,
                publicity_started_at=award.publicity_started_at,
                publicity_ends_at=award.publicity_ends_at,
            )

    @pytest.mark.parametrize(
        "values",
        [{"fund_fiscal": 10}, {"price_max": -1}, {"price_min": 190_000}, {"price_min": 0}],
    )
    def test_impossible_money_is_refused_by_the_database(self, frozen_clock, values):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkRequestFactory(**values)

    def test_a_filing_is_never_changed_or_deleted(self, frozen_clock):
        WorkRequestFactory(bidders=1)

        for change in (lambda: Bid.objects.update(arrived_at=clock.now()), lambda: Bid.objects.all().delete()):
            with pytest.raises(Exception, match="append-only"), transaction.atomic():
                change()

    def test_a_filings_reference_stands_once(self, frozen_clock):
        WorkRequestFactory(bidders=1)
        bid = Bid.objects.get()
        bid.pk = None

        with pytest.raises(IntegrityError), transaction.atomic():
            bid.save(force_insert=True)


class TestDuties:
    def titles(self, organisation):
        return [
            (duty.object_label.split("　")[0], duty.due_at) for duty in duties_of(member_of(organisation), organisation)
        ]

    def test_a_clerk_reviews(self, frozen_clock):
        work_request = WorkRequestFactory(under_review=True)
        operator = MembershipFactory(operator=True).organisation

        assert self.titles(operator) == [(work_request.number, clock.shanghai("2026-11-25 00:00"))]

    def test_an_owner_answers_and_corrects(self, frozen_clock):
        question = QuestionFactory()
        owner = question.work_request.owner
        returned = WorkRequestFactory(returned=True, owner=owner)

        assert self.titles(owner) == [(question.work_request.number, question.due_at), (returned.number, None)]

    def test_a_regulator_decides_once_a_period(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=3)
        authority = MembershipFactory(organisation=work_request.items.get().authority).organisation
        frozen_clock.move_to("2026-11-30 17:01")
        services.open_request(request_id=work_request.pk)
        award = work_request.awards.get()
        for firm in work_request.firms:
            services.submit_objection(
                award_id=award.pk, intermediary=firm, ground="other", statement="…", actor=member_of(firm.organisation)
            )

        assert self.titles(authority) == [(work_request.number, clock.shanghai("2026-12-08 00:00"))]

    def test_strangers_have_none(self, frozen_clock):
        QuestionFactory()
        WorkRequestFactory(under_review=True)

        assert self.titles(MembershipFactory().organisation) == []


class TestMatters:
    def of(self, organisation):
        current, past = matters_of(member_of(organisation), organisation)
        return [matter.number for matter in current], [matter.number for matter in past]

    def test_an_owner_sees_what_runs_and_what_came_to_nothing(self, frozen_clock):
        running = WorkRequestFactory(published=True)
        failed = WorkRequestFactory(published=True, owner=running.owner)
        open_bids(failed)

        assert self.of(running.owner) == ([running.number], [failed.number])

    def test_a_bidder_sees_nothing_before_the_opening(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=1)
        (firm,) = work_request.firms
        before = self.of(firm.organisation)
        open_bids(work_request)

        assert before == ([], [])
        assert self.of(firm.organisation) == ([work_request.number], [])

    def test_a_firm_that_did_not_bid_sees_nothing(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=1, opened=True)

        assert self.of(bidder_for(work_request).organisation) == ([], [])


@pytest.mark.parametrize("amount", ["-1.7976931348623157e+308", "1e30", "0.005"])
@pytest.mark.parametrize("end", ["min", "max"])
def test_an_amount_that_money_cannot_be_is_refused_at_its_field(client, end, amount):
    answer = client.get("/api/v1/work-requests/", {f"price_max_{end}": amount})

    assert answer.status_code == 400
    assert "price_max" in answer.json()["errors"]
