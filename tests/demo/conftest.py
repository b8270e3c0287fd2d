from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import override


@contextmanager
def empty_market():
    """A market with its catalogue, credit model and pages; all of it is taken back at the end."""
    with transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        call_command("load_credit_model", verbosity=0)
        call_command("load_pages", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_chinese():
    """A request to /en/ leaves its language behind in the thread; addresses built by a test are the default's."""
    with override(settings.LANGUAGE_CODE):
        yield
