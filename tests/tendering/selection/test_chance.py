import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tendering.selection import Chance, InvalidSelection, commitment, keeps_commitment, seed_of
from tests.tendering.selection.cases import chance


def seed(**changes):
    inputs = {
        "operator_secret": bytes(32),
        "regulator_secret": bytes(31) + b"\x01",
        "announcement_hash": "aa" * 32,
        "list_hash": "bb" * 32,
        "nonces": ["cc" * 32, "dd" * 32],
        "public_value": None,
    }
    return seed_of(**inputs | changes)


class TestSeed:
    def test_is_the_hash_of_the_raw_bytes_in_order(self):
        raw = bytes(63) + b"\x01" + b"\xaa" * 32 + b"\xbb" * 32 + b"\xcc" * 32 + b"\xdd" * 32

        assert seed() == hashlib.sha256(raw).digest()

    @pytest.mark.parametrize(
        "change",
        [
            {"operator_secret": b"\x01" * 32},
            {"regulator_secret": b"\x01" * 32},
            {"announcement_hash": "ab" * 32},
            {"list_hash": "ab" * 32},
            {"nonces": ["dd" * 32, "cc" * 32]},
            {"nonces": ["cc" * 32]},
            {"public_value": "0427189"},
        ],
    )
    def test_every_party_changes_it(self, change):
        assert seed(**change) != seed()

    def test_a_secret_of_another_length_is_refused(self):
        with pytest.raises(InvalidSelection, match="32 bytes"):
            seed(operator_secret=bytes(31))

    def test_does_not_stand_in_a_traceback(self):
        assert "seed" not in repr(Chance(bytes(32)))


class TestCommitment:
    def test_is_kept_by_its_own_secret_only(self):
        committed = commitment(b"s" * 32)

        assert keeps_commitment(b"s" * 32, committed)
        assert not keeps_commitment(b"t" * 32, committed)


class TestEvaluators:
    def test_are_the_first_of_the_pool_by_value(self):
        drawn = chance().evaluators([1, 2, 3, 4, 5, 6, 7], 3)

        by_value = sorted(range(1, 8), key=lambda one: chance().value("evaluator", str(one)))
        assert drawn == by_value[:3]

    @pytest.mark.parametrize(("pool", "number"), [([1, 2], 3), ([1, 1, 2], 3), ([1, 2, 3], 0)])
    def test_a_pool_too_small_is_refused(self, pool, number):
        with pytest.raises(InvalidSelection, match="pool"):
            chance().evaluators(pool, number)


class TestWeightedOrder:
    @given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=40), st.integers())
    def test_is_the_one_found_by_walking_those_left(self, weights, seed):
        rows = [(f"firm-{number:05d}", weight) for number, weight in enumerate(weights)]
        drawn = chance(seed).weighted_order(rows)

        left, walked = [row for row in rows if row[1]], []
        while left:
            message = f"weighted:{len(walked) + 1}".encode()
            number = int.from_bytes(hmac.digest(chance(seed).seed, message, "sha256"), "big")
            rest, running = number % sum(weight for _, weight in left), 0
            for row in left:
                running += row[1]
                if running > rest:
                    walked.append(row[0])
                    left.remove(row)
                    break
        zeros = [identifier for identifier, weight in rows if not weight]
        assert drawn == walked + sorted(zeros, key=lambda one: chance(seed).value("draw", one))

    def test_ten_thousand_are_each_drawn_once(self):
        rows = [(f"firm-{number:05d}", 1 + number % 10_000) for number in range(10_000)]

        assert sorted(chance().weighted_order(rows)) == [identifier for identifier, _ in rows]
