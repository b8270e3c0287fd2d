from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.models import Notice
from marketplace.core import clock
from marketplace.core.models import AuditEntry
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.models import Bid
from marketplace.tendering.services import UnableToBid
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import ExclusionFactory, QuestionFactory, WorkRequestFactory, bid, bidder_for, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(lowest_price=True, published=True, price_min=Decimal("100000.00"))


@pytest.fixture
def draw(frozen_clock):
    return WorkRequestFactory(published=True)


class TestSubmitBid:
    def test_stores_a_row_that_names_nobody(self, work_request):
        firm = bidder_for(work_request)

        bid(work_request, firm, price=Decimal("150000.00"), address="192.0.2.7")

        (row,) = Bid.objects.values()
        stored = " ".join(map(str, row.values())) + bytes(row["ciphertext"]).hex() + bytes(row["envelope"]).hex()
        for telling in (firm.uscc, firm.name, "150000.00", "192.0.2.7", member_of(firm.organisation).email):
            assert telling not in stored
            assert telling.encode().hex() not in stored
        assert set(row) == {
            "id", "work_request_id", "bidder_ref", "arrived_at", "ciphertext", "envelope", "sha256"
        }  # fmt: skip

    def test_all_boxes_are_of_one_length(self, work_request, draw):
        bid(work_request, bidder_for(work_request), price=Decimal("150000.00"), device="x" * 400)
        bid(draw, bidder_for(draw))

        assert (
            len({len(row.ciphertext) for row in Bid.objects.all()} | {len(row.envelope) for row in Bid.objects.all()})
            == 1
        )

    def test_leaves_no_trace_of_who_filed_in_trail_or_notices(self, work_request):
        firm = bidder_for(work_request)
        lines, notices = AuditEntry.objects.count(), Notice.objects.count()

        bid(work_request, firm)

        assert (AuditEntry.objects.count(), Notice.objects.count()) == (lines, notices)

    def test_arrives_when_the_clock_says(self, work_request, frozen_clock):
        frozen_clock.move_to("2026-11-24 11:30")

        bid(work_request, bidder_for(work_request))

        assert Bid.objects.get().arrived_at == clock.shanghai("2026-11-24 11:30")

    def test_filing_again_adds_a_row_of_its_own(self, work_request):
        firm = bidder_for(work_request)

        bid(work_request, firm)
        bid(work_request, firm)

        filings = services.filings_of(work_request, firm)
        assert [filing.number for filing in filings] == [0, 1]
        assert len({filing.sha256 for filing in filings}) == 2

    def test_a_firm_finds_more_filings_than_are_looked_up_at_once(self, draw, monkeypatch):
        monkeypatch.setattr("marketplace.tendering.services.filing.own_filings.REFS_AT_ONCE", 2)
        firm = bidder_for(draw)

        for _ in range(5):
            bid(draw, firm)

        assert [filing.number for filing in services.filings_of(draw, firm)] == [0, 1, 2, 3, 4]

    def test_filings_of_another_firm_stay_unknown(self, work_request):
        bid(work_request, bidder_for(work_request))

        assert services.filings_of(work_request, bidder_for(work_request)) == []

    def test_a_microsecond_before_the_deadline_counts(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        frozen_clock.move_to(work_request.bids_close_at - timedelta(microseconds=1))

        bid(work_request, firm)

        assert Bid.objects.count() == 1

    def test_after_the_deadline_is_refused_and_nothing_is_stored(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        frozen_clock.move_to(work_request.bids_close_at)

        with nothing_changes(), pytest.raises(UnableToBid, match=r"deadline|截止"):
            bid(work_request, firm)

    def test_one_that_arrived_in_time_but_waited_for_the_closing_counts(self, work_request, monkeypatch, frozen_clock):
        firm = bidder_for(work_request)
        arrived_at = work_request.bids_close_at - timedelta(milliseconds=1)
        frozen_clock.move_to(work_request.bids_close_at)
        services.close_bids(request_id=work_request.pk)
        monkeypatch.setattr(clock, "database_now", lambda: arrived_at)

        bid(work_request, firm)

        assert Bid.objects.get().arrived_at == arrived_at

    @pytest.mark.parametrize(
        ("price", "days", "field"),
        [
            (Decimal("180000.01"), 35, "price"),
            (Decimal("99999.99"), 35, "price"),
            (Decimal("0.00"), 35, "price"),
            (Decimal("-1.00"), 35, "price"),
            (Decimal("150000.005"), 35, "price"),
            (Decimal("NaN"), 35, "price"),
            (Decimal("Infinity"), 35, "price"),
            (Decimal("150000.00"), 36, "days"),
            (Decimal("150000.00"), -1, "days"),
            (Decimal("150000.00"), "35", "days"),
        ],
    )
    def test_outside_the_limits_is_refused_at_its_field(self, work_request, price, days, field):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(UnableToBid) as refusal:
            bid(work_request, firm, price=price, days=days)

        assert set(refusal.value.field_errors) == {field}

    def test_without_a_price_is_refused(self, work_request):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(UnableToBid) as refusal:
            services.seal_and_submit_bid(
                request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation), days=10
            )

        assert set(refusal.value.field_errors) == {"price"}

    def test_a_price_where_the_owner_fixes_it_is_refused(self, draw):
        firm = bidder_for(draw)

        with nothing_changes(), pytest.raises(UnableToBid) as refusal:
            bid(draw, firm, price=Decimal("1.00"))

        assert set(refusal.value.field_errors) == {"price"}

    def test_an_ineligible_firm_is_told_every_unmet_condition(self, work_request):
        firm = bidder_for(work_request)
        firm.qualifications.all().delete()
        ExclusionFactory(work_request=work_request, organisation=firm.organisation)

        with nothing_changes(), pytest.raises(UnableToBid) as refusal:
            bid(work_request, firm)

        name = work_request.items.get().qualification_type.name
        assert name in str(refusal.value)
        assert any(word in str(refusal.value) for word in ("Excluded", "回避"))

    def test_a_stranger_cannot_bid_for_a_firm(self, work_request):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(Refused):
            services.seal_and_submit_bid(
                request_id=work_request.pk,
                intermediary=firm,
                actor=MembershipFactory().user,
                price=Decimal(150_000),
                days=9,
            )

    def test_a_reader_of_the_firm_cannot_bid(self, work_request):
        firm = bidder_for(work_request)
        reader = MembershipFactory(reader=True, organisation=firm.organisation).user

        with nothing_changes(), pytest.raises(Refused):
            services.seal_and_submit_bid(
                request_id=work_request.pk, intermediary=firm, actor=reader, price=Decimal(150_000), days=9
            )

    def test_a_member_of_the_owner_cannot_act_for_a_bidder(self, work_request):
        firm = bidder_for(work_request)
        MembershipFactory(organisation=work_request.owner, user=member_of(firm.organisation))

        with nothing_changes(), pytest.raises(Refused):
            bid(work_request, firm)

    def test_one_who_asked_for_another_firm_cannot_bid_for_this_one(self, work_request):
        firm = bidder_for(work_request)
        QuestionFactory(work_request=work_request, asked_by=member_of(firm.organisation))

        with nothing_changes(), pytest.raises(Refused):
            bid(work_request, firm)

    @pytest.mark.parametrize("trait", [{}, {"under_review": True}, {"returned": True}])
    def test_what_is_not_published_takes_no_bids(self, frozen_clock, trait):
        unpublished = WorkRequestFactory(**trait)
        firm = bidder_for(unpublished)

        with nothing_changes(), pytest.raises(UnableToBid):
            bid(unpublished, firm)


class TestWithdrawBid:
    def test_is_a_filing_like_any_other(self, work_request):
        firm = bidder_for(work_request)
        bid(work_request, firm)

        services.withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation))

        first, second = Bid.objects.all()
        assert len(first.ciphertext) == len(second.ciphertext)

    def test_without_a_bid_is_refused(self, work_request):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(UnableToBid):
            services.withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation))

    def test_after_the_deadline_is_refused(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        bid(work_request, firm)
        frozen_clock.move_to(work_request.bids_close_at)

        with nothing_changes(), pytest.raises(UnableToBid):
            services.withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation))

    def test_a_firm_that_became_ineligible_can_still_withdraw(self, work_request):
        firm = bidder_for(work_request)
        bid(work_request, firm)
        firm.qualifications.all().delete()

        services.withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation))

        assert Bid.objects.count() == 2


class TestReceipt:
    def test_proves_the_ciphertext_and_is_signed(self, work_request):
        from marketplace.tendering.announcing import receipts

        receipt = bid(work_request, bidder_for(work_request))

        assert receipt.sha256 == Bid.objects.get().sha256
        assert receipt.request == work_request.number
        assert receipt.announcement_hash == work_request.announcement_hash
        assert receipt.received_at == "2026-11-23T02:00:00Z"
        assert receipts.is_genuine(receipt)

    @pytest.mark.parametrize("field", ["request", "announcement_hash", "received_at", "sha256"])
    def test_changed_in_any_signed_field_is_not_genuine(self, work_request, field):
        from dataclasses import replace

        from marketplace.tendering.announcing import receipts

        receipt = bid(work_request, bidder_for(work_request))

        assert not receipts.is_genuine(replace(receipt, **{field: "0" * 64}))
