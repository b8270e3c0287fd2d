from decimal import Decimal
from fractions import Fraction

import pytest

from marketplace.catalogue.fees import UnableToCalculate, calculate
from tests.catalogue.schedules import BIDDING, DEFINITIONS, DESIGN, EIA, PRELIMINARY, SCHEDULES, SUPERVISION, fee


def printed_entries():
    """Every entry of every printed table, read from the file in both of its forms."""
    for code, definition in DEFINITIONS.items():
        for name, table in definition.get("coefficients", {}).items():
            for key, value in table.items():
                if key == "range":
                    continue
                pairs = [(entry, key) for entry in value] if isinstance(value, list) else [(key, value)]
                for entry, factor in pairs:
                    yield code, name, entry, factor


BASES = {EIA: ("2", "report"), PRELIMINARY: ("1", "feasibility"), SUPERVISION: ("1000", "")}


class TestNamedEntries:
    @pytest.mark.parametrize(("code", "name", "entry", "factor"), list(printed_entries()))
    def test_each_entry_multiplies_by_its_printed_factor(self, code, name, entry, factor):
        base, variant = BASES[code]

        assert fee(code, base, variant, **{name: entry}) == fee(code, base, variant) * Fraction(factor)

    def test_all_of_a_schedule_multiply(self):
        given = {"profession": "post_telecom", "complexity": "III", "altitude": "2001-3000m"}

        calculation = calculate(SCHEDULES[SUPERVISION], "1000", "", given)

        assert calculation.fee == Fraction("30.1") * Fraction("0.9") * Fraction("1.15") * Fraction("1.1")
        assert calculation.incomplete == ()

    def test_a_number_is_no_entry(self):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[EIA], "2", "report", {"industry": "1.2"})

        assert (refused.value.field, refused.value.code) == ("industry", "fee-unknown-entry")


class TestNumbers:
    @pytest.mark.parametrize("value", ["0.8", "1", "1.2", 1.2, Decimal("0.95")])
    def test_a_number_within_the_printed_range_multiplies(self, value):
        assert fee(PRELIMINARY, "1", "proposal", complexity=value) == 14 * Fraction(str(value))

    @pytest.mark.parametrize("value", ["0.79", "1.21", "2"])
    def test_a_number_outside_the_printed_range_is_refused(self, value):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[PRELIMINARY], "1", "proposal", {"complexity": value})

        assert (refused.value.field, refused.value.code) == ("complexity", "fee-coefficient-out-of-range")

    def test_design_takes_numbers_for_the_tables_that_the_file_does_not_have(self):
        calculation = calculate(SCHEDULES[DESIGN], "500", "", {"profession": "1.1", "complexity": "0.85"})

        assert calculation.fee == Fraction("20.9") * Fraction("1.1") * Fraction("0.85")
        assert calculation.incomplete == ()

    @pytest.mark.parametrize("value", ["0", "-1", "11", "NaN", "Infinity", "III"])
    def test_such_a_number_is_above_0_and_at_most_10(self, value):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[DESIGN], "500", "", {"profession": value})

        assert refused.value.field == "profession"


class TestMissing:
    @pytest.mark.parametrize(
        ("code", "variant", "required"),
        [
            (SUPERVISION, "", ("profession", "complexity", "altitude")),
            (DESIGN, "", ("profession", "complexity")),
            (EIA, "form", ("industry", "sensitivity")),
            (PRELIMINARY, "proposal", ("industry", "complexity")),
            (BIDDING, "works", ()),
        ],
    )
    def test_what_the_document_requires_counts_as_1_and_is_named(self, code, variant, required):
        calculation = (
            calculate(SCHEDULES[code], "5", variant)
            if code in (EIA, PRELIMINARY)
            else calculate(SCHEDULES[code], "1000", variant)
        )

        assert set(calculation.incomplete) == set(required)
        assert calculation.fee_cny is not None
        assert [step.name for step in calculation.steps if step.missing] == list(calculation.incomplete)

    def test_an_empty_value_is_not_given(self):
        assert calculate(SCHEDULES[EIA], "2", "report", {"industry": ""}).incomplete == ("industry", "sensitivity")


class TestParameters:
    def test_document_preparation_only_is_30_percent(self):
        assert fee(BIDDING, "6000", "works", partial="document_preparation_only") == Fraction("22.55") * Fraction("0.3")

    @pytest.mark.parametrize(("topics", "factor"), [("0", "1"), ("1", "1.5"), (2, "2"), ("3", "2.5")])
    def test_each_extra_topic_on_a_form_adds_half(self, topics, factor):
        assert fee(EIA, "2", "form", topics=topics) == 4 * Fraction(factor)

    @pytest.mark.parametrize("variant", ["report", "report_appraisal", "form_appraisal"])
    def test_topics_count_on_a_form_only(self, variant):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[EIA], "2", variant, {"topics": "1"})

        assert refused.value.field == "topics"

    @pytest.mark.parametrize("topics", ["1.5", "-1", "101", "two"])
    def test_topics_are_a_whole_number_to_100(self, topics):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[EIA], "2", "form", {"topics": topics})

        assert refused.value.field == "topics"

    @pytest.mark.parametrize("stage", ["0.3", "1", "0.0001"])
    def test_a_design_stage_takes_its_share(self, stage):
        assert fee(DESIGN, "500", stage=stage) == Fraction("20.9") * Fraction(stage)

    @pytest.mark.parametrize("stage", ["0", "1.01", "-0.3", "all"])
    def test_a_share_is_above_0_and_at_most_1(self, stage):
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[DESIGN], "500", "", {"stage": stage})

        assert refused.value.field == "stage"

    def test_a_parameter_may_come_in_its_own_mapping_but_not_twice(self):
        apart = calculate(SCHEDULES[DESIGN], "500", "", {"profession": "1"}, {"stage": "0.5"})

        assert apart.fee == Fraction("10.45")
        with pytest.raises(UnableToCalculate) as refused:
            calculate(SCHEDULES[DESIGN], "500", "", {"stage": "0.5"}, {"stage": "0.5"})
        assert (refused.value.field, refused.value.code) == ("stage", "fee-given-twice")
