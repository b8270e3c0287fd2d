import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english():
    """Reasons are compared in their source words."""
    with translation.override("en"):
        yield
