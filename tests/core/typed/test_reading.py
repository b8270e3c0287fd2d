from datetime import date

import pytest
from django.core.exceptions import ValidationError

from marketplace.core.typed.reading import read_day, read_name, read_phone
from marketplace.core.web.forms import DayField, MomentField, NameField, PhoneField


class TestDay:
    @pytest.mark.parametrize(
        "text",
        ["2026-11-30", "2026/11/30", "2026.11.30", "2026年11月30日", "20261130", "２０２６－１１－３０", "2026—11—30"],
    )
    def test_however_its_parts_are_parted_is_one_day(self, text):
        assert read_day(text) == date(2026, 11, 30)
        assert DayField().clean(text) == date(2026, 11, 30)

    @pytest.mark.parametrize("text", ["2026-02-30", "30.11.2026", "2026-11/30", "2026", "26-11-30", "2026-13-01"])
    def test_what_is_no_day_is_refused(self, text):
        with pytest.raises(ValidationError, match="2026-11-30"):
            read_day(text)

    def test_a_moment_takes_its_day_alike(self):
        assert MomentField().clean(["2026年11月30日", "17:00"]).isoformat() == "2026-11-30T17:00:00+08:00"

    def test_half_a_moment_is_refused(self):
        with pytest.raises(ValidationError):
            MomentField().clean(["2026-11-30", ""])


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("0519-85680000", "0519-85680000"),
            ("０５１９－８５６８００００", "0519-85680000"),
            ("(0519) 8568 0000", "(0519) 8568 0000"),
            ("0519—85680000 转 802", "0519-85680000-802"),
            ("+86 138\u200b00000000", "+86 13800000000"),
        ],
    )
    def test_is_stored_in_one_way_of_writing(self, text, number):
        assert read_phone(text) == number
        assert PhoneField().clean(text) == number

    @pytest.mark.parametrize("text", ["85680", "call me", "0519-85680000/1", "1" * 21, "--1234567"])
    def test_what_is_no_number_is_refused(self, text):
        with pytest.raises(ValidationError, match="0519-85680000"):
            read_phone(text)


class TestName:
    def test_keeps_what_was_typed_without_what_nobody_sees(self):
        assert read_name("江苏甲（集团）\u200b 有限公司 ") == "江苏甲（集团） 有限公司"

    def test_a_letter_of_another_script_is_refused_by_name(self):
        with pytest.raises(ValidationError, match="А") as refusal:
            NameField().clean("常州А公司")

        assert refusal.value.code == "letter"
