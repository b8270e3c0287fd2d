import pytest

from tests.factories.credit import CreditModelFactory


@pytest.fixture
def rating_model(db):
    """The published model, which every standing needs."""
    return CreditModelFactory()
