import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.typed.identifiers import (
    KINDS,
    USCCField,
    normalise,
    normalise_project_code,
    validate_uscc,
    with_check_digits,
)

CASES = json.loads((Path(__file__).parents[2] / "vectors/comparison_vectors.json").read_text())["codes"]
#: What the worked cases call each refusal.
REASONS = {
    "letter": "a letter that is neither Latin nor Chinese",
    "length": "not 18 characters",
    "format": "a character that these codes do not have",
    "resident": "a resident ID number",
    "kind": "the first two characters",
    "division": "the division code",
    "organisation": "the organisation part's digit",
    "checksum": "the check digit",
}

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
            ("91110000600037314L", "organisation"),
            ("A1110000600037341L", "checksum"),
            ("9111000060003734IL", "format"),
            ("9111000060003734中L", "format"),
        ],
    )
    def test_says_what_is_wrong(self, typed, reason):
        with pytest.raises(ValidationError) as refusal:
            normalise(typed)

        assert refusal.value.code == reason

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
    def test_reads_the_worked_cases(self, case):
        try:
            read = (normalise(case["text"]), None)
        except ValidationError as refusal:
            read = (None, REASONS[refusal.code])

        assert read == (case["code"], case["reason"])

    @given(
        st.sampled_from([f"{first}{second}" for first, seconds in KINDS.items() for second in seconds]),
        st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8),
    )
    def test_takes_each_kind_of_body_or_calls_it_a_residents_number(self, kind, organisation):
        code = with_check_digits(f"{kind}320411{organisation}")

        try:
            read = normalise(code)
        except ValidationError as refusal:
            read = refusal.code

        assert read in (code, "resident")


class TestWithCheckDigits:
    def test_completes_a_code(self):
        assert with_check_digits("9111000060003734") == CODE


class TestProjectCode:
    @pytest.mark.parametrize(
        "typed",
        [
            "2101-320411-04-01-123456",
            " 2101 - 320411—04—01—123456 ",
            "２１０１－３２０４１１－０４－０１－１２３４５６",
            "2101-\u200b320411-04-01-123456",
        ],
    )
    def test_however_typed_gives_the_national_form(self, typed):
        assert normalise_project_code(typed) == "2101-320411-04-01-123456"

    def test_begins_with_a_year_or_a_year_and_month(self):
        assert normalise_project_code("2021-320411-04-01-123456") == "2021-320411-04-01-123456"

        with pytest.raises(ValidationError):
            normalise_project_code("2113-320411-04-01-123456")

    @pytest.mark.parametrize(
        "typed", ["", "2101-320411-04-01-12345", "21013204110401123456", "CZ-2026-001", "2101-320411-04-01-1234567"]
    )
    def test_of_another_form_is_refused(self, typed):
        with pytest.raises(ValidationError) as refusal:
            normalise_project_code(typed)

        assert refusal.value.code == "project-code"

    def test_with_a_letter_of_another_script_is_refused_with_it(self):
        with pytest.raises(ValidationError, match="О") as refusal:
            normalise_project_code("21О1-320411-04-01-123456")

        assert refusal.value.code == "letter"


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
