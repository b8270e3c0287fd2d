"""The page that checks receipts: green, or what is wrong by name; before the opening, after it, and after a new key."""

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from marketplace.core import audit
from marketplace.custody import signing
from marketplace.tendering.announcing import receipt_checking
from marketplace.tendering.models import SealedProposal
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.tendering.services.filing.test_sealed_filing import sealed, submit

pytestmark = pytest.mark.django_db
PAGE = "/en/receipts/"


@pytest.fixture
def keys(settings, tmp_path):
    """A market with key files of its own, which a test may replace."""
    settings.DATA = tmp_path


@pytest.fixture
def work_request(frozen_clock, keys):
    return WorkRequestFactory(lowest_price=True, published=True)


def verdict_of(receipt):
    return receipt_checking.check(receipt)


def wrong(receipt):
    return [finding.title for finding in verdict_of(receipt).wrong]


def open_ones(receipt):
    return [finding.title for finding in verdict_of(receipt).findings if finding.holds is None]


SIGNATURE = "Signature over request, announcement, time and fingerprint"
KEY, LIST = "Signed with a key of the market", "In the published list"
ANNOUNCEMENT, NONCE = "The announcement is one of this request", "The nonce is that of the bid in the transcript"


@pytest.fixture(autouse=True)
def in_english():
    from django.utils import translation

    with translation.override("en"):
        yield


class TestCheck:
    def test_before_the_opening_all_that_can_be_told_holds(self, work_request):
        receipt = bid(work_request, bidder_for(work_request))

        assert wrong(receipt) == []
        assert open_ones(receipt) == [LIST]

    def test_after_the_opening_the_bid_was_in(self, work_request):
        receipt = bid(work_request, bidder_for(work_request))
        open_bids(work_request)

        assert wrong(receipt) == open_ones(receipt) == []
        assert len(verdict_of(receipt).findings) == 5

    @pytest.mark.parametrize(
        ("field", "named"),
        [
            ("announcement_hash", [SIGNATURE, ANNOUNCEMENT]),
            ("sha256", [SIGNATURE, LIST]),
            ("signature", [SIGNATURE]),
            ("signing_key", [SIGNATURE, KEY]),
            ("nonce", [NONCE]),
        ],
    )
    def test_names_what_is_wrong(self, work_request, field, named):
        receipt = bid(work_request, bidder_for(work_request))
        open_bids(work_request)
        value = getattr(receipt, field)
        forged = replace(receipt, **{field: ("0" if value[0] != "0" else "1") + value[1:]})

        assert wrong(forged) == named

    def test_another_time_breaks_the_signature(self, work_request):
        receipt = bid(work_request, bidder_for(work_request))

        assert wrong(replace(receipt, received_at="2026-11-22T02:00:00Z")) == [SIGNATURE]

    def test_a_request_that_is_not_there(self, work_request):
        receipt = bid(work_request, bidder_for(work_request))

        assert "The request exists" in wrong(replace(receipt, request="MX-2020-0001"))

    def test_a_replaced_one_was_in_too(self, work_request):
        firm = bidder_for(work_request)
        first, _ = bid(work_request, firm), bid(work_request, firm)
        open_bids(work_request)

        assert wrong(first) == []
        assert open_ones(first) == [NONCE]

    def test_the_copied_ones_author_and_copier_both_find_it(self, work_request):
        author, copier = bidder_for(work_request), bidder_for(work_request)
        box = sealed(work_request, author)
        receipts = [submit(work_request, firm, box) for firm in (author, copier)]
        open_bids(work_request)

        assert [wrong(receipt) for receipt in receipts] == [[], []]
        assert "copy" in next(one.detail for one in verdict_of(receipts[0]).findings if one.title == LIST)

    def test_without_nonce_it_is_true_as_far_as_it_goes(self, work_request):
        receipt = replace(bid(work_request, bidder_for(work_request)), nonce=None, salt=None)
        open_bids(work_request)

        assert wrong(receipt) == []

    def test_years_later_and_after_the_key_was_replaced(self, work_request, frozen_clock, capsys):
        receipt = bid(work_request, bidder_for(work_request))
        old = signing.published()[0].public_key
        open_bids(work_request)
        frozen_clock.move_to("2031-06-01 10:00")

        call_command("rotate_signing_key")
        new = capsys.readouterr().out.strip()

        assert receipt.signing_key == old != new
        assert wrong(receipt) == []
        assert [(key.public_key, key.in_use_from is None, key.in_use_until is None) for key in signing.published()] == [
            (new, False, True),
            (old, True, False),
        ]
        assert bid(WorkRequestFactory(published=True), bidder_for(work_request)).signing_key == new
        assert audit.verify(signing.MATTER) is None


class TestPage:
    def test_a_pasted_receipt_is_green(self, client, work_request):
        receipt = bid(work_request, bidder_for(work_request))
        open_bids(work_request)

        content = client.post(PAGE, {"receipt": json.dumps(receipt.as_document())}).content.decode()

        assert "The receipt is true" in content
        assert work_request.title in content

    def test_an_uploaded_file_too(self, client, work_request):
        receipt = bid(work_request, bidder_for(work_request))
        file = SimpleUploadedFile("receipt.json", json.dumps(receipt.as_document()).encode())

        assert "The receipt is true" in client.post(PAGE, {"file": file}).content.decode()

    def test_a_forged_one_is_red_and_says_why(self, client, work_request):
        receipt = replace(bid(work_request, bidder_for(work_request)), sha256="0" * 64)

        content = client.post(PAGE, {"receipt": json.dumps(receipt.as_document())}).content.decode()

        assert "The receipt is not true" in content
        assert "The signature does not fit" in content

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Choose the receipt"),
            ("{", "not JSON"),
            ("[]", "not the fields"),
            ('{"request": 1}', "not the fields"),
            ("x" * 20_000, "too long"),
            ("[" * 9_000, "not JSON"),
        ],
    )
    def test_what_is_no_receipt_says_what_is_missing(self, client, text, words):
        assert words in client.post(PAGE, {"receipt": text}).content.decode()

    def test_a_damaged_field_is_named(self, client, work_request):
        document = bid(work_request, bidder_for(work_request)).as_document() | {"sha256": "zz"}

        assert "“sha256” is damaged" in client.post(PAGE, {"receipt": json.dumps(document)}).content.decode()

    @pytest.mark.parametrize("hostile", ["\ud800", "MX-2026-0001\0", "x" * 65, ""])
    def test_text_that_nothing_can_hash_or_look_up_is_damage(self, client, work_request, hostile):
        document = bid(work_request, bidder_for(work_request)).as_document() | {"request": hostile}

        assert "“request” is damaged" in client.post(PAGE, {"receipt": json.dumps(document)}).content.decode()

    def test_the_keys_are_published_for_people_and_programs(self, client, keys):
        key = signing.published()[0].public_key

        assert key[:8] in client.get("/en/keys/").content.decode()
        assert client.get("/keys/?format=json").json()["keys"] == [
            {"public_key": key, "in_use_from": None, "in_use_until": None}
        ]

    def test_the_result_lists_every_fingerprint_and_shows_a_firm_its_own(self, client, work_request):
        firm = bidder_for(work_request)
        receipts = [bid(work_request, firm), bid(work_request, bidder_for(work_request))]
        open_bids(work_request)
        address = f"/en/awards/{work_request.number}/"

        visitors = client.get(address)
        client.force_login(member_of(firm.organisation))
        own = client.get(address)

        assert {row["sha256"] for row in visitors.context["ciphertexts"]} == {one.sha256 for one in receipts}
        assert [row["sha256"] for row in own.context["ciphertexts"] if row["own"]] == [receipts[0].sha256]
        assert "Your company's filing was in" in own.content.decode().replace("&#x27;", "'")
        assert not SealedProposal.objects.exists()
