"""Picks and public values typed at the same moment; SQLite ignores row locks, so PostgreSQL shows it."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.core import clock, outbox
from marketplace.core.models import MarketPolicy
from marketplace.tendering import services
from marketplace.tendering.models import Award, Opening, PublicValueEntry
from tests.factories.accounts import MembershipFactory
from tests.factories.registry import OfferFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids
from tests.services.racing import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on requests need PostgreSQL: set DATABASE_URL",
    ),
]


class TestPicksAtOnce:
    def test_two_members_who_pick_two_firms_make_one_winner(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, bidders=3)
        opening = open_bids(work_request)
        frozen_clock.move_to(opening.opened_at)
        people = [member_of(work_request.owner), MembershipFactory(organisation=work_request.owner).user]

        def picking(person, listed):
            return lambda: services.pick_from_short_list(
                request_id=work_request.pk, uscc=listed, reason="理由", actor=person
            )

        pairs = zip(people, opening.short_list, strict=True)
        done, refusals = at_once(*[picking(person, listed) for person, listed in pairs])

        assert (len(done), len(refusals)) == (1, 1)
        record = Opening.objects.get().transcript
        assert Award.objects.get().intermediary.uscc == record["winner"] == done[0].pick

    def test_a_double_press_is_one_pick(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, bidders=3)
        opening = open_bids(work_request)
        frozen_clock.move_to(opening.opened_at)
        person = member_of(work_request.owner)

        done, refusals = at_once(
            *[
                lambda: services.pick_from_short_list(
                    request_id=work_request.pk, uscc=opening.short_list[1], reason="理由", actor=person
                )
            ]
            * 4
        )

        assert (len(done), refusals, Award.objects.count()) == (4, [], 1)

    def test_a_pick_racing_the_end_of_its_time_leaves_one_outcome(self, frozen_clock):
        work_request = WorkRequestFactory(credit_preferred=True, bidders=3)
        opening = open_bids(work_request)
        frozen_clock.move_to(opening.waits_until - timedelta(microseconds=1))
        person = member_of(work_request.owner)

        def picking():
            return services.pick_from_short_list(
                request_id=work_request.pk, uscc=opening.short_list[1], reason="理由", actor=person
            )

        def resuming():
            return services.resume_opening(opening_id=opening.pk)

        at_once(picking, resuming, resuming)

        assert Award.objects.count() == 1
        assert Opening.objects.get().state == "ranked"

    def test_two_direct_picks_of_one_project_do_not_pass_the_limit_together(self, frozen_clock):
        public = {
            "fund_fiscal": 60,
            "fund_social": 40,
            "project_name": "市民中心",
            "project_code": "2609-320411-89-01-000001",
        }
        first = WorkRequestFactory(direct=True, published=True, price_max=Decimal(50_000), **public)
        firm = bidder_for(first)
        second = WorkRequestFactory(
            direct=True, published=True, price_max=Decimal(50_000), items=list(first.items.all()), **public
        )
        for item in first.items.all():
            OfferFactory(intermediary=firm, item=item, pricing="fixed", amount=Decimal(30_000), days=20)

        def picking(work_request):
            return lambda: services.pick_offer(
                request_id=work_request.pk, uscc=firm.uscc, reason="理由", actor=member_of(work_request.owner)
            )

        done, refusals = at_once(picking(first), picking(second))

        assert (len(done), len(refusals)) == (1, 1)
        assert Award.objects.get().price == Decimal(30_000)


class TestOfficersAtOnce:
    @pytest.mark.parametrize(("values", "rounds"), [(("07", "07"), 1), (("07", "08"), 1)])
    def test_two_officers_fill_the_two_places_of_one_round(self, frozen_clock, values, rounds):
        MarketPolicy.objects.create(version="2026.9", effective_on="2026-11-01", values={"public_value": True})
        source = {"source": "彩票", "field": "首个号码", "format": "两位数字"}
        work_request = WorkRequestFactory(lowest_price=True, public_value_source=source, bidders=2)
        opening = open_bids(work_request)
        published_at = opening.opened_at + timedelta(minutes=15)
        frozen_clock.move_to(published_at + timedelta(minutes=5))
        officers = [MembershipFactory(regulator=True).user, MembershipFactory(operator=True).user]

        def entering(officer, value):
            return lambda: services.enter_public_value(
                request_id=work_request.pk, value=value, published_at=published_at, actor=officer
            )

        done, refusals = at_once(*[entering(*pair) for pair in zip(officers, values, strict=True)])

        assert (len(done), refusals) == (2, [])
        assert sorted(PublicValueEntry.objects.values_list("round", "place")) == [(rounds, 1), (rounds, 2)]
        outbox.run_due()
        assert Opening.objects.get().state == ("ranked" if values[0] == values[1] else "frozen")

    def test_one_officer_who_presses_twice_takes_one_place(self, frozen_clock):
        MarketPolicy.objects.create(version="2026.9", effective_on="2026-11-01", values={"public_value": True})
        source = {"source": "彩票", "field": "首个号码", "format": "两位数字"}
        work_request = WorkRequestFactory(lowest_price=True, public_value_source=source, bidders=2)
        opening = open_bids(work_request)
        with clock.at(opening.opened_at):
            officer = MembershipFactory(regulator=True).user
        published_at = opening.opened_at + timedelta(minutes=15)
        frozen_clock.move_to(published_at + timedelta(minutes=5))

        done, refusals = at_once(
            *[
                lambda: services.enter_public_value(
                    request_id=work_request.pk, value="07", published_at=published_at, actor=officer
                )
            ]
            * 3
        )

        assert (len(done), len(refusals)) == (1, 2)
        assert Opening.objects.get().public_value is None
