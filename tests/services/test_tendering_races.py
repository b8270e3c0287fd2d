"""Bids, openings, awards and objections at the same moment; SQLite ignores row locks, so PostgreSQL shows it."""

import os
import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from marketplace.core import audit, clock, heartbeats
from marketplace.core.models import MarketPolicy
from marketplace.tendering import services
from marketplace.tendering.models import Bid, DeadlineMove, Objection, OpenedBid, Opening, RequestVersion, WorkRequest
from tests.factories.accounts import MembershipFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids
from tests.services.racing import at_once
from tests.tendering.services.filing.test_sealed_filing import sealed

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on requests need PostgreSQL: set DATABASE_URL",
    ),
]


def filing(work_request, firm):
    actor = member_of(firm.organisation)
    return lambda: services.seal_and_submit_bid(request_id=work_request.pk, intermediary=firm, actor=actor)


def filing_sealed(work_request, firm, box=None):
    actor, box = member_of(firm.organisation), box or sealed(work_request, firm)
    return lambda: services.submit_bid(request_id=work_request.pk, intermediary=firm, sealed=box, actor=actor)


def objecting(award, firm):
    actor = member_of(firm.organisation)
    return lambda: services.submit_objection(
        award_id=award.pk, intermediary=firm, ground="other", statement="…", actor=actor
    )


def submitting(draft):
    actor = member_of(draft.owner)
    return lambda: services.submit_request(request_id=draft.pk, actor=actor)


class TestBidsAtOnce:
    def test_two_of_one_intermediary_become_n_and_n_plus_1(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firm = bidder_for(work_request)

        done, refusals = at_once(*[filing(work_request, firm)] * 4)

        assert (len(done), refusals) == (4, [])
        assert [one.number for one in services.filings_of(work_request, firm)] == [0, 1, 2, 3]
        open_bids(work_request)
        assert sorted(OpenedBid.objects.values_list("fate", flat=True)) == ["counted"] + ["replaced"] * 3

    def test_many_firms_lose_no_bid_and_store_none_twice(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firms = [bidder_for(work_request) for _ in range(8)]

        done, _ = at_once(*[filing(work_request, firm) for firm in firms for _ in range(2)])

        assert len(done) == Bid.objects.count() == 16
        opening = open_bids(work_request)
        assert {one["id"] for one in opening.transcript["candidates"]} == {firm.uscc for firm in firms}

    def test_forty_firms_file_four_times_each_at_once_and_forty_bids_count(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firms = [bidder_for(work_request) for _ in range(40)]
        receipts = []

        for start in range(0, 40, 10):
            ten = firms[start : start + 10]
            done, refusals = at_once(*[filing_sealed(work_request, firm) for firm in ten for _ in range(4)])
            assert refusals == []
            receipts += done
        opening = open_bids(work_request)

        fates = list(OpenedBid.objects.values_list("fate", flat=True))
        assert (fates.count("counted"), fates.count("replaced"), len(fates)) == (40, 120, 160)
        assert {one["id"] for one in opening.transcript["candidates"]} == {firm.uscc for firm in firms}
        listed = {row["sha256"] for row in opening.transcript["ciphertexts"]}
        assert {receipt.sha256 for receipt in receipts} == listed
        assert [[one.number for one in services.filings_of(work_request, firm)] for firm in firms] == [
            [0, 1, 2, 3]
        ] * 40

    def test_one_ciphertext_sent_four_times_at_once_is_one_filing_with_one_receipt(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)

        done, refusals = at_once(*[filing_sealed(work_request, firm, box)] * 4)

        assert (len(done), refusals) == (4, [])
        assert len(set(done)) == Bid.objects.count() == 1

    def test_bids_do_not_wait_for_each_other(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firm = bidder_for(work_request)

        with transaction.atomic():
            WorkRequest.objects.held(work_request.pk)
            done, refusals = at_once(filing_sealed(work_request, firm))

        assert (len(done), refusals) == (1, [])


class TestBidAndChangeAtOnce:
    def test_a_bid_waits_for_the_end_of_the_request_and_is_then_refused(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firm, owner = bidder_for(work_request), member_of(work_request.owner)
        ending = threading.Event()

        def end():
            with transaction.atomic():
                services.terminate_request(request_id=work_request.pk, reason="项目调整。", actor=owner)
                ending.set()
                time.sleep(0.3)

        def bid_meanwhile():
            ending.wait()
            return filing_sealed(work_request, firm)()

        done, refusals = at_once(end, bid_meanwhile)

        assert (len(done), len(refusals), Bid.objects.count()) == (1, 1, 0)


class TestBidAndOpeningAtOnce:
    def test_a_bid_in_time_is_in_the_list_or_refused(self, frozen_clock, monkeypatch):
        for _ in range(5):
            with clock.at(clock.now()):
                work_request = WorkRequestFactory(bidders=1)
                late = bidder_for(work_request)
                arrived_at = work_request.bids_close_at - timedelta(milliseconds=1)
                clock.move(work_request.bids_close_at)
                services.close_bids(request_id=work_request.pk)
                clock.move(work_request.opens_at)

                done, refusals = at_once(
                    self.arriving(work_request, late, arrived_at, monkeypatch),
                    lambda number=work_request.pk: services.open_request(request_id=number),
                )
                monkeypatch.undo()

            listed = late.uscc in {
                one["id"] for one in Opening.objects.get(work_request=work_request).transcript["candidates"]
            }
            stored = bool(services.filings_of(work_request, late))
            assert listed == stored == (len(done) == 2)
            assert len(refusals) == (0 if listed else 1)

    def arriving(self, work_request, firm, arrived_at, monkeypatch):
        import threading

        real, opener = clock.database_now, threading.current_thread()
        bidding = filing(work_request, firm)
        threads = set()

        def by_thread():
            return arrived_at if threading.current_thread() in threads else real()

        monkeypatch.setattr(clock, "database_now", by_thread)

        def run():
            threads.add(threading.current_thread())
            assert threading.current_thread() is not opener
            return bidding()

        return run

    def test_two_openings_are_one(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=3)
        clock.move(work_request.bids_close_at)
        services.close_bids(request_id=work_request.pk)
        clock.move(work_request.opens_at)

        done, _ = at_once(*[lambda: services.open_request(request_id=work_request.pk)] * 3)

        assert len({opening.pk for opening in done}) == Opening.objects.count() == 1
        assert work_request.awards.count() == 1
        actions = [line.action for line in audit.trail(work_request.audit_matter)]
        assert actions.count("custody.secret_released") == 2
        assert audit.verify(work_request.audit_matter) is None


class TestAwardAndObjectionAtOnce:
    @pytest.mark.parametrize("seconds", [-1, 0])
    def test_end_in_one_outcome(self, frozen_clock, seconds):
        work_request = WorkRequestFactory(bidders=2, opened=True)
        award = work_request.awards.get()
        loser = next(firm for firm in work_request.firms if firm != award.intermediary)
        clock.move(award.publicity_ends_at + timedelta(seconds=seconds))

        at_once(lambda: services.confirm_award(award_id=award.pk), objecting(award, loser))

        award.refresh_from_db()
        assert (award.state, Objection.objects.count()) == (("stopped", 1) if seconds < 0 else ("confirmed", 0))

    def test_two_objections_stop_the_clock_once(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=3, opened=True)
        award = work_request.awards.get()
        losers = [firm for firm in work_request.firms if firm != award.intermediary]
        frozen_clock.move_to("2026-12-02 10:00")

        done, _ = at_once(*[objecting(award, firm) for firm in losers])

        award.refresh_from_db()
        assert len(done) == 2
        assert (award.state, award.days_left_when_stopped) == ("stopped", 2)
        assert len(set(Objection.objects.values_list("due_at", flat=True))) == 1

    def test_two_regulators_decide_once(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=2, opened=True)
        award = work_request.awards.get()
        loser = next(firm for firm in work_request.firms if firm != award.intermediary)
        frozen_clock.move_to("2026-12-02 10:00")
        objecting(award, loser)()
        people = [MembershipFactory(regulator=True).user for _ in range(2)]

        done, refusals = at_once(
            *[
                lambda upheld=upheld, person=person: services.decide_objections(
                    award_id=award.pk, upheld=upheld, reasons="理由", actor=person
                )
                for upheld, person in zip((True, False), people, strict=True)
            ]
        )

        award.refresh_from_db()
        outcome = Objection.objects.get().outcome
        assert (len(done), len(refusals)) == (1, 1)
        assert award.state == {"upheld": "overturned", "rejected": "publicity"}[outcome]
        assert work_request.awards.live().count() == 1


class TestRequestsAtOnce:
    def test_two_of_a_project_do_not_both_slip_below_the_tender_limit(self, frozen_clock):
        item = ServiceItemFactory(tender_class="design")
        drafts = [
            WorkRequestFactory(
                items=[item],
                price_max=Decimal("600000.00"),
                public_project=True,
                project_name="市民中心改造",
                project_code="2609-320411-89-01-000001",
            )
            for _ in range(2)
        ]

        done, refusals = at_once(*[submitting(draft) for draft in drafts])

        assert (len(done), len(refusals)) == (1, 1)

    def test_pressed_twice_publishes_once(self, frozen_clock):
        work_request = WorkRequestFactory(under_review=True)
        clerks = [MembershipFactory(operator=True).user for _ in range(2)]

        done, refusals = at_once(
            *[
                lambda clerk=clerk: services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)
                for clerk in clerks
            ]
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert work_request.versions.count() == 1

    def test_posting_again_twice_makes_one_draft(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        open_bids(work_request)
        actor = member_of(work_request.owner)

        done, refusals = at_once(*[lambda: services.repost_request(request_id=work_request.pk, actor=actor)] * 2)

        assert (len(done), len(refusals)) == (1, 1)


class TestVersionsAtOnce:
    @pytest.fixture
    def draft(self, frozen_clock):
        """A new version, ready to be published."""
        MarketPolicy.objects.create(
            version="test", effective_on=clock.today(), values={"review_before_publication": False}
        )
        work_request = WorkRequestFactory(published=True)
        actor = member_of(work_request.owner)
        draft = services.begin_version(request_id=work_request.pk, actor=actor)
        values = {"bids_close_at": work_request.bids_close_at + timedelta(days=2)}
        services.save_draft(request_id=draft.pk, values=values, actor=actor)
        return draft

    def publishing(self, draft):
        actor = member_of(draft.owner)
        return lambda: services.submit_version(request_id=draft.pk, actor=actor)

    def test_begun_twice_it_is_one_draft(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        actor = member_of(work_request.owner)
        begin = lambda: services.begin_version(request_id=work_request.pk, actor=actor)  # noqa: E731

        done, refusals = at_once(begin, begin, begin)

        assert (len({one.pk for one in done}), refusals) == (1, [])

    def test_published_twice_it_is_one_version(self, draft):
        done, refusals = at_once(self.publishing(draft), self.publishing(draft))

        assert (len(done), len(refusals)) == (1, 1)
        assert list(RequestVersion.objects.values_list("number", flat=True)) == [1, 2]

    def test_a_bid_at_that_moment_counts_or_waits_to_be_confirmed(self, draft):
        work_request = draft.amends
        firms = [bidder_for(work_request) for _ in range(4)]

        at_once(self.publishing(draft), *[filing(work_request, firm) for firm in firms])

        opening = open_bids(work_request)
        found = [row.reason or row.fate for row in opening.opened_bids.all()]
        assert len(found) == 4
        assert set(found) <= {"counted", "not_confirmed"}


class TestAHeartbeatAtTheClosing:
    def test_a_deadline_is_moved_once_or_closed_never_both(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        heartbeats.Heartbeat.objects.create(at=work_request.bids_close_at - timedelta(seconds=45))
        with clock.at(work_request.bids_close_at + timedelta(seconds=50)):
            close = lambda: services.close_bids(request_id=work_request.pk)  # noqa: E731
            done, refusals = at_once(close, heartbeats.beat, close)

        assert (len(done), refusals) == (3, [])
        work_request.refresh_from_db()
        assert work_request.status == "published"
        assert DeadlineMove.objects.count() == 1
        assert work_request.bids_close_at == DeadlineMove.objects.get().after


class TestOnePageSentAtOnce:
    def test_four_presses_of_one_page_ask_one_question(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        person = member_of(bidder_for(work_request).organisation)
        address = reverse("tendering:question-ask", args=[work_request.number])
        tabs = [Client() for _ in range(4)]
        for tab in tabs:
            tab.force_login(person)
        data = {"text": "采样点位由谁布设？", "once": tabs[0].get(address).context["once"]}

        answers, _ = at_once(*[lambda tab=tab: tab.post(address, data) for tab in tabs])

        assert [answer.status_code for answer in answers] == [302] * 4
        assert len({answer.url for answer in answers}) == 1
        assert work_request.questions.count() == 1
