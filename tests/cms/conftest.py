import pytest
from django.conf import settings
from django.utils.translation import override


@pytest.fixture(autouse=True)
def _in_chinese():
    """A request to /en/ leaves its language behind in the thread; addresses built by a test are the default's."""
    with override(settings.LANGUAGE_CODE):
        yield
