"""Money in CNY: exact decimals, rounded half up to the fen once, at the end of a calculation (RULES)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

FEN = Decimal("0.01")
MINUS = "\u2212"
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


class MoneyField(models.DecimalField):
    """An amount in CNY with two decimals, below 10^16."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


def round_fen(amount: Decimal) -> Decimal:
    """An amount in CNY rounded half up to the fen."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def format_cny(amount: Decimal) -> str:
    """¥182,400.00, always with two decimals."""
    sign = MINUS if amount < 0 else ""
    return f"{sign}¥{abs(round_fen(amount)):,.2f}"


def _capital_group(number: int) -> str:
    text, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + UNITS[power]
            zero = False
        else:
            zero = True
    return text


def capital_cny(amount: Decimal) -> str:
    """An amount from 0 in the capital numerals of contracts and cheques: 壹拾捌万贰仟肆佰元整."""
    fen = int(round_fen(amount) * 100)
    if fen < 0:
        raise ValueError("capital numerals are written for amounts from 0")
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    text, gap = "", False
    for index in range(len(GROUPS) - 1, -1, -1):
        group = yuan // 10_000**index % 10_000
        if group:
            text += ("零" if text and (gap or group < 1000) else "") + _capital_group(group) + GROUPS[index]
            gap = False
        elif text:
            gap = True
    text = text + "元" if text else ""
    if not jiao and not rest:
        return (text or "零元") + "整"
    if jiao:
        text += DIGITS[jiao] + "角"
    elif text:
        text += "零"
    return text + (DIGITS[rest] + "分" if rest else "整")
