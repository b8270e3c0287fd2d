import dataclasses
import hashlib

import pytest

from marketplace.tendering import selection
from marketplace.tendering.selection import Ciphertext, FrozenList, InvalidSelection, SetAside
from tests.tendering.selection.cases import candidates

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

    def test_the_announced_number_of_bids_goes_before_the_kind_of_money(self):
        announced = announcement(limits={"fewest_bids": 2, "price": "1500.00"})

        assert opened(2, announcement=announced, public_money=True).outcome().winner is not None
        assert opened(1, announcement=announced, public_money=False).outcome().winner is None

    def test_a_version_of_the_request_is_the_transcript_s(self):
        transcript = selection.document(opened(3, announcement=announcement(version=2)), opened_at="x")

        assert (transcript["version"], transcript["announcement"]["version"]) == (2, 2)

    def test_a_value_that_was_not_announced_is_refused(self):
        with pytest.raises(InvalidSelection, match="public value"):
            opened(3, public_value="0427189").outcome()

    def test_an_announced_value_is_waited_for(self):
        announced = announcement(public_value_source="an official lottery of the day, first prize, digits")

        with pytest.raises(InvalidSelection, match="public value"):
            opened(3, announcement=announced).outcome()
        assert selection.document(opened(3, announcement=announced, public_value="0427189"), opened_at="x")["winner"]

    def test_too_few_bids_fail_without_waiting_for_the_public_value(self):
        announced = announcement(public_value_source="an official lottery of the day, first prize, digits")

        assert opened(2, announcement=announced).outcome().ranking == ()

    def test_a_candidate_without_a_nonce_gives_no_seed(self):
        (firm,) = candidates({"days": 5})
        frozen = FrozenList.of([dataclasses.replace(firm, nonce=None)], [], [])

        with pytest.raises(InvalidSelection, match="nonce"):
            opened(1, frozen=frozen, public_money=False).outcome()

    @pytest.mark.parametrize("change", [{"method": None}, {"extra": 1}])
    def test_an_announcement_of_other_keys_is_refused(self, change):
        changed = announcement() | change
        if change == {"method": None}:
            del changed["method"]

        with pytest.raises(InvalidSelection, match="announcement keys differ"):
            selection.announcement_hash(changed)


class TestOwnerPicks:
    def scored(self, **changes):
        frozen = FrozenList.of(candidates(*({"days": 5, "score": f"{90 - n}.00"} for n in range(5))), [], [])
        announced = announcement(method="credit_preferred", parameters={"long": 5, "short": 3})
        return opened(5, **{"announcement": announced, "frozen": frozen} | changes)

    def test_the_pick_from_the_short_list_goes_first_with_its_reason(self):
        drawn = self.scored().outcome()
        pick = drawn.short_list[2]

        transcript = selection.document(self.scored(pick=pick, reason="Knows the site."), opened_at="x")

        assert transcript["ranking"] == [pick, *(one for one in drawn.ranking if one != pick)]
        assert transcript["decided_by"] == {"by": "owner", "reason": "Knows the site."}
        assert transcript["seed"] == selection.document(self.scored(), opened_at="x")["seed"]

    def test_without_a_pick_the_rule_decides(self):
        transcript = selection.document(self.scored(), opened_at="x")

        assert transcript["decided_by"] == {"by": "rule"}
        assert transcript["winner"] == self.scored().outcome().short_list[0]

    @pytest.mark.parametrize("change", [{"pick": "firm-00001"}, {"reason": "Nobody."}, {"pick": "x", "reason": " "}])
    def test_pick_and_reason_come_together(self, change):
        with pytest.raises(InvalidSelection, match="reason"):
            self.scored(**change)

    def test_where_the_rule_decides_a_pick_is_refused(self):
        with pytest.raises(InvalidSelection, match="not the owner"):
            opened(3, pick="firm-00002", reason="Knows the site.").outcome()


class TestDirect:
    def direct(self, **changes):
        firms = [dataclasses.replace(one, nonce=None) for one in candidates(*({"days": 5, "price": "9.00"},) * 3)]
        announced = announcement(method="direct", bid_keys=None, commitments=None, deadline=None)
        values = {"announcement": announced, "frozen": FrozenList.of(firms, [], []), "secrets": None}
        return opened(3, **values | {"pick": "firm-00002", "reason": "Did the last stage."} | changes)

    def test_ranks_the_pick_then_the_others_without_chance(self):
        transcript = selection.document(self.direct(), opened_at="2026-12-01T09:01:00Z")

        assert transcript["ranking"] == ["firm-00002", "firm-00001", "firm-00003"]
        assert (transcript["secrets"], transcript["seed"]) == (None, None)
        assert transcript["decided_by"] == {"by": "owner", "reason": "Did the last stage."}

    def test_secrets_and_nonces_are_refused(self):
        with pytest.raises(InvalidSelection, match="no secrets"):
            self.direct(secrets=SECRETS)
        with pytest.raises(InvalidSelection, match="no nonces"):
            self.direct(frozen=FrozenList.of(candidates({"days": 5}), [], []))

    def test_without_a_pick_there_is_no_result(self):
        with pytest.raises(InvalidSelection, match="pick"):
            self.direct(pick=None, reason="").outcome()

    def test_every_other_method_needs_both_secrets(self):
        with pytest.raises(InvalidSelection, match="both custodians"):
            opened(3, secrets={"operator": b"o" * 32})


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
