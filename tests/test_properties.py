"""How long properties are looked for: briefly by day, long at night."""

import re
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent


class TestProfiles:
    @pytest.mark.parametrize("name", ["day", "night"])
    def test_no_example_fails_for_being_slow(self, name):
        assert settings.get_profile(name).deadline is None

    def test_the_night_tries_fifty_times_as_many_examples(self):
        assert settings.get_profile("day").max_examples == 100
        assert settings.get_profile("night").max_examples == 5000

    def test_no_test_has_a_number_of_its_own_that_the_night_would_not_raise(self):
        own = {
            path.name: found
            for path in TESTS.rglob("test_*.py")
            if (found := re.findall(r"max_examples=\d+(?! \*)", path.read_text(encoding="utf-8")))
        }

        assert own == {}
