import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _chinese():
    """A request leaves its language behind; each test begins with the default one."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def english(_chinese):
    """Messages as the source has them."""
    with translation.override("en"):
        yield
