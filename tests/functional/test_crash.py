import pytest
from django.db import connection

from .crashing import Crashes
from .running import copy_tables


@pytest.mark.skipif(connection.vendor != "sqlite", reason="make test runs it, on SQLite")
@pytest.mark.django_db
class TestCrashOnOneMachine(Crashes):
    """SQLite and the file broker."""

    @pytest.fixture
    def servers(self, tmp_path):
        copy_tables(tmp_path)
        return {}
