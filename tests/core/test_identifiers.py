import pytest
from django.core.exceptions import ValidationError

from marketplace.core.identifiers import USCCField, normalise, validate_uscc, with_check_digit

CODE = "91110000600037341L"


class TestNormalise:
    @pytest.mark.parametrize(
        "typed",
        [
            CODE,
            " 9111 0000 6000 37341 L ",
            "91110000600037341l",
            "91110000-600037341-L",
            "９１１１００００６０００３７３４１Ｌ",
        ],
    )
    def test_however_typed_gives_the_compact_code(self, typed):
        assert normalise(typed) == CODE

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("", "length"),
            ("91110000600037341", "length"),
            ("91110000600037341LL", "length"),
            ("91110000600037341M", "checksum"),
            ("91110000600037314L", "checksum"),
            ("A1110000600037341L", "format"),
            ("9111000060003734IL", "format"),
            ("9111000060003734中L", "format"),
        ],
    )
    def test_says_what_is_wrong(self, typed, reason):
        with pytest.raises(ValidationError) as refusal:
            normalise(typed)

        assert refusal.value.code == reason


class TestWithCheckDigit:
    def test_completes_a_code(self):
        assert with_check_digit("91110000600037341") == CODE


class TestValidator:
    def test_takes_only_the_compact_code(self):
        validate_uscc(CODE)

        with pytest.raises(ValidationError) as refusal:
            validate_uscc("9111 0000600037341L")

        assert refusal.value.code == "compact"


class TestField:
    def test_cleans_to_the_compact_code(self):
        assert USCCField().clean("9111 0000 6000 3734 1l") == CODE

    def test_empty_where_not_required(self):
        assert USCCField(required=False).clean("") == ""
