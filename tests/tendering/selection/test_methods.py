from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tendering.selection import (
    METHODS,
    Candidate,
    FrozenList,
    InvalidSelection,
    fewest_bids,
    select,
)
from marketplace.tendering.selection.benchmark_price import benchmark_price
from marketplace.tendering.selection.best_proposal import best_proposal, needs_second_round
from marketplace.tendering.selection.credit_preferred import credit_preferred
from marketplace.tendering.selection.simple import direct, lowest_price, random_draw
from tests.tendering.selection.cases import candidates, chance

FEN = st.integers(min_value=1, max_value=10**12)
SEEDS = st.binary(min_size=32, max_size=32)


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}"


def priced(prices_fen):
    return candidates(*({"days": 10, "price": yuan(fen)} for fen in prices_fen))


def scored(hundredths):
    return candidates(*({"days": 10, "score": yuan(one)} for one in hundredths))


class TestRandomDraw:
    @given(st.integers(min_value=0, max_value=50), st.integers())
    def test_every_candidate_is_ranked_once(self, number, seed):
        firms = candidates(*({"days": 5} for _ in range(number)))

        outcome = random_draw(firms, chance=chance(seed))

        assert sorted(outcome.ranking) == [firm.id for firm in firms]

    @given(st.integers())
    def test_what_one_firm_does_leaves_the_order_of_the_others(self, seed):
        firms = candidates(*({"days": 5} for _ in range(8)))

        with_all = random_draw(firms, chance=chance(seed)).ranking
        without_third = random_draw(firms[:2] + firms[3:], chance=chance(seed)).ranking

        assert [one for one in with_all if one != firms[2].id] == list(without_third)

    def test_ten_thousand_draws_are_uniform(self):
        firms = candidates(*({"days": 5} for _ in range(10)))
        wins = dict.fromkeys((firm.id for firm in firms), 0)

        for number in range(10_000):
            wins[random_draw(firms, chance=chance(number)).winner] += 1

        chi_square = sum(Fraction((count - 1000) ** 2, 1000) for count in wins.values())
        assert chi_square < Fraction("27.877")  # 9 degrees of freedom, p = 0.001

    def test_working_shows_each_value_in_the_order_of_rank(self):
        firms = candidates(*({"days": 5} for _ in range(3)))

        outcome = random_draw(firms, chance=chance())

        values = [int(step["value"], 16) for step in outcome.working]
        assert values == sorted(values)
        assert [step["id"] for step in outcome.working] == list(outcome.ranking)


class TestLowestPrice:
    @given(st.lists(FEN, max_size=30), st.integers())
    def test_prices_ascend_along_the_ranking(self, prices, seed):
        firms = priced(prices)

        outcome = lowest_price(firms, chance=chance(seed))

        by_id = {firm.id: firm.price_fen for firm in firms}
        assert [by_id[one] for one in outcome.ranking] == sorted(prices)

    def test_equal_prices_are_ranked_by_their_tie_value(self):
        firms = priced([50000, 50000, 50000])
        tie = chance()

        outcome = lowest_price(firms, chance=tie)

        assert list(outcome.ranking) == sorted((firm.id for firm in firms), key=lambda one: tie.value("tie", one))

    def test_a_tie_value_is_shown_only_where_it_decides(self):
        outcome = lowest_price(priced([100, 200, 200]), chance=chance())

        assert [step["tie"] is None for step in outcome.working] == [True, False, False]

    def test_a_bid_without_a_price_is_refused(self):
        with pytest.raises(InvalidSelection, match="no price"):
            lowest_price(candidates({"days": 3}), chance=chance())


class TestBenchmarkPrice:
    @given(st.lists(FEN, min_size=1, max_size=20), st.integers())
    def test_benchmark_is_within_half_a_fen_of_the_exact_value(self, prices, seed):
        outcome = benchmark_price(priced(prices), chance=chance(seed))

        step = next(step for step in outcome.working if step["step"] == "benchmark")
        exact = Fraction(step["sum"]) / step["bids"] * outcome.coefficient / 100
        assert abs(Fraction(outcome.benchmark) - exact) <= Fraction(1, 200)

    @given(st.lists(FEN, min_size=6, max_size=20), st.integers())
    def test_six_or_more_lose_exactly_one_lowest_and_one_highest(self, prices, seed):
        firms = priced(prices)

        outcome = benchmark_price(firms, chance=chance(seed))

        out = [firm for firm in firms if firm.id not in outcome.ranking]
        assert sorted(firm.price_fen for firm in out) == [min(prices), max(prices)]

    @given(st.lists(FEN, max_size=5), st.integers())
    def test_fewer_than_six_are_not_trimmed(self, prices, seed):
        assert len(benchmark_price(priced(prices), chance=chance(seed)).ranking) == len(prices)


class TestCreditPreferred:
    @given(
        st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=20),
        st.integers(min_value=1, max_value=20),
        st.integers(),
    )
    def test_the_long_list_holds_the_highest_scores(self, scores, long, seed):
        firms = scored(scores)

        outcome = credit_preferred(firms, chance=chance(seed), long=long, short=1)

        by_id = {firm.id: firm.score_hundredths for firm in firms}
        assert sorted((by_id[one] for one in outcome.ranking), reverse=True) == sorted(scores, reverse=True)[:long]

    def test_weighted_draws_follow_the_weights(self):
        firms = scored([9000, 3000, 0])
        wins = dict.fromkeys((firm.id for firm in firms), 0)

        for number in range(4_000):
            wins[credit_preferred(firms, chance=chance(number), long=3, short=1).winner] += 1

        assert wins["firm-00003"] == 0
        chi_square = Fraction((wins["firm-00001"] - 3000) ** 2, 3000) + Fraction((wins["firm-00002"] - 1000) ** 2, 1000)
        assert chi_square < Fraction("10.828")  # 1 degree of freedom, p = 0.001

    def test_the_pick_goes_before_the_drawn_order(self):
        firms = scored([9000, 8000, 7000])
        drawn = credit_preferred(firms, chance=chance(), long=3, short=3).ranking

        picked = credit_preferred(firms, chance=chance(), long=3, short=3, pick=drawn[2]).ranking

        assert picked == (drawn[2], drawn[0], drawn[1])

    def test_a_pick_off_the_short_list_is_refused(self):
        firms = scored([9000, 8000, 7000])
        drawn = credit_preferred(firms, chance=chance(), long=3, short=1).ranking

        with pytest.raises(InvalidSelection, match="short list"):
            credit_preferred(firms, chance=chance(), long=3, short=1, pick=drawn[1])

    @pytest.mark.parametrize(("long", "short"), [(1, 2), (0, 0), (3, 0)])
    def test_lists_of_impossible_length_are_refused(self, long, short):
        with pytest.raises(InvalidSelection, match="long list"):
            credit_preferred(scored([9000]), chance=chance(), long=long, short=short)


class TestBestProposal:
    WEIGHTS = {"price": 40, "time": 10, "proposal": 40, "credit": 10}

    def firms(self):
        return candidates(
            {"days": 10, "price": "100.00", "score": "90.00"}, {"days": 12, "price": "90.00", "score": "80.00"}
        )

    def test_the_total_is_worked_out_in_exact_fractions(self):
        marks = {"firm-00001": [80, 81, 83], "firm-00002": [70, 71, 72]}

        outcome = best_proposal(self.firms(), chance=chance(), weights=self.WEIGHTS, marks=marks)

        assert outcome.totals == {"firm-00001": "87.5333", "firm-00002": "84.7333"}
        assert outcome.ranking == ("firm-00001", "firm-00002")

    @pytest.mark.parametrize(
        ("weights", "marks", "message"),
        [
            ({"price": 50, "time": 10, "proposal": 40, "credit": 10}, [80, 80, 80], "add to 100"),
            ({"price": 60, "proposal": 40}, [80, 80, 80], "whole percents"),
            ({"price": 110, "time": -10, "proposal": 0, "credit": 0}, [80, 80, 80], "whole percents"),
            (WEIGHTS, [80, 80], "three or more"),
            (WEIGHTS, [80, 80, 101], "0 to 100"),
            (WEIGHTS, [80, 80, 79.5], "0 to 100"),
        ],
    )
    def test_impossible_weights_and_marks_are_refused(self, weights, marks, message):
        with pytest.raises(InvalidSelection, match=message):
            best_proposal(
                self.firms(), chance=chance(), weights=weights, marks={"firm-00001": marks, "firm-00002": marks}
            )

    def test_marks_of_another_firm_are_refused(self):
        with pytest.raises(InvalidSelection, match="not of the candidates"):
            best_proposal(self.firms(), chance=chance(), weights=self.WEIGHTS, marks={"firm-00001": [80, 80, 80]})

    def test_marks_more_than_twenty_apart_need_a_second_round(self):
        assert [needs_second_round(marks) for marks in ([70, 80, 90], [69, 80, 90])] == [False, True]


class TestDirect:
    def test_the_pick_goes_before_ascending_ids(self):
        outcome = direct(candidates({"days": 3}, {"days": 3}, {"days": 3}), pick="firm-00002")

        assert outcome.ranking == ("firm-00002", "firm-00001", "firm-00003")

    def test_a_pick_from_elsewhere_is_refused(self):
        with pytest.raises(InvalidSelection, match="not among"):
            direct(candidates({"days": 3}), pick="firm-00009")


class TestFewestBids:
    @pytest.mark.parametrize(
        ("method", "social", "public"),
        [
            ("direct", 1, 1),
            ("random_draw", 1, 3),
            ("lowest_price", 1, 3),
            ("benchmark_price", 1, 3),
            ("credit_preferred", 2, 2),
            ("best_proposal", 1, 3),
        ],
    )
    def test_depends_on_method_and_money(self, method, social, public):
        assert fewest_bids(method, public_money=False) == social
        assert fewest_bids(method, public_money=True) == public

    def test_an_unknown_method_is_refused(self):
        with pytest.raises(InvalidSelection, match="unknown method"):
            fewest_bids("lottery", public_money=False)


class TestSelect:
    def test_an_unknown_method_is_refused(self):
        with pytest.raises(InvalidSelection, match="unknown method"):
            select("lottery", FrozenList(()), seed=bytes(32), parameters={})

    @pytest.mark.parametrize("method", [method for method in METHODS if method != "direct"])
    def test_a_rule_without_a_seed_is_refused(self, method):
        with pytest.raises(InvalidSelection, match="seed"):
            select(method, FrozenList(()), seed=None, parameters={})

    @pytest.mark.parametrize("method", ["credit_preferred", "best_proposal"])
    def test_a_missing_parameter_is_named(self, method):
        with pytest.raises(InvalidSelection, match="lacks"):
            select(method, FrozenList(()), seed=bytes(32), parameters={})

    @given(SEEDS)
    def test_the_two_reserves_are_the_next_in_the_ranking(self, seed):
        frozen = FrozenList(tuple(candidates(*({"days": 4} for _ in range(5)))))

        outcome = select("random_draw", frozen, seed=seed, parameters={})

        assert outcome.reserves == outcome.ranking[1:3]


class TestCandidate:
    @pytest.mark.parametrize(
        "change",
        [
            {"id": ""},
            {"days": 0},
            {"days": "10"},
            {"days": True},
            {"nonce": "AB" * 32},
            {"nonce": "ab" * 31},
            {"price": "0.00"},
            {"price": "-1.00"},
            {"price": "100"},
            {"price": "1.005"},
            {"price": "01.00"},
            {"price": "1e3"},
            {"score": "100.01"},
            {"score": "-0.01"},
            {"score": "NaN"},
        ],
    )
    def test_anything_but_the_published_form_is_refused(self, change):
        with pytest.raises(InvalidSelection):
            Candidate(**({"id": "firm", "days": 10, "nonce": "ab" * 32} | change))


class TestOrderOfInput:
    """A ranking follows from who bid what, never from the order in which the bids are handed over."""

    @given(st.lists(FEN, min_size=1, max_size=12), st.integers(), st.randoms(use_true_random=False))
    def test_of_prices_leaves_the_ranking(self, prices, seed, shuffler):
        firms = list(priced(prices))
        shuffled = firms.copy()
        shuffler.shuffle(shuffled)

        for method in (lowest_price, benchmark_price, random_draw):
            assert method(shuffled, chance=chance(seed)).ranking == method(firms, chance=chance(seed)).ranking

    @given(
        st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12),
        st.integers(),
        st.randoms(use_true_random=False),
    )
    def test_of_scores_leaves_lists_and_ranking(self, scores, seed, shuffler):
        firms = list(scored(scores))
        shuffled = firms.copy()
        shuffler.shuffle(shuffled)

        one, two = (credit_preferred(each, chance=chance(seed), long=5, short=2) for each in (firms, shuffled))

        assert (one.ranking, one.short_list) == (two.ranking, two.short_list)

    @given(st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12), st.integers())
    def test_every_firm_of_the_long_list_is_ranked_once(self, scores, seed):
        firms = scored(scores)

        outcome = credit_preferred(firms, chance=chance(seed), long=5, short=2)

        assert len(set(outcome.ranking)) == len(outcome.ranking) == min(5, len(firms))
        assert outcome.short_list == outcome.ranking[:2]

    @given(st.lists(FEN, min_size=6, max_size=20), st.integers())
    def test_trimmed_and_ranked_together_are_all_bids(self, prices, seed):
        firms = priced(prices)

        outcome = benchmark_price(firms, chance=chance(seed))

        trimmed = [step["id"] for step in outcome.working if step["step"] == "trimmed"]
        assert sorted([*trimmed, *outcome.ranking]) == [firm.id for firm in firms]

    @given(st.lists(FEN, min_size=1, max_size=12), st.integers(min_value=0), st.integers(min_value=0))
    def test_direct_ranks_the_pick_and_then_every_other_once(self, prices, place, seed):
        firms = priced(prices)
        picked = firms[place % len(firms)].id

        ranking = direct(firms, pick=picked).ranking

        assert ranking[0] == picked
        assert list(ranking[1:]) == sorted(firm.id for firm in firms if firm.id != picked)
