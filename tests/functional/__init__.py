import pytest

pytest.register_assert_rewrite("tests.functional.crashing", "tests.functional.running")
