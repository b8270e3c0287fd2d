import pytest

from marketplace.tendering.project_keys import recorded


@pytest.mark.parametrize(
    ("written", "code", "reason"),
    [
        (" 2609-320411—89-01-000001", "2609-320411-89-01-000001", ""),
        ("常发改\u200b〔2026〕1号", "", "原填写为“常发改〔2026〕1号”，不是国家统一的 24 位项目代码"),
    ],
)
def test_a_recorded_code_is_of_the_form_or_becomes_the_reason_for_having_none(written, code, reason):
    assert recorded(written) == (code, reason)
