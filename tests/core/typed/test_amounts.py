import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.typed.amounts import WAN, YI, YUAN, Reason, Unreadable, read, read_percent
from marketplace.core.typed.reading import read_amount
from marketplace.core.web.forms import AmountField, PercentField
from marketplace.core.web.serializers import AmountField as ApiAmountField

#: Text, value with two decimals or None, reason or None: those of the rules, and what they leave to good sense.
CASES = [
    (case["text"], case["value"], case["reason"])
    for case in json.loads((Path(__file__).parents[2] / "vectors/comparison_vectors.json").read_text())["amounts"]
]
MORE = [
    ("3,6", None, "a decimal comma"),
    ("0,500", None, "a decimal comma"),
    ("１，３６０", "1360.00", None),
    ("1,000.00", "1000.00", None),
    ("3000万", "30000000.00", None),
    (" \u200b12 \u3000万 元 ", "120000.00", None),
    (".5", "0.50", None),
    ("1.500", None, "more decimals than the field has"),
    ("1 500", None, "not an amount"),
    ("¥-5", None, "below zero"),
    ("−0.01", None, "below zero"),
    ("-+5", None, "not an amount"),
    ("万5", None, "not an amount"),
    ("1,234.567,8", None, "a comma after the point"),
    ("9999999999999999.99", "9999999999999999.99", None),
    ("10000000000000000", None, "larger than any amount"),
    ("1" * 31, None, "not an amount"),
    ("1" + "\u200b" * 80, None, "not an amount"),
    ("²5", "25.00", None),
    ("٣", None, "not an amount"),
]


def outcome(text, **field):
    try:
        return str(read(text, **field)), None
    except Unreadable as refusal:
        return None, refusal.reason.value


class TestRead:
    @pytest.mark.parametrize(("text", "value", "reason"), CASES + MORE, ids=lambda part: ascii(part)[:40])
    def test_a_text_gives_its_amount_or_the_reason(self, text, value, reason):
        assert outcome(text) == (value, reason)

    @pytest.mark.parametrize(
        ("text", "unit", "decimals", "value"),
        [
            ("3000万", YI, 8, "0.30000000"),
            ("3.6亿元", YI, 4, "3.6000"),
            ("3000元", WAN, 4, "0.3000"),
            ("35,000", WAN, 2, "35000.00"),
            ("1.2万", "m²", 2, "12000.00"),
        ],
    )
    def test_a_unit_in_the_text_counts_and_the_answer_is_in_the_fields(self, text, unit, decimals, value):
        assert outcome(text, unit=unit, decimals=decimals) == (value, None)

    @pytest.mark.parametrize(
        ("text", "unit", "reason"),
        [("¥3000", WAN, Reason.OTHER_UNIT), ("3000元", "m²", Reason.NO_AMOUNT), ("1元", YI, Reason.DECIMALS)],
    )
    def test_a_unit_that_leaves_a_doubt_is_not_guessed(self, text, unit, reason):
        assert outcome(text, unit=unit, decimals=4) == (None, reason.value)

    @given(st.decimals(0, 10**15, places=2), st.sampled_from(["{:.2f}", "{:,.2f}", "￥{:,.2f}", " {:.2f}元"]))
    def test_what_pages_print_is_read_back(self, amount, printed):
        assert read(printed.format(amount)) == amount

    @given(st.text(st.sampled_from("0123456789.,万亿元¥CNY+-－， \u200b"), max_size=12))
    def test_anything_is_an_amount_or_refused_with_a_reason(self, text):
        value, reason = outcome(text)

        assert (value is None) != (reason is None)


class TestPercent:
    @pytest.mark.parametrize(("text", "share"), [("25", "25.00"), ("33.5%", "33.50"), ("１００％", "100.00")])
    def test_reads_a_share(self, text, share):
        assert str(read_percent(text)) == share

    def test_more_than_all_is_refused(self):
        with pytest.raises(ValidationError) as refusal:
            PercentField().clean("100.01")

        assert refusal.value.error_list[0].code == "above_100"


class TestFields:
    def test_the_units_stand_beside_the_number(self):
        with override("zh-hans"):
            assert AmountField(unit=YI).widget.attrs["data-unit"] == "亿元"
        assert PercentField().widget.attrs["data-unit"] == "%"

    def test_page_and_api_read_alike(self):
        assert AmountField().clean("３．５万元") == ApiAmountField().run_validation("３．５万元") == Decimal("35000.00")

    def test_the_api_takes_json_numbers_as_they_are_written(self):
        assert ApiAmountField().run_validation(0.1) == Decimal("0.10")

    @pytest.mark.parametrize(
        ("text", "field", "words"),
        [
            ("3,6", {}, "逗号"),
            ("¥3000", {"unit": WAN}, "亿元"),
            ("1.23456", {"unit": YI, "decimals": 4}, "亿元"),
        ],
    )
    def test_a_refusal_says_what_is_wrong_and_names_the_unit(self, text, field, words):
        with override("zh-hans"), pytest.raises(ValidationError, match=words):
            read_amount(text, **field)

    def test_an_empty_field_is_empty(self):
        assert AmountField(required=False).clean("  ") is None

    def test_yuan_is_the_unit_unless_said(self):
        assert AmountField().unit == YUAN
