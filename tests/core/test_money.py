from decimal import Decimal

import pytest

from marketplace.core import money
from marketplace.ui.templatetags import market


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("182400", "壹拾捌万贰仟肆佰元整"),
        ("100.05", "壹佰元零伍分"),
        ("10010001.50", "壹仟零壹万零壹元伍角整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("0", "零元整"),
        ("0.30", "叁角整"),
        ("0.05", "伍分"),
        ("100000000", "壹亿元整"),
    ],
)
def test_amounts_read_as_on_a_cheque(amount, text):
    assert money.capital_cny(Decimal(amount)) == text


def test_rounding_is_half_up_to_the_fen():
    assert money.round_fen(Decimal("0.125")) == Decimal("0.13")
    assert money.round_fen(Decimal("2.665")) == Decimal("2.67")


def test_money_shows_two_decimals_and_the_minus_sign():
    assert money.format_cny(Decimal("182400")) == "¥182,400.00"
    assert money.format_cny(Decimal("-3.5")) == "−¥3.50"


@pytest.mark.parametrize(
    ("amount", "text"), [("182400", "18.24"), ("225500", "22.55"), ("6295000", "629.50"), ("12345", "1.2345")]
)
def test_standards_are_printed_in_ten_thousands(amount, text):
    assert market.wan(Decimal(amount)) == text
