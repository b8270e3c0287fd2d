import copy
import time
from decimal import Decimal

import pytest

from marketplace.catalogue.fees import InvalidSchedule, Schedule, UnableToCalculate, calculate
from tests.catalogue.schedules import BIDDING, DEFINITIONS, EIA, PRELIMINARY, SCHEDULES, SUPERVISION


class TestBase:
    @pytest.mark.parametrize(
        ("base", "code"),
        [
            ("0", "fee-not-positive"),
            ("0.00", "fee-not-positive"),
            ("-1", "fee-not-positive"),
            (Decimal("-3.6"), "fee-not-positive"),
            (0, "fee-not-positive"),
            ("NaN", "fee-not-a-number"),
            (Decimal("NaN"), "fee-not-a-number"),
            ("Infinity", "fee-not-a-number"),
            (float("inf"), "fee-not-a-number"),
            (float("nan"), "fee-not-a-number"),
            ("1e3", "fee-not-a-number"),
            ("many", "fee-not-a-number"),
            ("", "fee-not-a-number"),
            (None, "fee-not-a-number"),
            (True, "fee-not-a-number"),
            ("3,6", "fee-decimal-comma"),
            ("3亿2000万", "fee-units"),
            ("1" * 31, "fee-not-a-number"),
            ("9" * 30, "fee-too-large"),
            (Decimal("1E+400"), "fee-not-a-number"),
            ("10000000001", "fee-too-large"),
            ("1.123456789", "fee-too-precise"),
        ],
    )
    def test_what_is_no_plain_number_above_zero_is_refused_by_name(self, base, code):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[SUPERVISION], base)

        assert (refused.value.field, refused.value.code) == ("base", code)
        assert list(refused.value.field_errors) == ["base"]

    @pytest.mark.parametrize("base", ["3.6", 3.6, Decimal("3.6"), " 3.60 ", "03.6", "３．６", "36000万", "3.6亿元"])
    def test_the_same_number_in_another_form_gives_the_same_fee(self, base):
        assert calculate(SCHEDULES[EIA], base, "report").fee_cny == Decimal("190000.00")

    def test_bad_input_is_named_outside_the_printed_range_too(self):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[PRELIMINARY], "0.1", "proposal", {"complexity": "9"})

        assert refused.value.field == "complexity"


class TestNames:
    def test_a_schedule_with_several_services_needs_a_variant(self):
        with pytest.raises(UnableToCalculate, match="goods, services, works") as refused:
            calculate(SCHEDULES[BIDDING], "100")

        assert (refused.value.field, refused.value.code) == ("variant", "fee-variant-missing")

    @pytest.mark.parametrize(("code", "variant"), [(BIDDING, "report"), (SUPERVISION, "works")])
    def test_an_unknown_variant_is_refused(self, code, variant):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[code], "1000", variant)

        assert (refused.value.field, refused.value.code) == ("variant", "fee-unknown-variant")

    def test_an_unknown_coefficient_is_refused_by_its_name(self):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[SUPERVISION], "1000", "", {"weather": "fine"})

        assert (refused.value.field, refused.value.code) == ("weather", "fee-unknown-coefficient")

    def test_an_unknown_entry_is_refused(self):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[SUPERVISION], "1000", "", {"complexity": "IV"})

        assert (refused.value.field, refused.value.code) == ("complexity", "fee-unknown-entry")


def without(code, *path, **changed):
    definition = copy.deepcopy(DEFINITIONS[code])
    place = definition
    for key in path:
        place = place[key]
    place.update(changed)
    return definition


class TestDefinitions:
    @pytest.mark.parametrize(
        ("definition", "words"),
        [
            (without(SUPERVISION, method="guess"), "method"),
            (without(SUPERVISION, points=[["500", "16.5"]]), "points"),
            (without(SUPERVISION, points=[["500", "1"], ["500", "2"]]), "ascending"),
            (without(SUPERVISION, points=[["x", "1"], ["500", "2"]]), "not a number"),
            (without(SUPERVISION, points="none"), "rows"),
            (without(BIDDING, "variants", works=[["0", "100", "0.01"], ["200", "300", "0.01"]]), "begins where"),
            (without(SUPERVISION, above_last_rate="2"), "above_last_rate"),
            (without(SUPERVISION, float="1.5"), "float"),
            (without(PRELIMINARY, "coefficients", complexity={"range": ["1.2", "0.8"]}), "range"),
            (without(SUPERVISION, "coefficients", complexity={"I": "-1"}), "complexity"),
            (without(SUPERVISION, parameters={"colour": "red"}), "colour"),
            (without(BIDDING, variants={}), "variants"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, definition, words):
        with pytest.raises(InvalidSchedule, match=words):
            Schedule.from_definition(definition)


def test_a_calculation_takes_less_than_a_millisecond():
    given = {"industry": "化工", "sensitivity": "ordinary"}
    took = []
    for _ in range(200):
        start = time.perf_counter()
        calculate(SCHEDULES[EIA], "3.6", "report", given)
        took.append(time.perf_counter() - start)

    assert sorted(took)[len(took) // 2] < 0.001
