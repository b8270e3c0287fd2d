from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.fees import UnableToCalculate, calculate
from tests.catalogue.schedules import (
    BIDDING,
    EIA,
    SCHEDULES,
    SUPERVISION,
    SURVEYING,
    fee,
    interpolated,
    points_of,
    text,
)

tables = st.sampled_from(interpolated())
inside = st.integers(min_value=0, max_value=10**6)


def place(code, variant, position):
    """A base within the table, by a millionth part of its length."""
    first, last = points_of(code, variant)[0][0], points_of(code, variant)[-1][0]
    base = first + (last - first) * Fraction(position, 10**6)
    return Fraction(round(base * 10**8), 10**8) or Fraction(1, 10**8)


def refusal(code, *question):
    """The field that is refused, or None where a fee comes out."""
    try:
        calculate(SCHEDULES[code], *question)
    except UnableToCalculate as refused:
        return refused.field
    return None


class TestInsideATable:
    @given(tables, inside, inside)
    def test_a_larger_base_never_costs_less(self, table, one, other):
        low, high = sorted((place(*table, one), place(*table, other)))

        assert fee(table[0], low, table[1]) <= fee(table[0], high, table[1])

    @given(tables, st.data())
    def test_there_is_no_jump_at_a_row(self, table, data):
        rows = points_of(*table)[1:-1]
        base, printed = data.draw(st.sampled_from(rows))
        step = Fraction(1, 10**8)

        assert abs(fee(table[0], base - step, table[1]) - printed) < Fraction(1, 10**5)
        assert abs(fee(table[0], base + step, table[1]) - printed) < Fraction(1, 10**5)


@given(st.decimals("0.01", "50000", places=2), st.decimals("0.01", "50000", places=2))
def test_progressive_fees_rise_with_the_award_and_never_faster_than_the_first_rate(one, other):
    low, high = sorted((one, other))
    difference = fee(BIDDING, str(high), "goods") - fee(BIDDING, str(low), "goods")

    assert 0 <= difference <= Fraction(high - low) * Fraction("0.015")


@given(st.decimals("0.01", "1000000", places=2))
def test_a_price_per_unit_is_proportional(area):
    assert fee(SURVEYING, text(2 * Fraction(area)), "land_survey") == 2 * fee(SURVEYING, str(area), "land_survey")


@given(inside, st.sampled_from(["化工", "石化", "交通", "邮电", "粮食"]), st.sampled_from(["sensitive", "ordinary"]))
def test_the_range_lies_evenly_around_the_fee(position, industry, sensitivity):
    base = place(EIA, "report", position)
    calculation = calculate(SCHEDULES[EIA], text(base), "report", {"industry": industry, "sensitivity": sensitivity})
    low, high = calculation.range_cny

    assert abs((low + high) / 2 - calculation.fee_cny) <= Decimal("0.01")
    assert abs(Fraction(high) / Fraction(low) - Fraction(3, 2)) < Fraction(1, 1000)


@given(inside)
def test_the_fee_is_rounded_once_and_half_up(position):
    base = place(SUPERVISION, "", position)
    given_all = {"profession": "landscape", "complexity": "I", "altitude": "3001-3500m"}
    calculation = calculate(SCHEDULES[SUPERVISION], text(base), "", given_all)

    difference = Fraction(calculation.fee_cny) - calculation.fee * 10**4
    assert -Fraction(1, 200) < difference <= Fraction(1, 200)


@given(st.text(max_size=40))
def test_no_text_breaks_the_calculator(base):
    refused_at = refusal(SUPERVISION, base)

    assert refused_at in (None, "base")


@given(st.dictionaries(st.text(max_size=10), st.one_of(st.text(max_size=10), st.floats(), st.none()), max_size=4))
def test_no_coefficients_break_the_calculator(given_values):
    refused_at = refusal(EIA, "2", "form", given_values)

    assert refused_at is None or refused_at in {name[:40] for name in given_values}
