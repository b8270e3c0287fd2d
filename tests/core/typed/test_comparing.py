import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.typed.comparing import ForeignLetter, folded, key_of, visible

CASES = json.loads((Path(__file__).parents[2] / "vectors/comparison_vectors.json").read_text())
#: What the rules treat specially, close together, and anything else now and then.
ODD = st.one_of(
    st.sampled_from(
        "A1a甲乙〇○·•‧⋅・･ー-‐―−﹘﹣－〔〕【】〖〗[]［］ \t\n"
        "\u200b\u00ad\ufe0f\U000e0100\u3164\u034f\u0301\u0345ßıſﬁ²Ⅱ㍿"
    ),
    st.characters(),
)
TEXTS = st.text(ODD, max_size=12)


class TestWorkedCases:
    @pytest.mark.parametrize("case", CASES["pairs"], ids=lambda case: ascii(case["other"]))
    def test_two_texts_compare_as_the_case_says(self, case):
        person = case["kind"] == "person"

        one, other = (key_of(case[side], person=person) for side in ("one", "other"))

        assert (one == other) is case["equal"]

    @pytest.mark.parametrize("text", CASES["refused"], ids=ascii)
    def test_a_letter_neither_latin_nor_chinese_is_refused(self, text):
        with pytest.raises(ForeignLetter):
            key_of(text)


class TestKey:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("  a132000001 ‑1 ", "A132000001-1"),
            ("〔2020〕", "(2020)"),
            ("甲••乙", "甲··乙"),
            ("e\u200b\u0301", "É"),
            ("\U00031350\u034f", "\U00031350"),
        ],
    )
    def test_is_this(self, text, key):
        assert key_of(text) == key

    def test_names_the_letter_that_it_refuses(self):
        with pytest.raises(ForeignLetter) as refusal:
            key_of("91320411\u041cA00000156")

        assert refusal.value.letter == "\u041c"

    @pytest.mark.parametrize("digit", ["\u07c0", "\u0660", "\u0966"])
    def test_a_digit_of_another_script_is_refused_as_a_letter_is(self, digit):
        with pytest.raises(ForeignLetter):
            key_of(f"A1{digit}")

    @given(TEXTS, st.booleans())
    def test_of_a_key_is_the_key(self, text, person):
        key = folded(text, person=person)

        assert folded(key, person=person) == key

    @given(TEXTS, TEXTS, st.sampled_from("\u200b\u2060\ufeff\u00ad\ufe0f\U000e0100\u034f\u115f\u2800 \u3000\t"))
    def test_what_nobody_sees_makes_no_difference(self, before, after, unseen):
        # A letter and its accent are one, with nothing between them that anybody sees.
        assert folded(before + unseen + after) == folded(before + after)

    @given(TEXTS)
    def test_a_name_as_shown_compares_as_it_was_typed(self, text):
        assert folded(visible(text)) == folded(text)


class TestVisible:
    def test_keeps_what_was_typed_without_what_nobody_sees(self):
        assert visible(" 江苏\u200b甲（集团）\u3000 Ltd.\ufe0f\n有限公司\u202e ") == "江苏甲（集团） Ltd. 有限公司"

    @given(TEXTS)
    def test_of_what_is_shown_is_the_same(self, text):
        assert visible(visible(text)) == visible(text)
