"""Filing what was sealed elsewhere: the market stores it unread, once, and gives a receipt."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.models import StoredFile
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.announcing import receipts
from marketplace.tendering.models import Bid, SealedProposal
from marketplace.tendering.sealing import bids, proposals
from marketplace.tendering.sealing.bids import Malformed, Plaintext, SealedBid
from marketplace.tendering.sealing.proposals import ProposalFile
from marketplace.tendering.services import UnableToBid
from marketplace.tendering.services.filing import checking, storing
from marketplace.tendering.services.openings import judging, opened_proposals
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.tendering.opened import opened_filings
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(lowest_price=True, published=True)


@pytest.fixture
def contest(frozen_clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return WorkRequestFactory(
        method="best_proposal",
        published=True,
        parameters={
            "weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10},
            "evaluators": 3,
            "pool": [1, 2, 3, 4, 5],
        },
    )


def sealed(work_request, firm, **changes):
    """What the firm's browser would hand in."""
    plaintext = Plaintext(
        request=work_request.number,
        version=work_request.version,
        uscc=firm.uscc,
        days=10,
        price=None if work_request.fixes_price else "150000.00",
        nonce=secrets.token_hex(32),
        salt=secrets.token_hex(32),
    )
    return SealedBid(bids.seal(work_request, replace(plaintext, **changes).encode()))


def submit(work_request, firm, box, actor=None, **more):
    return services.submit_bid(
        request_id=work_request.pk,
        intermediary=firm,
        sealed=box,
        actor=actor or member_of(firm.organisation),
        **more,
    )


def fates(opening):
    return sorted((row.intermediary_id, row.fate, row.reason) for row in opening.opened_bids.all())


class TestSubmitBid:
    def test_stores_the_ciphertext_as_it_came(self, work_request):
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)

        receipt = submit(work_request, firm, box)

        row = Bid.objects.get()
        assert (bytes(row.ciphertext), row.sha256) == (box.ciphertext, box.sha256)
        assert (receipt.sha256, receipt.nonce, receipt.salt) == (box.sha256, None, None)
        assert receipts.is_genuine(receipt)

    def test_opens_as_what_the_bidder_sealed(self, work_request):
        firm = bidder_for(work_request)
        submit(work_request, firm, sealed(work_request, firm, price="149999.99", days=9))

        opening = open_bids(work_request)

        row = opening.opened_bids.get()
        assert (row.fate, str(row.price), row.days) == ("counted", "149999.99", 9)

    def test_sent_twice_is_one_filing_with_one_receipt(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)
        first = submit(work_request, firm, box)
        frozen_clock.advance(minutes=5)

        again = submit(work_request, firm, box)

        assert again == first
        assert Bid.objects.count() == 1

    def test_sent_again_after_another_it_does_not_become_the_last(self, work_request):
        firm = bidder_for(work_request)
        first, second = sealed(work_request, firm, price="150000.00"), sealed(work_request, firm, price="140000.00")
        for box in (first, second, first):
            submit(work_request, firm, box)

        opening = open_bids(work_request)

        assert [str(row.price) for row in opening.opened_bids.filter(fate="counted")] == ["140000.00"]
        assert Bid.objects.count() == 2

    def test_a_copied_ciphertext_is_stored_for_the_copier_and_set_aside(self, work_request):
        author, copier = bidder_for(work_request), bidder_for(work_request)
        box = sealed(work_request, author)
        submit(work_request, author, box)

        receipt = submit(work_request, copier, box)
        opening = open_bids(work_request)

        assert receipts.is_genuine(receipt)
        assert fates(opening) == [(author.pk, "counted", ""), (copier.pk, "set_aside", "other_firm")]
        assert opening.transcript["ciphertexts"] == [
            {"fate": "counted", "sha256": box.sha256},
            {"fate": "set_aside", "sha256": box.sha256},
        ]
        assert opening.transcript["set_aside"] == [{"id": copier.uscc, "reason": "other_firm"}]

    def test_a_copy_filed_before_the_author_takes_nothing_from_it(self, work_request):
        author, copier = bidder_for(work_request), bidder_for(work_request)
        box = sealed(work_request, author)
        submit(work_request, copier, box)

        submit(work_request, author, box)

        assert fates(open_bids(work_request)) == [
            (author.pk, "counted", ""),
            (copier.pk, "set_aside", "other_firm"),
        ]

    def test_a_copied_withdrawal_is_set_aside(self, work_request):
        author, copier = bidder_for(work_request), bidder_for(work_request)
        submit(work_request, author, sealed(work_request, author))
        box = sealed(work_request, author, days=None, price=None)
        submit(work_request, author, box)

        submit(work_request, copier, box)
        opening = open_bids(work_request)

        assert sorted(opening.opened_bids.values_list("fate", "reason")) == [
            ("replaced", ""),
            ("set_aside", "other_firm"),
            ("withdrawn", ""),
        ]
        assert opening.transcript["set_aside"] == [{"id": copier.uscc, "reason": "other_firm"}]

    def test_an_ineligible_firm_is_refused(self, work_request):
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)
        firm.qualifications.all().delete()

        with nothing_changes(), pytest.raises(UnableToBid):
            submit(work_request, firm, box)

    def test_a_stranger_cannot_file_for_a_firm(self, work_request):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(Refused):
            submit(work_request, firm, sealed(work_request, firm), actor=MembershipFactory().user)

    def test_at_the_deadline_is_refused(self, work_request, frozen_clock):
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)
        frozen_clock.move_to(work_request.bids_close_at)

        with nothing_changes(), pytest.raises(UnableToBid, match=r"deadline|截止"):
            submit(work_request, firm, box)

    def test_one_that_waited_until_the_opening_may_begin_is_refused(self, work_request, monkeypatch, frozen_clock):
        firm = bidder_for(work_request)
        box = sealed(work_request, firm)
        frozen_clock.move_to(work_request.bids_close_at - timedelta(seconds=1))
        seconds = iter([0.0, 61.0])
        monkeypatch.setattr(checking, "monotonic", lambda: next(seconds))

        with nothing_changes(), pytest.raises(UnableToBid, match=r"opening|开启"):
            submit(work_request, firm, box)

    def test_a_firm_cannot_file_without_end_but_can_still_withdraw(self, work_request, monkeypatch):
        monkeypatch.setattr(storing, "MOST_FILINGS", 2)
        firm = bidder_for(work_request)
        boxes = [sealed(work_request, firm) for _ in range(3)]
        for box in boxes[:2]:
            submit(work_request, firm, box)

        with nothing_changes(), pytest.raises(UnableToBid):
            submit(work_request, firm, boxes[2])
        submit(work_request, firm, boxes[1])
        services.withdraw_bid(request_id=work_request.pk, intermediary=firm, actor=member_of(firm.organisation))

        assert sorted(row.fate for row in open_bids(work_request).opened_bids.all()) == [
            "replaced",
            "replaced",
            "withdrawn",
        ]


class TestSubmitWithdrawal:
    def test_ends_the_bid_before_it(self, work_request):
        firm = bidder_for(work_request)
        submit(work_request, firm, sealed(work_request, firm))

        services.submit_withdrawal(
            request_id=work_request.pk,
            intermediary=firm,
            sealed=sealed(work_request, firm, days=None, price=None),
            actor=member_of(firm.organisation),
        )

        opening = open_bids(work_request)
        assert sorted(row.fate for row in opening.opened_bids.all()) == ["replaced", "withdrawn"]

    def test_a_firm_that_became_ineligible_can_withdraw(self, work_request):
        firm = bidder_for(work_request)
        submit(work_request, firm, sealed(work_request, firm))
        firm.qualifications.all().delete()

        services.submit_withdrawal(
            request_id=work_request.pk,
            intermediary=firm,
            sealed=sealed(work_request, firm, days=None, price=None),
            actor=member_of(firm.organisation),
        )

        assert Bid.objects.count() == 2

    def test_without_a_bid_is_refused(self, work_request):
        firm = bidder_for(work_request)

        with nothing_changes(), pytest.raises(UnableToBid):
            services.submit_withdrawal(
                request_id=work_request.pk,
                intermediary=firm,
                sealed=sealed(work_request, firm, days=None, price=None),
                actor=member_of(firm.organisation),
            )


class TestForm:
    @pytest.mark.parametrize("length", [0, 96, 97, 4096, 4191, 4193, 5 * 4096 + 96])
    def test_what_has_not_the_length_of_sealed_blocks_is_refused(self, length):
        with pytest.raises(Malformed):
            SealedBid.received(bytes(length))

    @pytest.mark.parametrize("blocks", [1, 2, 4])
    def test_sealed_blocks_are_taken(self, blocks):
        assert len(SealedBid.received(bytes(blocks * 4096 + 96)).ciphertext) == blocks * 4096 + 96


PDF = b"%PDF-1.7\n" + b"proposal " * 700


class TestProposalFiles:
    def test_is_padded_to_a_power_of_two(self):
        for size, padded in ((1, 4096), (4000, 4096), (4097, 8192), (5000, 8192)):
            box, _ = proposals.seal_file(ProposalFile("a.pdf", b"x" * size))
            assert len(box.ciphertext) == padded + 40

    def test_opens_with_its_key_only(self):
        box, binding = proposals.seal_file(ProposalFile("方案.pdf", PDF))

        assert binding["sha256"] == box.sha256
        assert proposals.open_file(box.ciphertext, binding["key"]) == ProposalFile("方案.pdf", PDF)
        with pytest.raises(proposals.UnfitProposal):
            proposals.open_file(box.ciphertext, "00" * 32)

    @pytest.mark.parametrize("length", [0, 40, 4095 + 40, 4097 + 40, 2**26 + 40])
    def test_what_has_not_the_length_of_one_is_refused(self, length):
        with pytest.raises(proposals.UnfitProposal):
            proposals.accept(bytes(length))

    def test_the_longest_file_fits(self, settings):
        box, _ = proposals.seal_file(ProposalFile("a.pdf", b"x" * settings.MAX_UPLOAD_BYTES))

        assert proposals.accept(box.ciphertext) == box

    def test_is_stored_as_ciphertext_under_its_hash_and_opened_for_the_evaluators(self, contest):
        firm = bidder_for(contest)
        box, binding = proposals.seal_file(ProposalFile("技术方案.pdf", PDF))

        submit(contest, firm, sealed(contest, firm, proposal=binding), proposal=box)

        row = SealedProposal.objects.get()
        assert (row.sha256, row.size) == (box.sha256, len(box.ciphertext))
        assert row.file.read() == box.ciphertext
        assert set(SealedProposal.objects.values().get()) == {"id", "work_request_id", "sha256", "size", "file"}
        assert not StoredFile.objects.exists()

    def test_one_file_handed_in_twice_is_stored_once(self, contest):
        firm = bidder_for(contest)
        box, binding = proposals.seal_file(ProposalFile("a.pdf", PDF))

        for _ in range(2):
            submit(contest, firm, sealed(contest, firm, proposal=binding), proposal=box)

        assert SealedProposal.objects.count() == 1

    def test_sealed_on_arrival_it_is_bound_in_the_bid(self, contest):

        firm = bidder_for(contest)
        bid(contest, firm, proposal=SimpleUploadedFile("技术方案.pdf", PDF))

        (one,) = opened_filings(contest)
        judging.judge([one], contest)
        stored = opened_proposals.store(one.plaintext, opened_proposals.sealed_ones(contest))

        assert one.fate == "counted"
        assert (stored.name, stored.file.read(), stored.uploaded_by) == ("技术方案.pdf", PDF, None)

    @pytest.mark.parametrize(
        ("name", "content", "bound", "handed_in", "reason"),
        [
            ("a.pdf", PDF, False, False, "proposal_missing"),
            ("a.pdf", PDF, True, False, "proposal_does_not_open"),
            ("a.exe", b"MZ", True, True, "proposal_does_not_open"),
            ("a.pdf", b"not a pdf", True, True, "proposal_does_not_open"),
        ],
    )
    def test_what_is_no_proposal_sets_the_bid_aside(self, contest, name, content, bound, handed_in, reason):

        firm = bidder_for(contest)
        box, binding = proposals.seal_file(ProposalFile(name, content))
        submit(
            contest,
            firm,
            sealed(contest, firm, proposal=binding if bound else None),
            proposal=box if handed_in else None,
        )

        (one,) = opened_filings(contest)
        judging.judge([one], contest)

        assert (one.fate, one.reason) == ("set_aside", reason)

    def test_a_wrong_key_sets_the_bid_aside(self, contest):

        firm = bidder_for(contest)
        box, binding = proposals.seal_file(ProposalFile("a.pdf", PDF))
        submit(contest, firm, sealed(contest, firm, proposal=binding | {"key": "00" * 32}), proposal=box)

        (one,) = opened_filings(contest)
        judging.judge([one], contest)

        assert (one.fate, one.reason) == ("set_aside", "proposal_does_not_open")

    def test_without_a_file_a_clear_bid_is_refused_at_its_field(self, contest):
        firm = bidder_for(contest)

        with nothing_changes(), pytest.raises(UnableToBid) as refusal:
            bid(contest, firm, proposal=None)

        assert set(refusal.value.field_errors) == {"proposal"}
