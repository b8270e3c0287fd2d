from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracting.rules.lapse import late_party
from marketplace.contracting.rules.shares import amounts

CUTOFF = datetime(2026, 12, 2, 16, tzinfo=UTC)
BEFORE = datetime(2026, 12, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 3, tzinfo=UTC)


class TestAmounts:
    def test_shares_of_a_round_price_are_exact(self):
        assert amounts(Decimal("182400.00"), [Decimal(30), Decimal(40), Decimal(30)]) == [
            Decimal("54720.00"),
            Decimal("72960.00"),
            Decimal("54720.00"),
        ]

    def test_a_fen_that_does_not_divide_goes_where_the_running_total_rounds(self):
        thirds = [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]

        assert amounts(Decimal("100.01"), thirds) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.34")]

    @given(
        st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2),
        st.lists(st.integers(1, 5000), min_size=1, max_size=10),
    )
    def test_amounts_always_sum_to_the_price_and_none_is_negative(self, price, weights):
        cuts = [Decimal(weight) / 100 for weight in weights]
        last = Decimal(100) - sum(cuts)
        percents = [*cuts, last] if last > 0 else [Decimal(100)]

        shares = amounts(price, percents)

        assert sum(shares) == price
        assert min(shares) >= 0

    @pytest.mark.parametrize(
        "percents", [[], [Decimal(99)], [Decimal(50), Decimal("50.01")], [Decimal(0), Decimal(100)]]
    )
    def test_percents_that_do_not_add_to_100_are_no_shares(self, percents):
        with pytest.raises(ValueError, match="100"):
            amounts(Decimal(100), percents)


class TestLateParty:
    @pytest.mark.parametrize(
        ("agreed", "turn", "since", "signed", "late"),
        [
            (False, "owner", BEFORE, set(), "owner"),
            (False, "intermediary", BEFORE, set(), "intermediary"),
            (False, "intermediary", AFTER, set(), "owner"),
            (False, "owner", AFTER, set(), "intermediary"),
            (True, "intermediary", BEFORE, set(), "intermediary"),
            (True, "intermediary", BEFORE, {"owner"}, "intermediary"),
            (True, "intermediary", BEFORE, {"intermediary"}, "owner"),
        ],
    )
    def test_the_one_who_let_the_time_pass(self, agreed, turn, since, signed, late):
        found = late_party(agreed=agreed, turn=turn, turn_since=since, last_fair_turn=CUTOFF, signed=signed)

        assert found == late
