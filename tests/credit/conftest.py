import pytest
from django.utils import translation

from tests.factories.credit import CreditModelFactory


@pytest.fixture
def rating_model(db):
    """The published model, which every standing needs."""
    return CreditModelFactory()


@pytest.fixture(autouse=True)
def _in_english():
    """Messages are compared in the source's language; pages choose theirs by their address."""
    with translation.override("en"):
        yield
