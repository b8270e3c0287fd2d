import hashlib
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.core import audit, clock, outbox
from marketplace.custody import sealing
from marketplace.tendering import selection, services
from marketplace.tendering.announcing import announcement
from marketplace.tendering.models import Bid, Deposit, OpenedBid, Opening, OpeningWait
from marketplace.tendering.sealing import bids, custodians, origins
from marketplace.tendering.sealing.bids import Envelope, Plaintext
from marketplace.tendering.sealing.references import bidder_ref
from marketplace.tendering.services import UnableToOpen
from tests.factories.accounts import HolderFactory, MembershipFactory
from tests.factories.registry import SuspensionFactory
from tests.factories.tendering import ExclusionFactory, WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw(frozen_clock):
    return WorkRequestFactory(published=True)


@pytest.fixture
def auction(frozen_clock):
    return WorkRequestFactory(lowest_price=True, published=True)


def file_raw(work_request, firm, *, filing=0, uscc=None, plaintext=None, ciphertext=None, envelope=None, **fields):
    """A filing as another writer than our own service might leave it."""
    values = {
        "request": work_request.number,
        "version": work_request.version,
        "uscc": uscc or firm.uscc,
        "days": 10,
        "price": None,
        "nonce": "ab" * 32,
        "salt": "cd" * 32,
    } | fields
    plaintext = plaintext if plaintext is not None else Plaintext(**values).encode()
    ciphertext = ciphertext or bids.seal(work_request, plaintext)
    person = member_of(firm.organisation).pk
    envelope = envelope or bids.seal(work_request, Envelope(firm.uscc, filing, person, "", "").encode())
    return Bid.objects.create(
        work_request=work_request,
        bidder_ref=bidder_ref(work_request, firm.uscc, filing),
        arrived_at=clock.now(),
        ciphertext=ciphertext,
        envelope=envelope,
        sha256=hashlib.sha256(ciphertext).hexdigest(),
    )


def fates(opening):
    return {row.intermediary_id: (row.fate, row.reason) for row in opening.opened_bids.exclude(fate="replaced")}


class TestOpenRequest:
    def test_ranks_the_bids_by_the_announced_rule(self, auction):
        prices = {price: bidder_for(auction) for price in ("170000.00", "150000.00", "160000.00")}
        for price, firm in prices.items():
            bid(auction, firm, price=Decimal(price))

        opening = open_bids(auction)

        ranked = [row.intermediary for row in opening.opened_bids.ranked()]
        assert ranked == [prices["150000.00"], prices["160000.00"], prices["170000.00"]]
        award = auction.awards.get()
        assert (award.intermediary, award.price, award.rank) == (prices["150000.00"], Decimal("150000.00"), 1)
        assert auction.status == "publicity"

    def test_a_draw_awards_the_price_and_time_that_the_owner_fixed(self, draw):
        bid(draw, bidder_for(draw))

        open_bids(draw)

        award = draw.awards.get()
        assert (award.price, award.days) == (Decimal("180000.00"), 35)

    def test_publicity_lasts_three_working_days_after_the_opening(self, draw):
        bid(draw, bidder_for(draw))

        open_bids(draw)

        assert draw.awards.get().publicity_ends_at == clock.shanghai("2026-12-04 00:00")  # opened on Monday 11-30

    def test_before_its_time_opens_nothing(self, draw, frozen_clock):
        bid(draw, bidder_for(draw))
        frozen_clock.move_to(draw.bids_close_at)
        services.close_bids(request_id=draw.pk)
        frozen_clock.advance(seconds=59)

        with nothing_changes(), pytest.raises(UnableToOpen):
            services.open_request(request_id=draw.pk)

    def test_a_late_worker_that_missed_the_deadline_does_both(self, draw, frozen_clock):
        bid(draw, bidder_for(draw))
        frozen_clock.move_to(draw.bids_close_at)
        frozen_clock.advance(hours=7)

        services.open_request(request_id=draw.pk)

        draw.refresh_from_db()
        assert draw.status == "publicity"

    def test_the_sweep_does_it_all_by_the_clock(self, draw, frozen_clock):
        bid(draw, bidder_for(draw))

        frozen_clock.move_to(draw.bids_close_at)
        outbox.run_due()
        draw.refresh_from_db()
        after_the_deadline = draw.status
        frozen_clock.advance(seconds=60)
        outbox.run_due()

        draw.refresh_from_db()
        assert (after_the_deadline, draw.status) == ("selecting", "publicity")

    def test_a_second_call_changes_nothing(self, draw):
        bid(draw, bidder_for(draw))
        opening = open_bids(draw)

        with nothing_changes():
            again = open_bids(draw)

        assert again == opening

    def test_a_crash_in_the_middle_leaves_everything_sealed(self, draw, frozen_clock, monkeypatch):
        bid(draw, bidder_for(draw))
        frozen_clock.move_to(draw.bids_close_at)
        services.close_bids(request_id=draw.pk)
        frozen_clock.advance(seconds=60)

        def crash(*arguments):
            raise OSError("the disk is full")

        monkeypatch.setattr(services.openings.stages, "begin_turn", crash)
        with nothing_changes(), pytest.raises(OSError, match="disk"):
            services.open_request(request_id=draw.pk)

        monkeypatch.undo()
        with clock.at(clock.now()):
            services.open_request(request_id=draw.pk)
        assert Opening.objects.get().state == "ranked"

    def test_only_now_the_trail_says_who_filed_and_keeps_sealed_from_where(self, draw):
        firm = bidder_for(draw)
        bid(draw, firm, address="192.0.2.7", device="Firefox")

        open_bids(draw)

        (line,) = [line for line in audit.trail(draw.audit_matter) if line.action == "bids.opened"]
        (filing,) = line.after["filings"]
        assert filing["uscc"] == firm.uscc
        assert filing["person"] == member_of(firm.organisation).pk
        assert "192.0.2.7" not in str(line.after)
        assert "Firefox" not in str(line.after)
        assert origins.opened(filing["origin"]) == origins.Origin("192.0.2.7", "Firefox")
        assert audit.verify(draw.audit_matter) is None

    def test_bidders_and_owner_are_told(self, draw):
        firms = [bidder_for(draw), bidder_for(draw)]
        for firm in firms:
            bid(draw, firm)

        open_bids(draw)
        with clock.at(draw.opens_at):
            outbox.run_due()

        for organisation in [draw.owner, *(firm.organisation for firm in firms)]:
            notices = member_of(organisation).notices.filter(key__contains=":selected:")
            assert notices.count() == 1

    def test_only_now_the_receipts_are_mailed_each_to_its_own_firm(self, draw, mailoutbox, monkeypatch):
        monkeypatch.setattr("marketplace.tendering.services.openings.notifying_bidders.FIRMS_AT_ONCE", 2)
        firms = [bidder_for(draw) for _ in range(5)]
        given = {firm.uscc: bid(draw, firm) for firm in firms}
        outbox.run_due()
        assert not [mail for mail in mailoutbox if "sha256" in mail.body]

        open_bids(draw)
        with clock.at(draw.opens_at):
            outbox.run_due()

        for firm in firms:
            (mail,) = [one for one in mailoutbox if one.to == [member_of(firm.organisation).email]]
            (receipt,) = [json.loads(line) for line in mail.body.splitlines() if line.startswith("{")]
            assert receipt == {name: value for name, value in given[firm.uscc].as_document().items() if name != "salt"}


class TestTranscript:
    def test_recomputes_from_what_it_publishes(self, auction):
        for price in ("170000.00", "150000.00", "150000.00"):
            bid(auction, bidder_for(auction), price=Decimal(price))

        transcript = json.loads(announcement.transcript_bytes(open_bids(auction)))

        again = selection.Opened(
            announcement=transcript["announcement"],
            frozen=selection.FrozenList.from_document(transcript),
            secrets={side: bytes.fromhex(secret) for side, secret in transcript["secrets"].items()},
            public_money=False,
        )
        assert transcript["announcement_hash"] == auction.announcement_hash
        assert again.frozen.list_hash == transcript["list_hash"]
        assert again.seed.hex() == transcript["seed"]
        assert list(again.outcome().ranking) == transcript["ranking"]
        assert transcript["winner"] == auction.awards.get().intermediary.uscc

    def test_reveals_what_was_committed_to_before_the_bids(self, draw):
        bid(draw, bidder_for(draw))

        transcript = open_bids(draw).transcript

        for side in ("operator", "regulator"):
            assert (
                selection.commitment(bytes.fromhex(transcript["secrets"][side]))
                == draw.announcement["commitments"][side]
            )

    def test_lists_every_ciphertext_with_its_fate(self, draw):
        changed_its_mind, stayed_away, bidder = bidder_for(draw), bidder_for(draw), bidder_for(draw)
        bid(draw, changed_its_mind)
        bid(draw, changed_its_mind)
        bid(draw, stayed_away)
        services.withdraw_bid(request_id=draw.pk, intermediary=stayed_away, actor=member_of(stayed_away.organisation))
        bid(draw, bidder)

        transcript = open_bids(draw).transcript

        listed = [one["fate"] for one in transcript["ciphertexts"]]
        assert sorted(listed) == ["counted", "counted", "replaced", "replaced", "withdrawn"]
        assert {one["sha256"] for one in transcript["ciphertexts"]} == set(Bid.objects.values_list("sha256", flat=True))
        assert len(transcript["candidates"]) == 2

    def test_is_signed_by_the_market(self, draw):
        bid(draw, bidder_for(draw))

        opening = open_bids(draw)

        content = announcement.transcript_bytes(opening)
        assert sealing.signature_fits(content, opening.signature, opening.signing_key)
        assert hashlib.sha256(content).hexdigest() == opening.transcript_sha256

    def test_prices_stand_with_two_decimals_and_scores_not_at_all(self, auction):
        bid(auction, bidder_for(auction), price=Decimal("150000"), days=20)

        (candidate,) = open_bids(auction).transcript["candidates"]

        assert (candidate["price"], candidate["score"], candidate["days"]) == ("150000.00", None, 20)


class TestFewestBids:
    def test_two_bids_fail_where_public_money_is_used(self, frozen_clock):
        work_request = WorkRequestFactory(public_money=True, bidders=2)

        opening = open_bids(work_request)

        assert (opening.state, work_request.status, work_request.end_reason) == ("failed", "failed", "too_few_bids")
        assert opening.transcript["winner"] is None
        assert opening.transcript["secrets"]["operator"]
        assert not work_request.awards.exists()

    def test_three_bids_are_enough_with_public_money(self, frozen_clock):
        work_request = WorkRequestFactory(public_money=True, bidders=3)

        assert open_bids(work_request).state == "ranked"

    def test_no_bid_fails(self, draw):
        assert open_bids(draw).state == "failed"

    def test_a_set_aside_bid_does_not_count(self, frozen_clock):
        work_request = WorkRequestFactory(public_money=True, bidders=3)
        work_request.firms[0].qualifications.update(withdrawn_at=clock.now())

        assert open_bids(work_request).state == "failed"

    def test_bidders_are_told(self, frozen_clock):
        work_request = WorkRequestFactory(public_money=True, bidders=2)

        open_bids(work_request)
        with clock.at(work_request.opens_at):
            outbox.run_due()

        for firm in work_request.firms:
            assert member_of(firm.organisation).notices.filter(key__contains=":failed:").count() == 1


class TestEligibilityAtTheOpening:
    def test_is_judged_on_what_was_recorded_before_the_deadline(self, draw, frozen_clock):
        firm = bidder_for(draw)
        bid(draw, firm)
        frozen_clock.move_to(draw.bids_close_at)
        firm.qualifications.update(withdrawn_at=clock.now())

        opening = open_bids(draw)

        assert fates(opening) == {firm.pk: ("counted", "")}

    def test_lost_before_the_deadline_sets_the_bid_aside(self, draw, frozen_clock):
        firm = bidder_for(draw)
        bid(draw, firm)
        frozen_clock.advance(days=1)
        firm.qualifications.update(withdrawn_at=clock.now())

        opening = open_bids(draw)

        assert fates(opening) == {firm.pk: ("set_aside", "qualifications")}
        assert opening.transcript["set_aside"] == [{"id": firm.uscc, "reason": "qualifications"}]

    def test_suspended_before_the_deadline_sets_the_bid_aside(self, draw):
        firm = bidder_for(draw)
        bid(draw, firm)
        SuspensionFactory(intermediary=firm, decided=True)

        assert fates(open_bids(draw)) == {firm.pk: ("set_aside", "not_suspended")}

    def test_excluded_is_set_aside(self, draw):
        firm = bidder_for(draw)
        bid(draw, firm)
        ExclusionFactory(work_request=draw, organisation=firm.organisation)

        assert fates(open_bids(draw)) == {firm.pk: ("set_aside", "not_excluded")}

    def test_firms_of_one_legal_representative_are_all_set_aside(self, draw):
        firms = [bidder_for(draw, legal_representative="周某"), bidder_for(draw, legal_representative="周某")]
        other = bidder_for(draw)
        for firm in [*firms, other]:
            bid(draw, firm)

        opening = open_bids(draw)

        assert fates(opening) == {
            firms[0].pk: ("set_aside", "related_bidders"),
            firms[1].pk: ("set_aside", "related_bidders"),
            other.pk: ("counted", ""),
        }

    def test_firms_of_one_holder_are_all_set_aside(self, draw):
        firms = [bidder_for(draw), bidder_for(draw)]
        for firm in firms:
            HolderFactory(organisation=firm.organisation, name="王某某", share_percent=30)
            bid(draw, firm)

        assert set(fates(open_bids(draw)).values()) == {("set_aside", "related_bidders")}

    def test_a_withdrawn_bid_relates_to_nobody(self, draw):
        leaving, staying = bidder_for(draw, legal_representative="周某"), bidder_for(draw, legal_representative="周某")
        bid(draw, leaving)
        bid(draw, staying)
        services.withdraw_bid(request_id=draw.pk, intermediary=leaving, actor=member_of(leaving.organisation))

        assert fates(open_bids(draw))[staying.pk] == ("counted", "")

    def test_a_person_who_filed_for_two_firms_has_both_set_aside(self, draw):
        firms = [bidder_for(draw), bidder_for(draw)]
        person = member_of(firms[0].organisation)
        MembershipFactory(organisation=firms[1].organisation, user=person)
        for firm in firms:
            services.seal_and_submit_bid(request_id=draw.pk, intermediary=firm, actor=person)

        assert set(fates(open_bids(draw)).values()) == {("set_aside", "person_of_two_parties")}


class TestStrangeFilings:
    def test_what_does_not_open_is_set_aside_without_an_id(self, draw):
        firm = bidder_for(draw)
        file_raw(draw, firm, ciphertext=b"x" * 4192)

        opening = open_bids(draw)

        assert fates(opening) == {firm.pk: ("set_aside", "does_not_open")}
        assert opening.transcript["set_aside"] == [{"id": None, "reason": "does_not_open"}]

    def test_an_envelope_of_another_row_is_not_believed(self, draw):
        victim, forger = bidder_for(draw), bidder_for(draw)
        person = member_of(victim.organisation).pk
        forged = bids.seal(draw, Envelope(victim.uscc, 0, person, "", "").encode())
        file_raw(draw, forger, uscc=victim.uscc, envelope=forged)

        opening = open_bids(draw)

        assert fates(opening) == {None: ("set_aside", "does_not_open")}

    def test_a_copied_ciphertext_of_another_firm_is_set_aside(self, draw):
        author, copier = bidder_for(draw), bidder_for(draw)
        bid(draw, author)
        original = Bid.objects.get()
        file_raw(draw, copier, ciphertext=bytes(original.ciphertext))

        opening = open_bids(draw)

        assert fates(opening) == {author.pk: ("counted", ""), copier.pk: ("set_aside", "other_firm")}

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"request": "MX-2020-0001"}, "other_request"),
            ({"version": 2}, "not_confirmed"),
            ({"days": 36}, "days_outside_limits"),
            ({"price": "170000.00"}, "price_outside_limits"),
        ],
    )
    def test_what_is_not_of_this_request_is_set_aside(self, draw, fields, reason):
        firm = bidder_for(draw)
        file_raw(draw, firm, **fields)

        assert fates(open_bids(draw)) == {firm.pk: ("set_aside", reason)}

    @pytest.mark.parametrize("price", ["180000.01", "0.00", None])
    def test_a_price_outside_the_limits_is_found_at_the_opening(self, auction, price):
        firm = bidder_for(auction)
        file_raw(auction, firm, price=price)

        assert fates(open_bids(auction)) == {firm.pk: ("set_aside", "price_outside_limits")}

    @pytest.mark.parametrize(
        "plaintext",
        [
            sealing.pad(b"not json"),
            sealing.pad(b"[]"),
            sealing.pad(b"{}"),
            b'{"days": 10}',
            sealing.pad(
                b'{"days":"10","nonce":"","price":null,"proposal":null,"request":"","salt":"","uscc":"","version":1}'
            ),
        ],
    )
    def test_a_plaintext_of_another_form_is_set_aside(self, draw, plaintext):
        firm = bidder_for(draw)
        file_raw(draw, firm, plaintext=plaintext)

        assert fates(open_bids(draw)) == {firm.pk: ("set_aside", "does_not_open")}

    @pytest.mark.parametrize("nonce", ["ab" * 31, "AB" * 32, "xy" * 32])
    def test_a_nonce_of_the_wrong_size_is_set_aside(self, draw, nonce):
        firm = bidder_for(draw)
        file_raw(draw, firm, nonce=nonce)

        assert fates(open_bids(draw)) == {firm.pk: ("set_aside", "does_not_open")}

    def test_all_of_them_leave_the_good_bid_in_place(self, draw):
        good = bidder_for(draw)
        bid(draw, good)
        file_raw(draw, bidder_for(draw), ciphertext=b"x")
        file_raw(draw, bidder_for(draw), days=99)

        opening = open_bids(draw)

        assert opening.transcript["winner"] == good.uscc
        assert OpenedBid.objects.filter(opening=opening).count() == 3


class TestCustody:
    def test_before_the_deadline_gives_up_nothing(self, draw):
        for custodian in custodians.custodians().values():
            with nothing_changes(), pytest.raises(custodians.CustodianRefuses):
                custodian.release_key(draw, [])

    def test_the_secret_comes_after_the_key_only(self, draw, frozen_clock):
        frozen_clock.move_to(draw.bids_close_at)

        for custodian in custodians.custodians().values():
            with nothing_changes(), pytest.raises(custodians.CustodianRefuses):
                custodian.release_secret(draw, "aa" * 32)

    def test_each_half_is_given_up_for_one_list_only(self, draw, frozen_clock):
        frozen_clock.move_to(draw.bids_close_at)
        custodian = custodians.custodians()["regulator"]
        custodian.release_key(draw, ["aa" * 32])
        custodian.release_secret(draw, "cc" * 32)

        with nothing_changes():
            with pytest.raises(custodians.CustodianRefuses):
                custodian.release_key(draw, ["bb" * 32])
            with pytest.raises(custodians.CustodianRefuses):
                custodian.release_secret(draw, "dd" * 32)

    def test_every_release_stands_in_the_trail(self, draw):
        open_bids(draw)

        actions = [line.action for line in audit.trail(draw.audit_matter)]
        assert actions.count("custody.key_released") == 2
        assert actions.count("custody.secret_released") == 2

    def test_a_secret_that_breaks_its_commitment_voids_publicly(self, draw):
        bid(draw, bidder_for(draw))
        other = sealing.draw_half("regulator")
        Deposit.objects.filter(work_request=draw, side="regulator").update(wrapped_secret=other.wrapped_secret)

        opening = open_bids(draw)

        assert (opening.state, draw.status) == ("voided", "voided")
        assert "regulator" in draw.end_reason
        assert not draw.awards.exists()

    def test_with_a_lost_master_key_the_opening_waits(self, draw, frozen_clock, settings, tmp_path):
        bid(draw, bidder_for(draw))
        frozen_clock.move_to(draw.bids_close_at)
        services.close_bids(request_id=draw.pk)
        frozen_clock.advance(seconds=60)
        settings.DATA = tmp_path

        with nothing_changes(), pytest.raises(sealing.DoesNotOpen):
            services.open_request(request_id=draw.pk)

    def test_a_failing_opening_is_tried_again_by_the_sweep(self, draw, frozen_clock, settings, tmp_path):
        bid(draw, bidder_for(draw))
        frozen_clock.move_to(draw.bids_close_at)
        outbox.run_due()
        frozen_clock.advance(seconds=60)
        data, settings.DATA = settings.DATA, tmp_path
        outbox.run_due()
        waiting = OpeningWait.objects.get(work_request=draw)
        settings.DATA = data
        frozen_clock.move_to(waiting.next_at)
        outbox.run_due()

        draw.refresh_from_db()
        assert (waiting.reason, waiting.attempts) == ("lost", 1)
        assert waiting.next_at - waiting.since == timedelta(seconds=5)
        assert draw.status == "publicity"
