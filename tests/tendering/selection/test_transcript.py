import hashlib

import pytest

from marketplace.tendering import selection
from marketplace.tendering.selection import Ciphertext, FrozenList, InvalidSelection, SetAside

from .cases import candidates

SECRETS = {"operator": b"o" * 32, "regulator": b"r" * 32}


def announcement(**changes):
    return {
        "bid_keys": {"operator": "aa" * 32, "regulator": "bb" * 32},
        "commitments": {side: selection.commitment(secret) for side, secret in SECRETS.items()},
        "deadline": "2026-12-01T09:00:00Z",
        "limits": {"price": "1500.00"},
        "method": "random_draw",
        "number": "MX-2026-0001",
        "parameters": {},
        "policy": "2026.1",
        "public_value_source": None,
        "published_at": "2026-11-23T01:30:00Z",
        "version": 1,
    } | changes


def opened(bids, **changes):
    frozen = FrozenList.of(candidates(*({"days": 5} for _ in range(bids))), [], [])
    return selection.Opened(
        **{"announcement": announcement(), "frozen": frozen, "secrets": SECRETS, "public_money": True} | changes
    )


class TestOpened:
    def test_too_few_bids_fail_with_a_transcript_that_reveals_the_secrets(self):
        transcript = selection.document(opened(2), opened_at="2026-12-01T09:01:00Z", code_version="test")

        assert (transcript["ranking"], transcript["winner"], transcript["reserves"]) == ([], None, [])
        assert transcript["working"] == [{"step": "too_few", "counted": 2, "needed": 3}]
        assert transcript["secrets"] == {side: secret.hex() for side, secret in SECRETS.items()}

    def test_social_money_alone_needs_one_bid(self):
        assert opened(1, public_money=False).outcome().winner == "firm-00001"

    def test_a_secret_that_breaks_its_commitment_gives_no_seed(self):
        broken = opened(3, secrets=SECRETS | {"regulator": b"x" * 32})

        with pytest.raises(InvalidSelection, match="regulator"):
            broken.outcome()

    @pytest.mark.parametrize("change", [{"method": None}, {"extra": 1}])
    def test_an_announcement_of_other_keys_is_refused(self, change):
        changed = announcement() | change
        if change == {"method": None}:
            del changed["method"]

        with pytest.raises(InvalidSelection, match="announcement keys differ"):
            selection.announcement_hash(changed)


class TestFrozenList:
    def test_puts_what_was_found_into_the_published_order(self):
        firms = candidates({"days": 5}, {"days": 5})
        hashes = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]
        received = [Ciphertext(one, "counted") for one in hashes]
        aside = [SetAside("firm-00009", "excluded"), SetAside(None, "does_not_open"), SetAside("firm-00003", "grade")]

        frozen = FrozenList.of(firms[::-1], received, aside)

        assert frozen.ids == ("firm-00001", "firm-00002")
        assert [one.sha256 for one in frozen.ciphertexts] == sorted(hashes)
        assert [one.id for one in frozen.set_aside] == [None, "firm-00003", "firm-00009"]

    def test_reads_back_what_it_published(self):
        frozen = FrozenList.of(candidates({"days": 5}), [Ciphertext("ab" * 32, "counted")], [SetAside(None, "x")])

        assert FrozenList.from_document(frozen.as_document()) == frozen

    def test_an_unordered_list_is_refused(self):
        first, second = candidates({"days": 5}, {"days": 5})

        with pytest.raises(InvalidSelection, match="ascending"):
            FrozenList((second, first))

    def test_a_firm_listed_twice_is_refused(self):
        (firm,) = candidates({"days": 5})

        with pytest.raises(InvalidSelection, match="distinct"):
            FrozenList((firm, firm))

    @pytest.mark.parametrize("row", [{"sha256": "xyz", "fate": "counted"}, {"sha256": "ab" * 32, "fate": "lost"}])
    def test_a_ciphertext_of_another_form_is_refused(self, row):
        with pytest.raises(InvalidSelection):
            FrozenList.from_document({"candidates": [], "ciphertexts": [row], "set_aside": []})

    @pytest.mark.parametrize(
        "document",
        [{}, {"candidates": [{"id": "x"}], "ciphertexts": [], "set_aside": []}, {"candidates": 3}],
    )
    def test_a_document_of_another_form_is_refused(self, document):
        with pytest.raises(InvalidSelection, match="not a frozen list"):
            FrozenList.from_document(document)
