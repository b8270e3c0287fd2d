"""Bids that a modified browser seals: none of them may keep an opening from happening (RULES, Bids)."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.secret import SecretBox

from marketplace.custody import sealing
from marketplace.tendering.models import SealedProposal
from marketplace.tendering.sealing import bids, proposals
from marketplace.tendering.sealing.bids import Malformed, Plaintext
from marketplace.tendering.sealing.proposals import SealedFile, UnfitProposal
from marketplace.tendering.services.filing import storing
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, open_bids
from tests.tendering.services.openings.test_opening import file_raw

HEX = "ab" * 32
DEEP = b"[" * 16_000
HOSTILE = {
    "nested deeper than a parser goes": DEEP,
    "nested within an object": b'{"days":' * 1_800 + b"1" + b"}" * 1_800,
    "a number of thousands of digits": b"9" * 8_000,
    "not a number": b"NaN",
    "half a character": b'{"uscc":"\\ud800"}',
    "no bytes of UTF-8": b"\xff\xfe\x00",
    "nothing": b"",
    "a NUL": b'"\\u0000"',
}


def box(work_request, content):
    return bids.seal(work_request, sealing.pad(content) or b" " * sealing.BLOCK)


@pytest.mark.django_db
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_plaintext_is_set_aside_and_the_opening_goes_on(frozen_clock, content):
    auction = WorkRequestFactory(lowest_price=True, published=True)
    honest, hostile = bidder_for(auction), bidder_for(auction)
    bid(auction, honest, price=Decimal("150000.00"))
    file_raw(auction, hostile, ciphertext=box(auction, content))

    opening = open_bids(auction)

    assert sorted((row.intermediary_id, row.fate, row.reason) for row in opening.opened_bids.all()) == [
        (honest.pk, "counted", ""),
        (hostile.pk, "set_aside", "does_not_open"),
    ]
    assert auction.awards.get().intermediary == honest


@pytest.mark.django_db
def test_what_two_readers_could_read_differently_is_not_of_the_announced_form(frozen_clock):
    auction = WorkRequestFactory(lowest_price=True, published=True)
    hostile = bidder_for(auction)
    honest = Plaintext(
        request=auction.number,
        version=1,
        uscc=hostile.uscc,
        days=10,
        price="150000.00",
        nonce=HEX,
        salt=HEX,
    )
    content = sealing.check_padded(honest.encode())
    twice = content.replace(b'"price":', b'"price":"1.00","price":')
    for filing, one in enumerate((twice, content.replace(b":10,", b":10.0,"), b" " + content, content)):
        file_raw(auction, hostile, filing=filing, ciphertext=box(auction, one))
    opening_keys = {one.side: sealing.unwrap(one.side, bytes(one.wrapped_key)) for one in auction.deposits.all()}

    read = []
    for row in auction.bids.order_by("pk"):
        try:
            read.append(bids.read_bid(bids.open_box(bytes(row.ciphertext), opening_keys)).price)
        except Malformed:
            read.append(None)

    assert read == [None, None, None, "150000.00"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=4 * settings.default.max_examples)
@given(st.fixed_dictionaries(dict.fromkeys(bids.FIELDS, json_values)) | json_values)
def test_a_document_is_a_bid_or_malformed(document):
    try:
        bid_read = bids.read_bid(document)
    except Malformed:
        return
    assert bid_read.price is None or Decimal(bid_read.price) >= 0


def sealed_head(head: bytes, body: bytes = b"%PDF-1.7 x", length: int | None = None) -> tuple[SealedFile, dict]:
    """A proposal's ciphertext with a head of the bidder's own making."""
    plain = (len(head) if length is None else length).to_bytes(4, "big") + head + body
    key = bytes(range(SecretBox.KEY_SIZE))
    sealed = SealedFile(bytes(SecretBox(key).encrypt(plain.ljust(1 << (len(plain) - 1).bit_length(), b"\0"))))
    return sealed, {"key": key.hex(), "sha256": sealed.sha256}


def head(name: object, size: object = 10) -> bytes:
    return json.dumps({"name": name, "size": size}).encode()


HEADS = {
    "nested": b'{"name":' + b"[" * 3_000 + b"]" * 3_000 + b',"size":10}',
    "no name": head(""),
    "a folder": head(".."),
    "only a slash": head("/"),
    "a NUL": head("a\0.pdf"),
    "half a character": b'{"name":"\\ud800.pdf","size":10}',
    "a number as name": head(7),
    "a size below zero": head("a.pdf", -1),
    "a size beyond the file": head("a.pdf", 2**70),
    "a size that is true": head("a.pdf", True),
    "a list": b"[]",
    "empty": b"",
    "another kind": head("a.exe"),
    "not what it says": head("a.png"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("content", HEADS.values(), ids=HEADS)
def test_a_hostile_proposal_is_set_aside_and_the_opening_goes_on(frozen_clock, settings, tmp_path, content):
    settings.MEDIA_ROOT = tmp_path
    EvaluatorFactory.create_batch(4)
    contest = WorkRequestFactory(best_proposal=True, published=True)
    honest, hostile = bidder_for(contest), bidder_for(contest)
    bid(contest, honest)
    sealed, binding = sealed_head(content)
    storing._keep(contest, sealed)
    file_raw(contest, hostile, price="150000.00", proposal=binding)

    opening = open_bids(contest)

    assert SealedProposal.objects.count() == 2
    assert sorted((row.intermediary_id, row.fate, row.reason) for row in opening.opened_bids.all()) == [
        (honest.pk, "counted", ""),
        (hostile.pk, "set_aside", "proposal_does_not_open"),
    ]


@settings(max_examples=3 * settings.default.max_examples, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()), st.integers(0, 2**32 - 1))
def test_a_proposal_opens_under_a_name_that_can_be_stored_or_not_at_all(content, length):
    sealed, binding = sealed_head(content, length=length)
    try:
        name = proposals.open_file(sealed.ciphertext, binding["key"]).name
    except UnfitProposal:
        return
    assert name not in ("", ".", "..")
    assert not {"\0", "/"} & set(name)
