from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.utils import translation

from marketplace.catalogue.fees import Schedule, calculate
from tests.catalogue.schedules import (
    BIDDING,
    DEFINITIONS,
    DESIGN,
    EIA,
    PRELIMINARY,
    SCHEDULES,
    SUPERVISION,
    SURVEYING,
    fee,
    interpolated,
    points_of,
    text,
)


class TestOfficialExamples:
    def test_bidding_agency_for_works_of_60_million(self):
        calculation = calculate(SCHEDULES[BIDDING], "6000", "works")

        assert calculation.fee_cny == Decimal("225500.00")
        assert calculation.range_cny == (Decimal("180400.00"), Decimal("270600.00"))
        assert [step.result for step in calculation.steps] == [
            "1.00", "2.80", "2.75", "14.00", "2.00", "22.55", "18.04 – 27.06",
        ]  # fmt: skip

    def test_supervision_of_a_base_of_350_million(self):
        calculation = calculate(SCHEDULES[SUPERVISION], "35000")

        assert calculation.fee_cny == Decimal("6295000.00")
        assert calculation.incomplete == ("profession", "complexity", "altitude")

    def test_the_environmental_report_of_the_design(self):
        given = {"industry": "化工", "sensitivity": "ordinary"}

        calculation = calculate(SCHEDULES[EIA], "3.6", "report", given)

        assert calculation.fee_cny == Decimal("182400.00")
        assert calculation.range_cny == (Decimal("145920.00"), Decimal("218880.00"))
        assert calculation.incomplete == ()
        assert [(step.formula, step.result) for step in calculation.steps[1:4]] == [
            ("15 + (35 − 15) ÷ (10 − 2) × (3.6 − 2)", "19.00"),
            ("19.00 × 1.2", "22.80"),
            ("22.80 × 0.8", "18.24"),
        ]
        assert [step.total for step in calculation.steps] == [False, False, False, True, False]


@pytest.mark.parametrize(("code", "variant"), interpolated())
class TestInterpolation:
    def test_each_printed_row_gives_the_printed_fee(self, code, variant):
        for base, printed in points_of(code, variant):
            if base > 0:
                assert fee(code, base, variant) == printed

    def test_between_two_rows_the_fee_lies_on_the_straight_line(self, code, variant):
        rows = points_of(code, variant)
        for (low, low_fee), (high, high_fee) in pairwise(rows):
            for share in (Fraction(1, 4), Fraction(1, 2), Fraction(4, 5)):
                base = low + (high - low) * share
                assert fee(code, base, variant) == low_fee + (high_fee - low_fee) * share

    def test_below_the_first_row_is_by_negotiation_unless_the_table_starts_at_zero(self, code, variant):
        first, first_fee = points_of(code, variant)[0]
        if first == 0:
            assert fee(code, "0.00000001", variant) > first_fee
        else:
            calculation = calculate(SCHEDULES[code], text(first - Fraction(1, 100)), variant)
            assert (calculation.fee_cny, calculation.range_cny) == (None, None)
            assert [step.code for step in calculation.steps] == ["negotiation"]


class TestAboveTheLastRow:
    def test_the_flat_fee_of_the_environmental_report_still_takes_coefficients(self):
        assert fee(EIA, "100.01", "report") == 110
        assert fee(EIA, "250", "report", industry="化工", sensitivity="sensitive") == 110 * Fraction("1.44")

    @pytest.mark.parametrize(
        ("variant", "last", "words"),
        [
            ("form", "10", "7 or more"),
            ("report_appraisal", "100", "13 or more"),
            ("form_appraisal", "10", "2 or more"),
        ],
    )
    def test_what_the_document_leaves_open_is_by_negotiation(self, variant, last, words):
        calculation = calculate(SCHEDULES[EIA], text(Fraction(last) + 1), variant, {"industry": "化工"})

        assert calculation.fee_cny is None
        assert calculation.range_cny is None
        with translation.override("en"):
            assert words in calculation.as_dict()["steps"][0]["formula"]
        assert calculation.incomplete == ("sensitivity",)

    @pytest.mark.parametrize("variant", list(DEFINITIONS[PRELIMINARY]["variants"]))
    def test_preliminary_consulting_above_five_billion_is_by_negotiation(self, variant):
        assert fee(PRELIMINARY, "50", variant) is not None
        assert fee(PRELIMINARY, "50.01", variant) is None

    def test_supervision_takes_the_printed_rate_and_keeps_the_printed_drop(self):
        assert fee(SUPERVISION, "1000000") == Fraction("10390.1")
        assert fee(SUPERVISION, "1000001") == Fraction("1000001") * Fraction("0.01039")
        assert fee(SUPERVISION, "1000001") < fee(SUPERVISION, "1000000")

    def test_design_takes_the_printed_rate_and_keeps_the_printed_drop(self):
        assert fee(DESIGN, "2000000") == Fraction("34948.9")
        assert fee(DESIGN, "2000001") == Fraction("2000001") * Fraction("0.016")
        assert fee(DESIGN, "2000001") < fee(DESIGN, "2000000")

    @pytest.mark.parametrize("variant", ["goods", "services", "works"])
    def test_bidding_agency_above_500_million_is_by_negotiation(self, variant):
        assert fee(BIDDING, "50000", variant) is not None
        assert fee(BIDDING, "50000.01", variant) is None


@pytest.mark.parametrize("variant", ["goods", "services", "works"])
class TestProgressiveBands:
    def test_each_edge_is_the_sum_of_the_whole_bands_below(self, variant):
        total = Fraction(0)
        for low, high, rate in DEFINITIONS[BIDDING]["variants"][variant]:
            total += (Fraction(high) - Fraction(low)) * Fraction(rate)
            assert fee(BIDDING, high, variant) == total

    def test_within_a_band_the_rest_takes_its_rate(self, variant):
        below = Fraction(0)
        for low, high, rate in DEFINITIONS[BIDDING]["variants"][variant]:
            base = (Fraction(low) + Fraction(high)) / 2
            assert fee(BIDDING, base, variant) == below + (base - Fraction(low)) * Fraction(rate)
            below += (Fraction(high) - Fraction(low)) * Fraction(rate)

    def test_the_smallest_base_takes_the_first_rate(self, variant):
        assert fee(BIDDING, "0.01", variant) == Fraction("0.01") * Fraction(
            DEFINITIONS[BIDDING]["variants"][variant][0][2]
        )


@pytest.mark.parametrize(("variant", "rate"), [(v, d["rate"]) for v, d in DEFINITIONS[SURVEYING]["variants"].items()])
def test_surveying_is_priced_by_the_square_metre_in_cny(variant, rate):
    calculation = calculate(SCHEDULES[SURVEYING], "12345.67", variant)

    exact = Fraction("12345.67") * Fraction(rate)
    assert calculation.fee == exact
    assert (
        calculation.fee_cny == Decimal((2 * exact.numerator * 100 + exact.denominator) // (2 * exact.denominator)) / 100
    )
    assert calculation.range_cny is None


class TestOtherMethods:
    """No published schedule of the data has them; an operator's may."""

    def test_a_fixed_price_does_not_depend_on_the_base(self):
        schedule = Schedule.from_definition({"code": "X", "method": "fixed", "fee": "3.5"})

        assert calculate(schedule, "1").fee_cny == calculate(schedule, "999").fee_cny == Decimal("35000.00")

    def test_a_percentage_of_a_base_in_hundreds_of_millions_gives_ten_thousands(self):
        schedule = Schedule.from_definition(
            {"code": "X", "method": "percentage", "rate": "0.012", "base_unit": "亿元", "float": "0.1"}
        )

        calculation = calculate(schedule, "0.25")

        assert calculation.fee_cny == Decimal("300000.00")
        assert calculation.range_cny == (Decimal("270000.00"), Decimal("330000.00"))

    def test_a_price_per_unit_rounds_half_up_to_the_fen_once(self):
        definition = {"code": "X", "method": "per_unit", "rate": "0.125", "base_unit": "m²", "unit": "CNY per m²"}

        calculation = calculate(Schedule.from_definition(definition), "0.2")

        assert calculation.fee_cny == Decimal("0.03")
        assert calculation.steps[-1].code == "rounding"
        assert calculation.steps[-1].total


def test_the_float_is_taken_from_the_unrounded_fee():
    definition = {
        "code": "X",
        "method": "per_unit",
        "rate": "0.015",
        "base_unit": "m²",
        "unit": "CNY per m²",
        "float": "0.2",
    }

    calculation = calculate(Schedule.from_definition(definition), "1")

    assert calculation.fee_cny == Decimal("0.02")
    assert calculation.range_cny == (Decimal("0.01"), Decimal("0.02"))


class TestUnits:
    @pytest.mark.parametrize("code", [EIA, PRELIMINARY])
    def test_investment_is_in_hundreds_of_millions(self, code):
        assert SCHEDULES[code].base_unit == "亿元"

    @pytest.mark.parametrize("code", [SUPERVISION, DESIGN, BIDDING])
    def test_other_bases_are_in_ten_thousands(self, code):
        assert SCHEDULES[code].base_unit == "万元"

    def test_every_published_schedule_is_a_reference_today(self):
        assert all(schedule.reference for schedule in SCHEDULES.values())
