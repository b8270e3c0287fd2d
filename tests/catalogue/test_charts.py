from fractions import Fraction

import pytest

from marketplace.catalogue.charts import WIDTH, curve_of
from tests.catalogue.schedules import BIDDING, EIA, SCHEDULES, SURVEYING


class TestCurve:
    def test_the_answer_stands_left_of_the_next_row_and_the_axis_ends_at_twice_that_row(self):
        curve = curve_of(SCHEDULES[EIA], "report", Fraction("3.6"))

        assert (curve.answer.text, curve.answer.result) == ("3.6", "19.00")
        assert [tick.text for tick in curve.x_ticks] == ["0", "5", "10", "15", "20"]
        assert float(curve.answer.x) < WIDTH / 2
        assert curve.printed[:3] == [("0", "5"), ("0.3", "6"), ("2", "15")]

    def test_a_progressive_standard_is_drawn_from_zero_through_the_ends_of_its_bands(self):
        curve = curve_of(SCHEDULES[BIDDING], "works", Fraction(6000))

        assert curve.is_progressive
        assert curve.printed[:3] == [("0", "0"), ("100", "1"), ("500", "3.8")]
        assert curve.answer.result == "22.55"

    @pytest.mark.parametrize("base", ["0.00000001", "0.3", "99.9", "100"])
    def test_every_base_of_the_table_has_a_place_in_the_drawing(self, base):
        curve = curve_of(SCHEDULES[EIA], "report", Fraction(base))

        assert 0 <= float(curve.answer.x) <= WIDTH

    def test_outside_the_table_there_is_no_answer_to_draw(self):
        assert curve_of(SCHEDULES[EIA], "report", Fraction(101)).answer is None

    def test_a_price_per_unit_has_no_curve(self):
        assert curve_of(SCHEDULES[SURVEYING], "land_survey", Fraction(5)) is None
